"""Whom calls and answers are about: every key that somebody could name when something has changed leads to a tag."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.guard import Keys, Subject, subject
from schema.parts import ABSENT
from tests.gateway.stores.operator import Seen

KINDS: Mapping[str, Callable[[str], Subject]] = {
    "msisdn": subject.line,
    "imsi": subject.sim,
    "account_number": subject.account,
    "account_numbers": subject.account,
    "customer_number": subject.customer,
    "party_id": subject.party,
}


def _keys(value: Any, name: str = "") -> Iterator[Subject]:
    """Every key in a value, by the name of the field that it stands in."""
    if value is None or value is ABSENT:
        return
    if isinstance(value, str):
        if name in KINDS:
            yield KINDS[name](value)
    elif isinstance(value, Mapping):
        yield from _keys(tuple(value.values()))
    elif isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        for each in value:
            yield from _keys(each, name)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _keys(getattr(value, field.name), field.name)


def test_every_call_says_whom_it_is_about(seen: list[Seen]) -> None:
    assert [] == [call for call, _ in seen if not call.about]


def test_every_key_in_an_answer_is_one_that_the_answer_is_found_by(seen: list[Seen]) -> None:
    keys = Keys()
    found = 0
    for call, answer in seen:
        named = set(keys.tags(_keys(answer.value)))
        found += len(named)
        assert named <= set(keys.tags_of(call, answer.value)), call

    assert found > 100


def test_every_text_that_a_call_asks_by_is_whom_it_is_about(seen: list[Seen]) -> None:
    words = {"ids", "filter", "msisdn", "imsi", "account", "engagedParty"}
    for call, _ in seen:
        asked = {each for each in call.args if isinstance(each, str)} - words
        assert {each.key for each in call.about} & asked, call
