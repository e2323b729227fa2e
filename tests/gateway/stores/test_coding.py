"""Coding: what is written comes back as it was, and bytes that this coding would not write are nothing."""

import dataclasses
from collections import UserString
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.guard import Answer
from gateway import systems
from gateway.stores.coding import Coding
from schema.billing import Payment
from schema.parts import BillingPart, CustomerPart, PartyPart, PrepaidPart
from schema.party import PartyKind
from schema.recharge import PrepaidAccount
from schema.source import Ref
from tests.connectors.support import NOW, Reports
from tests.gateway.stores.operator import Seen
from tests.gateway.stores.values import same, values
from tests.resolvers.fakes import money, source

CODING = Coding(systems.values(), report=Reports())
PARTS = st.frozensets(st.sampled_from([*CustomerPart, *PartyPart, *BillingPart, *PrepaidPart]))


def coded(answer: Answer[Any]) -> Answer[Any]:
    """*answer*, written and read."""
    encoded = CODING.encode(answer)
    assert encoded is not None
    found = CODING.decode(encoded)
    assert found is not None
    return found


def payment(**changes: Any) -> Payment:
    plain = {field.name: None for field in dataclasses.fields(Payment)}
    given: dict[str, Any] = {
        "ref": Ref("payment", "billing", ("1",)),
        "payment_number": "1",
        "account_key": "k",
        "paid_at": NOW,
        "amount": money("1.00"),
        "source": source("billing"),
    }
    return Payment(**plain | given | changes)


@pytest.mark.parametrize("annotation", systems.values(), ids=str)
@given(data=st.data())
def test_whatever_an_answer_can_hold_comes_back_as_it_was(annotation: Any, data: st.DataObject) -> None:
    fresh_s = data.draw(st.none() | st.floats(0, 1e6))
    validator = data.draw(st.none() | st.text(max_size=8))
    answer = Answer(data.draw(values(annotation)), NOW, data.draw(PARTS), fresh_s, validator=validator)

    assert same(answer, coded(answer))


def test_what_the_pretend_operator_answers_comes_back_as_it_was(seen: list[Seen]) -> None:
    assert len(seen) > 100
    assert len({type(answer.value) for _, answer in seen}) >= 5

    assert [] == [answer for _, answer in seen if not same(answer, coded(answer))]


def test_an_answer_whose_value_is_of_no_known_class_is_not_written_and_told_of_once() -> None:
    report = Reports()
    coding = Coding(systems.values(), report=report)

    for value in (UserString("99960000042"), UserString("99960000043"), (payment(amount=UserString("12")),)):
        assert coding.encode(Answer(value, NOW)) is None

    kinds = [(event, values["kind"]) for event, values in report.events]
    assert [("answer_not_encoded", "UserString"), ("answer_not_encoded", "tuple")] == kinds
    assert "9996" not in str(report.events)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 12},
        {"ref": ("payment", "billing", ("1",))},
        {"ref": Ref("payment", "billing", ["1"])},  # type: ignore[arg-type]
        {"source": None},
    ],
)
def test_a_value_that_its_class_does_not_promise_is_not_written(changes: dict[str, Any]) -> None:
    assert CODING.encode(Answer((payment(**changes),), NOW)) is None


@pytest.mark.parametrize("changes", [{"method": 12}, {"method": PartyKind.INDIVIDUAL, "paid_at": "yesterday"}])
def test_what_was_written_of_the_wrong_type_is_nothing_when_it_is_read(changes: dict[str, Any]) -> None:
    encoded = CODING.encode(Answer((payment(**changes),), NOW))

    assert encoded is None or CODING.decode(encoded) is None


def _flipped(place: int) -> st.SearchStrategy[bytes]:
    return st.integers(0, 255).map(lambda byte: ENCODED[:place] + bytes([byte]) + ENCODED[place + 1 :])


ENCODED = CODING.encode(Answer((payment(method="cash"), payment()), NOW, frozenset({BillingPart.ACCOUNTS}))) or b""


