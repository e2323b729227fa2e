"""What a caller may do with the graph's fields: which of them it reads, and which of them in clear."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.policy.policies import Policies
from schema.policy import Audience, DataClass, Policy

CLEAR: Final[Mapping[Audience, frozenset[DataClass]]] = MappingProxyType(
    {
        Audience.PARTNER: frozenset(),
        Audience.SELF_CARE: frozenset({DataClass.PERSONAL, DataClass.SENSITIVE}),
        Audience.AGENT: frozenset({DataClass.PERSONAL}),
        Audience.OPERATOR: frozenset(),
    }
)
"""What an audience sees as it is without a scope for it: customers their own, and agents what they talk about."""

UNMASKING: Final[Mapping[str, DataClass]] = MappingProxyType(
    {"unmasked:personal": DataClass.PERSONAL, "unmasked:sensitive": DataClass.SENSITIVE}
)
"""The scopes with which values of a class are given as they are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rights:
    """
    What one kind of caller may do. Equal rights are the same rights, whoever has them.

    *clear* are the classes of values that it sees as they are. *pseudonymous* is the client for which identifiers have
    names of their own; None where they are masked like everything else.
    """

    audience: Audience
    scopes: frozenset[str]
    clear: frozenset[DataClass]
    pseudonymous: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What some rights make of a graph."""

    hidden: frozenset[str]
    """The coordinates that may not be read."""

    masked: frozenset[str]
    """Those that may, but not in clear."""


def verdict_of(policies: Policies, rights: Rights) -> Verdict:
    """What *rights* make of the graph with these *policies*."""
    hidden, masked = set(), set()
    for coordinate, policy in policies.items():
        if not may_read(policy, rights.audience, rights.scopes):
            hidden.add(coordinate)
        elif policy.form is not None and policy.is_personal and policy.data not in rights.clear:
            masked.add(coordinate)
    return Verdict(frozenset(hidden), frozenset(masked))


def rights_of(
    audience: Audience,
    scopes: frozenset[str],
    *,
    clear_for_purpose: frozenset[DataClass] | None = None,
    pseudonymous: str | None = None,
) -> Rights:
    """
    The rights of a token with these *scopes* for an *audience*.

    *clear_for_purpose* is what the purpose of the token allows to be seen as it is at most; None where it has none.
    """
    clear = CLEAR[audience] | {data for scope, data in UNMASKING.items() if scope in scopes}
    if clear_for_purpose is not None:
        clear &= clear_for_purpose
    return Rights(audience, scopes, clear, pseudonymous)


def may_read(policy: Policy, audience: Audience, scopes: frozenset[str]) -> bool:
    """Whether a caller of *audience* with *scopes* may read a field of this *policy*. What is secret, nobody may."""
    return policy.data is not DataClass.SECRET and audience in policy.audiences and not missing(policy, scopes)


def missing(policy: Policy, scopes: frozenset[str]) -> tuple[frozenset[str], ...]:
    """The groups of scopes that *policy* asks for and of which *scopes* holds none. Scopes are compared whole."""
    return tuple(group for group in policy.scopes if scopes.isdisjoint(group))
