"""
Manifests of operations, as the tools of frontends write them. Pure: from bytes to documents and back.

Read are `{hash: document}` (Relay, GraphQL Code Generator), `{hash: {name, source}}` (Apollo Kotlin) and Apollo's
persisted query manifest, which is also what is written. A hash may have the prefix `sha256:`. Every hash is worked
out again: under a wrong one a client would get what somebody else meant. Where an operation is an object it may have
`limits` of its own (`gateway.trusted.limits`).
"""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.trusted import limits
from gateway.trusted.digest import digest_of, is_digest
from gateway.trusted.limits import LimitsError, RegisteredLimits

FORMAT = "apollo-persisted-query-manifest"
MAX_BYTES = 16 * 1024 * 1024
MAX_OPERATIONS = 5_000
LESS = "leave out what nobody asks any more"
"""What to do where there is too much."""

_PREFIX = "sha256:"
_OTHER_HASHES = {32: "MD5", 40: "SHA-1", 96: "SHA-384", 128: "SHA-512"}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_OPERATION = re.compile(r"^\s*(query|mutation|subscription)\b\s*([_A-Za-z][_0-9A-Za-z]{0,99})?", re.MULTILINE)


class ManifestError(ValueError):
    """The operations cannot be used. The text names an operation at most, and quotes nothing of its document."""


@dataclasses.dataclass(frozen=True, slots=True)
class Registered:
    """One document that may be asked."""

    digest: str
    text: str = dataclasses.field(repr=False)
    name: str = ""
    """Of its operation, for people; empty where it has none."""

    limits: RegisteredLimits | None = None
    """Its own; None: those of all documents of its client."""

    @property
    def may_be_mutation(self) -> bool:
        """Whether it says the word; a query that does counts as one, too."""
        return "mutation" in self.text

    def __str__(self) -> str:
        return f"the operation {self.name or 'without a name'} ({self.digest[:12]}…)"


def read(data: bytes) -> list[Registered]:
    """The documents of a manifest, each once. Raises ManifestError."""
    if len(data) > MAX_BYTES:
        raise ManifestError(f"it has more than {MAX_BYTES} bytes; {LESS}")
    try:
        found = json.loads(data, object_pairs_hook=_members)
    except _TwiceError:
        raise ManifestError("a member of it occurs twice; write it anew") from None
    except (ValueError, RecursionError):
        raise ManifestError("it is not JSON in UTF-8; name the file that your build writes") from None
    if not isinstance(found, dict):
        raise ManifestError(_UNKNOWN_FORM)
    return distinct(_apollo(found) if "format" in found else _by_hash(found))


def write(documents: Iterable[Registered]) -> str:
    """Apollo's manifest of *documents*, one operation a line in a fixed order, so that changes are seen in review."""
    rows = sorted(documents, key=lambda each: (each.name, each.digest))
    operations = ",\n".join("    " + json.dumps(_written(each)) for each in rows)
    return f'{{\n  "format": "{FORMAT}",\n  "version": 1,\n  "operations": [\n{operations}\n  ]\n}}\n'


def name_of(text: str) -> str:
    """The name of the first operation in *text*, by a glance at it; for people only."""
    found = _OPERATION.search(text)
    return (found and found[2]) or ""


def kind_of(text: str) -> str:
    """query, mutation or subscription, by a glance at the first operation in *text*; for people only."""
    found = _OPERATION.search(text)
    return found[1] if found else "query"


def distinct(documents: Iterable[Registered]) -> list[Registered]:
    """*documents*, each text once. Raises ManifestError where there are too many."""
    by_digest: dict[str, Registered] = {}
    for each in documents:
        if by_digest.setdefault(each.digest, each).limits != each.limits:
            raise ManifestError(f"{each} is there twice, with different limits; leave one of them out")
    found = list(by_digest.values())
    if len(found) > MAX_OPERATIONS:
        raise ManifestError(f"there are more than {MAX_OPERATIONS} documents; {LESS}")
    return found


_UNKNOWN_FORM = f"it is in no form that is known here; write {{hash: document}}, or Apollo's {FORMAT}"


class _TwiceError(Exception):
    pass


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _written(each: Registered) -> dict[str, Any]:
    found: dict[str, Any] = {"id": each.digest, "name": each.name, "type": kind_of(each.text), "body": each.text}
    return found if each.limits is None else {**found, "limits": each.limits.named}


def _apollo(manifest: Mapping[str, Any]) -> Iterator[Registered]:
    if (manifest["format"], manifest.get("version")) != (FORMAT, 1):
        raise ManifestError(f"its format is not {FORMAT} in version 1; let your build write that one")
    operations = manifest.get("operations")
    if not isinstance(operations, list):
        raise ManifestError("its `operations` is no list; write it anew")
    for each in operations:
        if not isinstance(each, dict):
            raise ManifestError("one of its operations is no object; write it anew")
        yield _registered(each.get("id"), each.get("body"), each.get("name"), each.get("limits"))


def _by_hash(manifest: Mapping[str, Any]) -> Iterator[Registered]:
    for digest, document in manifest.items():
        if isinstance(document, dict):
            yield _registered(digest, document.get("source"), document.get("name"), document.get("limits"))
        else:
            yield _registered(digest, document, None)


def _registered(digest: object, text: object, name: object, said: object = None) -> Registered:
    if not isinstance(text, str) or not text.strip():
        raise ManifestError(_UNKNOWN_FORM)
    called = name if isinstance(name, str) and re.fullmatch(r"[_A-Za-z][_0-9A-Za-z]{0,99}", name) else name_of(text)
    try:
        found = Registered(digest_of(text), text, called)
    except UnicodeEncodeError:
        raise ManifestError("a document in it is no text in UTF-8; write it anew") from None
    written = digest.removeprefix(_PREFIX) if isinstance(digest, str) else ""
    if not is_digest(written):
        raise ManifestError(
            f"{found} has {_what(written)} for its hash; let your build write SHA-256, in small letters"
        )
    if written != found.digest:
        raise ManifestError(f"{found} stands under the hash {written[:12]}…, which is not its own; write it anew")
    try:
        return dataclasses.replace(found, limits=limits.read(said))
    except LimitsError as exc:
        raise ManifestError(f"of {found}: {exc}; correct it, or leave the limit out") from None


def _what(written: str) -> str:
    if _HEXADECIMAL.fullmatch(written) is None:
        return "something else"
    return _OTHER_HASHES.get(len(written), "capital letters" if len(written) == 64 else "another number of digits")
