"""
What another subgraph says of an entity: which kind of thing it means, and by which of its keys. Pure; nobody is asked.

Representations come from a router or from whoever calls in its place, so everything about them is doubted.
"""

import dataclasses
import enum
from collections.abc import Mapping

from resolvers.failures import BadInput


class Kind(enum.Enum):
    """The entities of this graph, by the names of their types."""

    CUSTOMER = "Customer"
    LINE = "Line"
    ACCOUNT = "BillingAccount"
    BILL = "Bill"


OTHER_KEY: Mapping[Kind, str] = {Kind.CUSTOMER: "customerNumber", Kind.LINE: "msisdn"}
"""Keys that a subgraph can know without having asked this graph. `id` is a key of every entity."""

MAX_KEY_LENGTH = 512
"""Characters. Twice what the longest id needs."""

_KINDS = {kind.value: kind for kind in Kind}


@dataclasses.dataclass(frozen=True, slots=True)
class Representation:
    """An entity that somebody else knows. At least one of its keys is there; whether both mean the same is open."""

    kind: Kind
    id: str | None = dataclasses.field(repr=False)
    other: str | None = dataclasses.field(repr=False)
    """The value of the key that OTHER_KEY names."""


def read(value: object) -> Representation:
    """
    The representation in *value*, a JSON value of any shape (subgraph specification, scalar `_Any`).

    What stands beside the keys is ignored: routers send the fields that `@requires` names. A key that is null counts
    as not given. Raises BadInput.
    """
    if not isinstance(value, Mapping):
        raise BadInput("A representation must be an object with `__typename` and a key.")
    kind = kind_of(value)
    if kind is None:
        raise BadInput("`__typename` of a representation must be the name of an entity of this graph.")
    own, other = _key(value, "id"), _key(value, OTHER_KEY.get(kind))
    if own is None and other is None:
        names = " or ".join(f"`{name}`" for name in ("id", OTHER_KEY.get(kind)) if name)
        raise BadInput(f"A representation of {kind.value} needs its key: {names}.")
    return Representation(kind=kind, id=own, other=other)


def kind_of(value: object) -> Kind | None:
    """The kind of entity that *value* says it is, or None when it does not."""
    name = value.get("__typename") if isinstance(value, Mapping) else None
    return _KINDS.get(name) if isinstance(name, str) else None


def _key(value: Mapping[object, object], name: str | None) -> str | None:
    found = value.get(name) if name else None
    if found is None:
        return None
    if not isinstance(found, str) or not 0 < len(found) <= MAX_KEY_LENGTH:
        raise BadInput(f"`{name}` of a representation must be text of 1 to {MAX_KEY_LENGTH} characters.")
    return found
