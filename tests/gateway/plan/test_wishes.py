"""What a document says of time and age is read once, and means what its variables make of it."""

from typing import Any

import pytest

from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.operations.planning import Planned
from gateway.plan.wishes import NOTHING, Wanted
from resolvers.ages import Age
from tests.connectors.support import FixedClock
from tests.resolvers.support import SCHEMA, codes

CLOCK = FixedClock()
OPERATIONS = Operations(SCHEMA, limits=LimitSettings())
BY = '(by: {id: "1000042"})'


def _planned(text: str, variables: dict[str, Any] | None = None) -> Planned | Outcome:
    prepared = OPERATIONS.prepare(text)
    assert not prepared.errors
    return OPERATIONS.plan(prepared, name=None, variables=variables)


def _wanted(text: str, variables: dict[str, Any] | None = None) -> Wanted:
    planned = _planned(text, variables)
    assert isinstance(planned, Planned)
    return planned.wanted


class TestOfTheQuery:
    def test_a_document_without_wishes_costs_nothing(self) -> None:
        planned = _planned(f"{{ customer{BY} {{ name }} }}")

        assert isinstance(planned, Planned)
        assert planned.plan.wishes is None
        assert NOTHING is planned.wanted

    def test_a_text_that_looks_like_one_is_none(self) -> None:
        assert Wanted() == _wanted('{ customer(by: {id: "@within @fresh"}) { name } }')

    def test_time_and_age(self) -> None:
        wanted = _wanted(f"query @within(ms: 300) @fresh(maxAge: 30, else: STALE) {{ customer{BY} {{ name }} }}")

        assert Wanted(within_s=0.3, age=Age(30, or_older=True)) == wanted

    @pytest.mark.parametrize(
        ("else_", "or_older"), [("", False), (", else: ERROR", False), (", else: null", False), (", else: STALE", True)]
    )
    def test_an_error_unless_stale_is_asked_for(self, else_: str, *, or_older: bool) -> None:
        wanted = _wanted(f"query @fresh(maxAge: 0{else_}) {{ customer{BY} {{ name }} }}")

        assert Age(0, or_older=or_older) == wanted.age

    def test_variables_have_their_say_each_time(self) -> None:
        text = "query($ms: Int!, $age: Int! = 7, $e: FreshElse) @within(ms: $ms) @fresh(maxAge: $age, else: $e)"
        text += f"{{ customer{BY} {{ name }} }}"

        assert Wanted(0.25, Age(7)) == _wanted(text, {"ms": 250})
        assert Wanted(0.1, Age(1, or_older=True)) == _wanted(text, {"ms": 100, "age": 1, "e": "STALE"})

    @pytest.mark.parametrize("ms", [0, -1])
    def test_no_time_at_all_is_refused(self, ms: int) -> None:
        refused = _planned(f"query($ms: Int!) @within(ms: $ms) {{ customer{BY} {{ name }} }}", {"ms": ms})

        assert isinstance(refused, Outcome)
        assert not refused.executed
        assert ["BAD_INPUT"] == codes(refused)
        assert "1 or more milliseconds" in refused.errors[0].message

    @pytest.mark.parametrize(("query", "field"), [("@fresh(maxAge: -1)", ""), ("", "@fresh(maxAge: -1)")])
    def test_an_age_below_zero_is_refused(self, query: str, field: str) -> None:
        refused = _planned(f"query Q {query} {{ customer{BY} {field} {{ name }} }}")

        assert isinstance(refused, Outcome)
        assert ["BAD_INPUT"] == codes(refused)

    @pytest.mark.parametrize(
        ("query", "field"), [("@within(ms: $n)", ""), ("@fresh(maxAge: $n)", ""), ("", "@fresh(maxAge: $n)")]
    )
    def test_a_null_where_a_default_would_have_done_is_refused(self, query: str, field: str) -> None:
        text = f"query($n: Int = 5) {query} {{ customer{BY} {field} {{ name }} }}"
        refused = _planned(text, {"n": None})

        assert isinstance(_planned(text), Planned)
        assert isinstance(refused, Outcome)
        assert not refused.executed
        assert ["BAD_INPUT"] == codes(refused)
        assert "is null. Give it a number, or leave it out." in refused.errors[0].message

    @pytest.mark.parametrize(
        "text",
        [
            "query @within { __typename }",
            "query @fresh { __typename }",
            "query @within(ms: 1.5) { __typename }",
            "query @within(ms: 1) @within(ms: 2) { __typename }",
            "{ __typename @within(ms: 1) }",
            "query @fresh(maxAge: 1, else: NEVER) { __typename }",
            "fragment f on Query @fresh(maxAge: 1) { __typename } { ...f }",
        ],
    )
    def test_what_is_written_wrongly_is_no_valid_document(self, text: str) -> None:
        assert OPERATIONS.prepare(text).errors


