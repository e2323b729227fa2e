"""ABSENT: what a value says when its part was not fetched. It must be loud however a resolver touches it."""

import asyncio
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from schema.billing import PaymentMode
from schema.customer import Customer
from schema.field import PARTS, field
from schema.parts import ABSENT, CustomerPart, PartNotFetchedError
from schema.scalars import SCALARS, Imsi, Long, Msisdn
from schema.source import Ref, Source

USES: dict[str, Callable[[Any], object]] = {
    "its truth": bool,
    "its length": len,
    "its items": list,
    "membership": lambda value: "x" in value,
    "equality": lambda value: value == "x",
    "equality from the other side": lambda value: "x" == value,
    "inequality": lambda value: value != "x",
    "order": lambda value: value < "x",
    "its hash": hash,
    "as a key": lambda value: {value: 1},
    "its text": str,
    "formatting": lambda value: f"{value}",
    "an attribute": lambda value: value.amount,
    "a look for an attribute": lambda value: getattr(value, "amount", None),
    "an item": lambda value: value[0],
    "a call": lambda value: value(),
    "addition": lambda value: value + 1,
    "a number of it": int,
    "awaiting it": asyncio.run,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_an_absent_value_refuses(use: Callable[[Any], object]) -> None:
    with pytest.raises((PartNotFetchedError, TypeError, ValueError)):
        use(ABSENT)


def test_only_its_repr_is_quiet_so_that_objects_can_be_looked_at() -> None:
    assert "ABSENT" == repr(ABSENT)


@strawberry.type
class _Inner:
    text: str | None = None


@strawberry.type
class _Word:
    text: str | None = field("A text.", part=CustomerPart.NAME)
    identity: strawberry.ID | None = field("An id.", part=CustomerPart.NAME)
    whole: int | None = field("A whole number.", part=CustomerPart.NAME)
    real: float | None = field("A real number.", part=CustomerPart.NAME)
    yes: bool | None = field("Yes or no.", part=CustomerPart.NAME)
    choice: PaymentMode | None = field("An enum.", part=CustomerPart.NAME)
    amount: Decimal | None = field("A decimal.", part=CustomerPart.NAME)
    large: Long | None = field("A long.", part=CustomerPart.NAME)
    number: Msisdn | None = field("A number.", part=CustomerPart.NAME)
    sim: Imsi | None = field("A SIM.", part=CustomerPart.NAME)
    instant: dt.datetime | None = field("An instant.", part=CustomerPart.NAME)
    day: dt.date | None = field("A day.", part=CustomerPart.NAME)
    inner: _Inner | None = field("An object.", part=CustomerPart.NAME)
    inners: list[_Inner] | None = field("Objects.", part=CustomerPart.NAME)
    texts: list[str] | None = field("Texts.", part=CustomerPart.NAME)


@strawberry.type
class _Query:
    @strawberry.field
    def word(self) -> _Word:
        return _Word()


SCHEMA = strawberry.Schema(_Query, config=StrawberryConfig(scalar_map=SCALARS))
LEAVES = ("text", "identity", "whole", "real", "yes", "choice", "amount", "large", "number", "sim", "instant", "day")


@pytest.mark.parametrize("asked", [*LEAVES, "texts", "inner { text }", "inner { __typename }", "inners { __typename }"])
async def test_an_absent_field_in_an_answer_is_an_error_and_never_a_value(asked: str) -> None:
    result = await SCHEMA.execute(f"{{ word {{ {asked} }} }}")

    (error,) = result.errors or []
    assert isinstance(error, GraphQLError)
    assert {"word": {asked.split(maxsplit=1)[0]: None}} == result.data


def test_a_field_with_a_part_names_it_for_the_planner() -> None:
    declared = {found.python_name: found for found in Customer.__strawberry_definition__.fields}  # type: ignore[attr-defined]

    assert (CustomerPart.STATUS,) == declared["status_reason"].metadata[PARTS]


def test_a_word_without_its_parts_has_none_of_them() -> None:
    source = Source(system="crm", operation="read", fetched_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))

    customer = Customer(ref=Ref("customer", "crm", ("1",)), customer_number="1", source=source)

    assert customer.name is ABSENT
    assert customer.account_numbers is ABSENT


def test_a_ref_does_not_print_its_key() -> None:
    assert "99960000042" not in repr(Ref("line", "", ("99960000042",)))
