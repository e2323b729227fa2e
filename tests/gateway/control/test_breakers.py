"""Breakers in an operator's words."""

import pytest

from connectors.guard import Breakers, GuardSettings, State
from gateway.control.breakers import BreakersInWords
from tests.connectors.support import FixedClock, Reports

CLOSED = {"system": "crm", "class": "default", "state": "closed", "forced": False, "why": None, "ill_s": None}


def _breakers() -> Breakers:
    made = Breakers(clock=FixedClock(), report=Reports())
    made.of("crm", GuardSettings())
    return made


def test_each_breaker_is_told_by_system_and_class() -> None:
    assert [CLOSED] == BreakersInWords(_breakers()).snapshot()


def test_one_is_forced_and_let_go_by_words() -> None:
    breakers = _breakers()
    words = BreakersInWords(breakers)

    words.force("crm", "closed", None)
    forced = words.snapshot()
    words.force("crm", None, "default")

    assert [{**CLOSED, "forced": True}] == forced
    assert [CLOSED] == words.snapshot()
    assert State.CLOSED is breakers.snapshot()[0].state


def test_one_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="crm"):
        BreakersInWords(_breakers()).force("crn", "open", None)
