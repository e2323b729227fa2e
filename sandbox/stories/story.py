"""The stories as the control port lists them: who, and the question to ask. The lives themselves are in `lives`."""

import dataclasses
import importlib.resources
from typing import Final

from sandbox.population.numbering import LineKey, customer_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story: its customer's CRM id and first number, and a GraphQL question about them."""

    key: str
    title: str
    customer_id: str
    msisdn: str
    question: str


# Customer, key, title.
_TITLES: Final = (
    (1, "unexplained-charge", "A charge nobody explained"),
    (2, "free-voicemail-ends", "A free voicemail ends next week"),
    (3, "data-nearly-used", "The data allowance is nearly used"),
    (4, "vip-outage", "A VIP with an outage at home"),
    (5, "fibre-moved-in", "Moved into a building with fibre"),
    (6, "two-names", "Two names for one customer"),
    (7, "recycled-number", "A recycled number"),
    (8, "family", "A family: three lines, two accounts"),
    (10, "two-provinces", "One customer in two provinces"),
)


def all_stories() -> tuple[Story, ...]:
    """The stories in order, their questions read from the .graphql files beside this one and filled in."""
    return tuple(_story(*entry) for entry in _TITLES)


def _story(index: int, key: str, title: str) -> Story:
    customer, msisdn = customer_id(index), LineKey(index, 0).msisdn
    text = importlib.resources.files(__package__).joinpath(f"{key}.graphql").read_text(encoding="utf-8")
    question = text.replace("{msisdn}", msisdn).replace("{customerId}", customer)
    return Story(key=key, title=title, customer_id=customer, msisdn=msisdn, question=question)