class TestOfFields:
    def test_they_are_told_by_where_they_stand(self) -> None:
        wanted = _wanted(
            f"""
            query {{
              a: customer{BY} {{ ...c }}
              b: customer{BY} @fresh(maxAge: 9) {{ ...c }}
            }}
            fragment c on Customer {{ name old: bills {{ totalCount }} bills @fresh(maxAge: 5) {{ totalCount }} }}
            """
        )

        assert {("a", "bills"): Age(5), ("b",): Age(9), ("b", "bills"): Age(5)} == wanted.ages

    def test_fields_of_one_name_are_one_and_the_strictest_holds(self) -> None:
        fields = "bills @fresh(maxAge: 5, else: STALE) { totalCount } bills { totalCount } bills @fresh(maxAge: 9) { nodes { id } }"

        assert {("customer", "bills"): Age(5)} == _wanted(f"{{ customer{BY} {{ {fields} }} }}").ages

    def test_one_that_is_left_out_wants_nothing(self) -> None:
        text = f"query($y: Boolean!) {{ customer{BY} {{ bills {{ totalCount }} bills @skip(if: $y) @fresh(maxAge: 5) {{ totalCount }} }} }}"

        assert {} == _wanted(text, {"y": True}).ages
        assert {("customer", "bills"): Age(5)} == _wanted(text, {"y": False}).ages

    @pytest.mark.parametrize(
        "field", ["name @fresh(maxAge: 5)", "source @fresh(maxAge: 5) { system }", "id @fresh(maxAge: 0)"]
    )
    def test_one_below_which_nobody_is_asked_is_refused_rather_than_ignored(self, field: str) -> None:
        refused = _planned(f"{{ customer{BY} {{ {field} }} }}")

        assert isinstance(refused, Outcome)
        assert ["BAD_INPUT"] == codes(refused)
        assert "Put it at the field above" in refused.errors[0].message

    @pytest.mark.parametrize(
        "field", ["totals @fresh(maxAge: 5) { openBills { complete } }", "lines { nodes @fresh(maxAge: 5) { msisdn } }"]
    )
    def test_one_that_leads_to_calls_may_have_it(self, field: str) -> None:
        assert _wanted(f"{{ customer{BY} {{ {field} }} }}").ages


class TestTerms:
    def test_wishes_only_shorten_and_only_make_stricter(self) -> None:
        within = Terms.after(1, CLOCK).no_older(20, or_older=False)

        assert within == NOTHING.terms(within, CLOCK)
        assert within == Wanted(within_s=2, age=Age(30, or_older=True)).terms(within, CLOCK)
        less = Wanted(within_s=0.5, age=Age(10, or_older=True)).terms(within, CLOCK)
        assert (0.5, 10, False) == (less.remaining(CLOCK), less.max_age_s, less.or_older)

    def test_stale_stays_where_nobody_wants_an_error(self) -> None:
        terms = Wanted(age=Age(10, or_older=True)).terms(Terms.after(1, CLOCK), CLOCK)

        assert (10, True) == (terms.max_age_s, terms.or_older)
