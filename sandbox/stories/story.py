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


# In the order of the customers that live them.
_TITLES: Final = (
    ("unexplained-charge", "A charge nobody explained"),
    ("free-voicemail-ends", "A free voicemail ends next week"),
    ("data-nearly-used", "The data allowance is nearly used"),
    ("vip-outage", "A VIP with an outage at home"),
    ("fibre-moved-in", "Moved into a building with fibre"),
    ("two-names", "Two names for one customer"),
    ("recycled-number", "A recycled number"),
    ("family", "A family: three lines, two accounts"),
)


def all_stories() -> tuple[Story, ...]:
    """The stories in order, their questions read from the .graphql files beside this one and filled in."""
    return tuple(_story(index, key, title) for index, (key, title) in enumerate(_TITLES, start=1))


def _story(index: int, key: str, title: str) -> Story:
    customer, msisdn = customer_id(index), LineKey(index, 0).msisdn
    text = importlib.resources.files(__package__).joinpath(f"{key}.graphql").read_text(encoding="utf-8")
    question = text.replace("{msisdn}", msisdn).replace("{customerId}", customer)
    return Story(key=key, title=title, customer_id=customer, msisdn=msisdn, question=question)