@pytest.mark.parametrize("length", range(len(ENCODED)))
def test_bytes_that_are_cut_are_nothing(length: int) -> None:
    assert CODING.decode(ENCODED[:length]) is None


def test_bytes_with_something_behind_them_are_nothing() -> None:
    assert CODING.decode(ENCODED + b"\xc0") is None


Opened = list[Any]


def _payload(opened: Opened) -> Opened:
    found: Opened = opened[4]
    return found


def _without_a_field(opened: Opened) -> None:
    _payload(opened)[0].pop()


def _with_a_field_more(opened: Opened) -> None:
    _payload(opened)[0].append(None)


def _with_another_class(opened: Opened) -> None:
    opened[3] = "builtins.eval"


def _with_a_class_that_does_not_fit(opened: Opened) -> None:
    opened[3] = "schema.party.Party"


def _with_an_unknown_part(opened: Opened) -> None:
    opened[2] = ["BillingPart.EVERYTHING"]


def _with_a_number_for_a_text(opened: Opened) -> None:
    _payload(opened)[0][1] = 1


def _with_null_for_a_text(opened: Opened) -> None:
    _payload(opened)[0][1] = None


def _with_money_as_a_float(opened: Opened) -> None:
    _payload(opened)[0][5] = [1.0, "EUR"]


def _with_money_that_is_no_number(opened: Opened) -> None:
    _payload(opened)[0][5] = ["NaN", "EUR"]


def _without_a_time(opened: Opened) -> None:
    opened[0] = "today"


def _with_a_number_for_a_validator(opened: Opened) -> None:
    opened[5] = 1


def _without_a_validator(opened: Opened) -> None:
    opened.pop()


def _as_it_was(opened: Opened) -> None:
    """Nothing is changed."""


def _changed(change: Callable[[Opened], None]) -> bytes:
    opened = msgspec.msgpack.decode(ENCODED)
    change(opened)
    return msgspec.msgpack.encode(opened)


@pytest.mark.parametrize(
    "change",
    [
        _without_a_field,
        _with_a_field_more,
        _with_another_class,
        _with_a_class_that_does_not_fit,
        _with_an_unknown_part,
        _with_a_number_for_a_text,
        _with_null_for_a_text,
        _with_money_as_a_float,
        _with_money_that_is_no_number,
        _without_a_time,
        _with_a_number_for_a_validator,
        _without_a_validator,
    ],
)
def test_bytes_that_say_something_else_are_nothing(change: Callable[[Opened], None]) -> None:
    assert CODING.decode(_changed(_as_it_was)) is not None

    assert CODING.decode(_changed(change)) is None


def test_a_part_is_there_once_or_not_at_all() -> None:
    opened = msgspec.msgpack.decode(CODING.encode(Answer(PrepaidAccount(source=source("recharge")), NOW)) or b"")
    for several in ([], ["1"], ["1", "2"]):
        opened[4][0] = several
        assert (len(several) < 2) == (CODING.decode(msgspec.msgpack.encode(opened)) is not None)


@given(st.binary(max_size=60) | st.integers(0, len(ENCODED) - 1).flatmap(_flipped))
def test_bytes_from_anywhere_never_raise(encoded: bytes) -> None:
    found = CODING.decode(encoded)

    assert found is None or isinstance(found, Answer)


def test_codings_of_the_same_classes_read_each_other_and_others_say_so() -> None:
    one, other = (Coding(systems.values(), report=Reports()) for _ in range(2))
    fewer = Coding(systems.values()[:-1], report=Reports())

    assert one.schema_version == other.schema_version
    assert one.schema_version != fewer.schema_version


def test_a_field_more_is_another_version() -> None:
    before, after = (
        Coding([dataclasses.make_dataclass("Thing", fields)], report=Reports()).schema_version
        for fields in ([("one", str)], [("one", str), ("two", str | None)])
    )

    assert before != after
