"""Field usage: what is counted by client and day, what is forgotten, and that it stays within its bounds."""

import collections
import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.usage import counts
from gateway.usage.counts import KEEP_DAYS, MAX_KINDS, Usage, Used
from gateway.usage.told import UsageInWords, fields_of
from tests.connectors.support import NOW, FixedClock
from tests.resolvers.support import SCHEMA

TODAY = NOW.date()
DAY_S = 86_400.0


@dataclasses.dataclass(frozen=True)
class Planned:
    coordinates: frozenset[str]


def plan(*coordinates: str) -> Planned:
    return Planned(frozenset(coordinates))


def test_operations_are_counted_by_client_and_field() -> None:
    usage = Usage(clock=FixedClock())
    for client, planned in (("web", plan("A.a", "A.b")), ("web", plan("A.a")), ("app", plan("A.b"))):
        usage.used(client, planned)

    assert {"A.a": Used(2, TODAY), "A.b": Used(1, TODAY)} == usage.fields("web")
    assert {"A.a": Used(2, TODAY), "A.b": Used(2, TODAY)} == usage.fields()
    assert {} == usage.fields("nobody")
    assert [("web", 2), ("app", 1)] == [(client, counted.operations) for _, client, counted in usage.clients()]


def test_those_who_are_not_told_apart_are_everybody() -> None:
    usage = Usage(clock=FixedClock())
    usage.used(None, plan("A.a"))

    assert {"A.a": Used(1, TODAY)} == usage.fields("everybody")


def test_days_are_told_apart_and_forgotten_after_their_time() -> None:
    clock = FixedClock()
    usage = Usage(clock=clock)
    usage.used("web", plan("A.a"))
    clock.advance(DAY_S)
    usage.used("web", plan("A.b"))

    assert {"A.a": Used(1, TODAY), "A.b": Used(1, TODAY + dt.timedelta(days=1))} == usage.fields("web")

    clock.advance((KEEP_DAYS - 2) * DAY_S)
    assert {"A.a", "A.b"} == set(usage.fields())
    clock.advance(DAY_S)
    assert {"A.b"} == set(usage.fields())
    clock.advance(DAY_S)
    assert {} == usage.fields()
    assert 0 == usage._entries


def test_what_was_asked_before_midnight_counts_for_its_day() -> None:
    clock = FixedClock(NOW.replace(hour=23, minute=58))
    usage = Usage(clock=clock)
    usage.used("web", plan("A.a"))
    clock.advance(180)

    assert {"A.a": Used(1, TODAY)} == usage.fields()


def test_many_kinds_of_operations_are_added_up() -> None:
    usage = Usage(clock=FixedClock())
    for number in range(5 * MAX_KINDS):
        usage.used("web", plan("A.a", f"A.b{number % 600}"))
        assert len(usage._kinds) <= MAX_KINDS

    assert Used(5 * MAX_KINDS, TODAY) == usage.fields("web")["A.a"]
    assert 601 == usage._entries == len(usage.fields("web"))


def test_the_oldest_day_goes_first_and_then_no_client_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MAX_ENTRIES", 20)
    clock = FixedClock()
    usage = Usage(clock=clock)
    for day in range(2):
        for client in range(4):
            usage.used(f"c{client}", plan(*(f"A.a{field}" for field in range(5))))
        clock.advance((1 - day) * DAY_S)

    assert {TODAY + dt.timedelta(days=1)} == {day for day, *_ in usage.clients()}
    usage.used("late", plan("A.a"))
    assert {} == usage.fields("late")
    assert 1 == usage.left_out
    assert 20 == usage._entries


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.frozensets(st.sampled_from("abcd")), st.integers(0, 40)), max_size=30)
)
def test_nothing_is_lost_or_counted_twice(asked: list[tuple[str, frozenset[str], int]]) -> None:
    """
    Whatever comes when: the same as if each had been written down, but for days that are over.
    """
    clock = FixedClock()
    usage = Usage(clock=clock)
    written: collections.Counter[tuple[dt.date, str, str]] = collections.Counter()
    for client, coordinates, hours in asked:
        clock.advance(hours * 3600)
        usage.used(client, Planned(coordinates))
        written.update((clock.now().date(), client, each) for each in coordinates)

    today = clock.now().date()
    kept = {key: number for key, number in written.items() if (today - key[0]).days < KEEP_DAYS}
    assert kept == {
        (day, client, field): number
        for day, client, counted in usage.clients()
        for field, number in counted.fields.items()
    }


def test_plans_of_documents_that_differ_in_names_only_are_one_kind() -> None:
    """
    Each of their requests has a plan of its own, so plans would be no keys.
    """
    operations = Operations(SCHEMA, limits=LimitSettings())
    usage = Usage(clock=FixedClock())
    for number in range(20):
        planned = operations.plan(
            operations.prepare(f'query Q{number} {{ line(by: {{msisdn: "99960000001"}}) {{ id }} }}'),
            name=None,
            variables=None,
        )
        usage.used("web", planned.plan)  # type: ignore[union-attr]

    assert 1 == len(usage._kinds)
    assert {"Query.line": 20, "Line.id": 20} == {name: each.operations for name, each in usage.fields().items()}


class TestInWords:
    def test_clients_are_told(self) -> None:
        usage = Usage(clock=FixedClock())
        words = UsageInWords(usage, SCHEMA._schema)
        usage.used("web", plan("Query.line", "Line.id"))
        usage.used("app", plan("Query.line"))

        told = words.told(client=None, field=None, unused=False)
        assert [["web", 1, 2, str(TODAY)], ["app", 1, 1, str(TODAY)]] == told["clients"]
        assert "2026-11-22T08:00:00+00:00" == told["since"]
        assert [["web", 1, 2, str(TODAY)]] == words.told(client=None, field="Line.id", unused=False)["clients"]
        assert [["Query.line", 1, str(TODAY), False]] == words.told(client="app", field=None, unused=False)["fields"]

    def test_what_is_not_used_is_the_rest_of_the_graph(self) -> None:
        usage = Usage(clock=FixedClock())
        words = UsageInWords(usage, SCHEMA._schema)
        usage.used("web", plan("Query.line", "Line.id"))
        everything = set(fields_of(SCHEMA._schema))

        def unused(client: str | None) -> set[str]:
            return {name for name, _ in words.told(client=client, field=None, unused=True)["unused"]}

        assert everything - {"Query.line", "Line.id"} == unused(None) == unused("web")
        assert everything == unused("app")
        assert {"Customer.bills", "Query.customer"} <= everything
        assert not any(each.startswith("_") or "._" in each for each in everything)

    def test_a_field_that_is_not_there_is_told(self) -> None:
        with pytest.raises(LookupError, match=r"Type\.field"):
            UsageInWords(Usage(clock=FixedClock()), SCHEMA._schema).told(client=None, field="Line.x", unused=False)
