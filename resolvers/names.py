"""What a caller's key names, in the one form that systems and the memory of identities know it by."""

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from connectors.numbering import NotInPlanError
from resolvers.failures import BadInput
from resolvers.ids import ForeignIdError
from schema.source import Ref

if TYPE_CHECKING:
    from resolvers.context import Graph

CUSTOMER: Final = "customer"
LINE: Final = "line"


class By(enum.StrEnum):
    """By what somebody can be named."""

    NUMBER = "customer number"
    """The CRM's own id of a customer."""

    PARTY = "party"
    MSISDN = "msisdn"
    IMSI = "imsi"
    ACCOUNT = "account"


class Name(NamedTuple):
    """A name with its value in normal form; *system* is the CRM for a customer number, else empty. Personal data."""

    by: By
    value: str
    system: str = ""

    def __repr__(self) -> str:
        return f"Name({self.by})"


def customer_name(member: str, value: str, graph: "Graph") -> Name:
    """
    What the member *member* of a CustomerKey names, spelled as in the graph or in Python.

    Raises BadInput for ids that are not of a customer of this gateway, and for numbers outside the plan.
    """
    match member:
        case "id":
            ref = opened(value, CUSTOMER, graph)
            system, number = (ref.system, ref.key[0]) if ref else (graph.routes.customers.name, value)
            return Name(By.NUMBER, number, system)
        case "party_id" | "partyId":
            return Name(By.PARTY, value)
        case "account_number" | "accountNumber":
            return Name(By.ACCOUNT, value)
        case _:
            return _line_name(member, value, graph)


def line_name(member: str, value: str, graph: "Graph") -> Name:
    """What the member *member* of a LineKey names; an id is a number as well. Raises BadInput as `customer_name`."""
    if member == "id":
        ref = opened(value, LINE, graph)
        if ref is None:
            raise BadInput("This is not an id of a line. Use the `id` that this graph gave.")
        return Name(By.MSISDN, ref.key[0])
    return _line_name(member, value, graph)


def _line_name(member: str, value: str, graph: "Graph") -> Name:
    if member == "imsi":
        return Name(By.IMSI, value)
    try:
        return Name(By.MSISDN, graph.numbering.normalise(value))
    except NotInPlanError as exc:
        raise BadInput(str(exc)) from None


def opened(text: str, kind: str, graph: "Graph") -> Ref | None:
    """The Ref of an id of a thing of *kind*; None when *text* does not claim to be an id. Raises BadInput."""
    try:
        ref = graph.ids.open(text)
    except ForeignIdError:
        raise BadInput("This id was not made by this gateway. Use an `id` that this graph gave.") from None
    if ref is not None and ref.kind != kind:
        raise BadInput(f"This is the id of something else; an id of a {kind} is needed.")
    return ref
