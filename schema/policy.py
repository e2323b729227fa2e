"""
Who may read a field: what is marked beside every field of the graph, read once by the gateway and enforced there.

A word has a policy for all its fields (`governed`), and a field may have its own beside it (`schema.field`). A gateway
does not start with a field that has none.
"""

import dataclasses
import enum
import itertools
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from strawberry.federation.schema_directives import RequiresScopes, Tag
from strawberry.types.base import get_object_definition

T = TypeVar("T", bound=type)

POLICY: Final = "__switchboard_policy__"
"""The attribute of a word under which its policy is kept."""


class DataClass(enum.IntEnum):
    """How much harm a value can do in the wrong hands. What is personal or above is about somebody."""

    PUBLIC = 0
    OPERATIONAL = 1
    """About systems and lists, and about nobody."""

    PERSONAL = 2
    SENSITIVE = 3
    """Birth, credit and what else the law holds to be sensitive (PIPL, article 28)."""

    SECRET = 4
    """Keys and passwords: nobody ever reads them here."""


class Audience(enum.Enum):
    """For whom a client speaks. Each has its own view of the graph."""

    PARTNER = "partner"
    """Another company's application."""

    SELF_CARE = "self_care"
    """The operator's application for its customers: each reads what is their own."""

    AGENT = "agent"
    """The people who serve customers, and their tools."""

    OPERATOR = "operator"
    """The platform team."""


EVERYBODY: Final = frozenset(Audience)
STAFF: Final = frozenset({Audience.AGENT, Audience.OPERATOR})
OURS: Final = frozenset({Audience.SELF_CARE, Audience.AGENT, Audience.OPERATOR})
"""The operator's own applications."""

OPERATORS: Final = frozenset({Audience.OPERATOR})

TAGS: Final[Mapping[frozenset[Audience], str]] = MappingProxyType(
    {OURS: "ours", STAFF: "staff", OPERATORS: "operators"}
)
"""How a federation router's contracts can tell what is not for everybody (`@tag`)."""


class Form(enum.Enum):
    """What a value looks like, and so how it is masked (`gateway.policy.masking`)."""

    NUMBER = "number"
    """A phone number, or the identity of a SIM."""

    NAME = "name"
    GIVEN_NAME = "given name"
    IDENTIFIER = "identifier"
    """What a system calls somebody, or something of theirs."""

    EMAIL = "email"
    ADDRESS = "address"
    HIDDEN = "hidden"
    """What shows too much in any shape: it is null."""


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """
    Who may read one field.

    Of each group of *scopes* a token needs one: a tuple is "all of", a set in it "any of". *form* says how the value is
    masked for those who may read the field, but not its class as it is; None for what is never masked.
    """

    data: DataClass
    scopes: tuple[frozenset[str], ...] = ()
    audiences: frozenset[Audience] = EVERYBODY
    form: Form | None = None

    @property
    def is_personal(self) -> bool:
        """Whether whoever reads it learns something about somebody."""
        return self.data >= DataClass.PERSONAL

    def and_what_it_leads_to(self, other: "Policy") -> "Policy":
        """The policy of a field that gives objects with the policy *other*: as strict as both."""
        more = tuple(group for group in other.scopes if group not in self.scopes)
        return dataclasses.replace(
            self,
            data=max(self.data, other.data),
            scopes=self.scopes + more,
            audiences=self.audiences & other.audiences,
        )


def any_of(*scopes: str) -> frozenset[str]:
    """A group of scopes of which one is enough."""
    return frozenset(scopes)


def groups(scopes: Iterable[str | frozenset[str]]) -> tuple[frozenset[str], ...]:
    """*scopes* as policies have them: of each group one is needed, and a scope alone is a group."""
    return tuple(any_of(each) if isinstance(each, str) else each for each in scopes)


def governed(
    data: DataClass, *scopes: str | frozenset[str], audiences: Iterable[Audience] = EVERYBODY
) -> Callable[[T], T]:
    """The policy of all fields of a word that have none of their own: each of *scopes* is needed, of a group one."""
    policy = Policy(data, scopes=groups(scopes), audiences=frozenset(audiences))

    def mark(word: T) -> T:
        setattr(word, POLICY, policy)
        definition = get_object_definition(word, strict=True)
        definition.directives = (*(definition.directives or ()), *told_to_routers(policy.scopes, policy.audiences))
        return word

    return mark


def alternatives(scopes: tuple[frozenset[str], ...]) -> list[list[str]]:
    """*scopes* as federation's `@requiresScopes` has them: any of the lists is enough, and of a list all are needed."""
    return [sorted(each) for each in itertools.product(*map(sorted, scopes))]


def told_to_routers(scopes: tuple[frozenset[str], ...], audiences: frozenset[Audience]) -> list[object]:
    """The same in federation directives, for routers that want to know."""
    found: list[object] = []
    if scopes:
        found.append(RequiresScopes(scopes=alternatives(scopes)))
    if audiences != EVERYBODY:
        if audiences not in TAGS:
            raise ValueError("these audiences are no group with a name; add one to TAGS")
        found.append(Tag(name=TAGS[audiences]))
    return found
