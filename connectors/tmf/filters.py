"""The filters customers are asked by, and how to see in the reply that the server heeded them. Pure."""

from connectors.json import JsonObject
from connectors.tmf.collection import Filter
from connectors.tmf.mapping import account_numbers
from connectors.tmf.settings import Filters


def by_party(party_id: str, names: Filters) -> Filter:
    """Customers that this party is."""

    def is_party(raw: JsonObject) -> bool:
        return raw.require_child("engagedParty").text("id") == party_id

    return Filter(
        name=names.customer_by_party, values=(party_id,), member="engagedParty", heeded=is_party, wanted=is_party
    )


def by_account(numbers: tuple[str, ...], names: Filters) -> Filter:
    """
    Customers that have one of these billing accounts.

    A server filters by the ids of all accounts; where only one of another kind fits, it did as it was told, and the
    customer is still not one of ours.
    """
    asked = frozenset(numbers)
    return Filter(
        name=names.customer_by_account,
        values=numbers,
        member="account",
        heeded=lambda raw: any(each.text("id") in asked for each in raw.children("account")),
        wanted=lambda raw: not asked.isdisjoint(account_numbers(raw)),
    )
