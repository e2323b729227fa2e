"""
The keys of an issuer: what may verify its tokens, and by which algorithm. Pure.

A key verifies by one algorithm (RFC 8725, 3.1): the one that it names itself, else the only one of the issuer's that
fits it.
"""

import dataclasses
from collections.abc import Collection
from typing import Final

from connectors.json import JsonError, JsonObject, as_object, parse
from gateway.access.tokens.signatures import Algorithm, KeyUnfitError, Verifier, verifier
from gateway.access.tokens.token import KeyName

_MOST_KEYS: Final = 100


class KeysError(ValueError):
    """A text is no set of keys, or has none that may be used. Says why, and nothing of what stood there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What verifies, and its name where it has one."""

    kid: str | None
    verifier: Verifier


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one issuer."""

    every: tuple[Key, ...]

    def find(self, name: KeyName) -> Verifier | None:
        """
        The key of that name, if it is for that algorithm; None where there is none.

        A token without a name is verified only where one key alone can be meant.
        """
        fitting = [
            key.verifier
            for key in self.every
            if key.verifier.algorithm == name.algorithm and name.kid in {None, key.kid}
        ]
        return fitting[0] if len(fitting) == 1 else None


def keys_of(body: bytes, *, algorithms: Collection[Algorithm]) -> Keys:
    """
    The keys of a JWK set (RFC 7517, 5) that verify by one of *algorithms*.

    Keys for something else, of unknown types, too weak or damaged are passed over, as the standard says. Raises
    KeysError where none is left, or where two have one name.
    """
    try:
        members = as_object(parse(body)).children("keys")
    except JsonError as exc:
        raise KeysError(f"it is not a JWK set: {exc}") from exc
    if len(members) > _MOST_KEYS:
        raise KeysError(f"it has more than {_MOST_KEYS} keys")
    found = [key for member in members if (key := _key(member, algorithms)) is not None]
    if not found:
        raise KeysError(f"it has no key for {', '.join(sorted(algorithms))}")
    names = [key.kid for key in found if key.kid is not None]
    if len(set(names)) != len(names):
        raise KeysError("two of its keys have one kid")
    return Keys(tuple(found))


def _key(member: JsonObject, algorithms: Collection[Algorithm]) -> Key | None:
    try:
        if not _may_verify(member):
            return None
        kid, named = member.text("kid"), member.text("alg")
    except JsonError:
        return None
    fitting = [made for each in algorithms if named in {None, each} and (made := _verifier(member, each)) is not None]
    return Key(kid, fitting[0]) if len(fitting) == 1 else None


def _verifier(member: JsonObject, algorithm: Algorithm) -> Verifier | None:
    try:
        return verifier(member, algorithm)
    except KeyUnfitError:
        return None


def _may_verify(member: JsonObject) -> bool:
    operations = member.value("key_ops")
    may = operations is None or (isinstance(operations, list) and "verify" in operations)
    return may and member.text("use") in {None, "sig"}
