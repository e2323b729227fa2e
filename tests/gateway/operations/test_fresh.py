"""`@fresh`: which calls it covers, on what terms they are made, and that nothing goes round it."""

import dataclasses
from typing import Any

import pytest

from connectors.errors import NotFresh, Unavailable
from connectors.terms import Terms
from gateway.operations.outcome import Outcome
from tests.gateway.operations.noting import Noting
from tests.resolvers.support import ACCOUNT, MSISDN, codes

CUSTOMER = 'customer(by: {id: "1000042"})'
LINE = f'line(by: {{msisdn: "{MSISDN}"}})'


async def _ask(world: Noting, text: str, **terms: Any) -> Outcome:
    return await world.operations.execute(
        world.operations.prepare(text),
        name=None,
        variables=None,
        graph=world.operator.graph,
        within=dataclasses.replace(Terms.after(5, world.clock), **terms),
    )


class TestWhatItCovers:
    async def test_at_the_query_every_call(self) -> None:
        world = Noting()

        await _ask(world, f"query @fresh(maxAge: 30) {{ {CUSTOMER} {{ name bills {{ totalCount }} }} }}")

        assert {"customers": [30], "bills": [30]} == world.ages()

    async def test_at_a_field_its_own_calls_and_not_those_that_led_to_it(self) -> None:
        world = Noting()

        await _ask(
            world, f"{{ {CUSTOMER} {{ name bills @fresh(maxAge: 30) {{ totalCount }} payments {{ totalCount }} }} }}"
        )

        assert {"customers": [None], "bills": [30], "payments": [None]} == world.ages()

    async def test_at_a_field_what_is_below_it(self) -> None:
        world = Noting()

        await _ask(
            world, f"{{ {CUSTOMER} {{ accounts @fresh(maxAge: 30) {{ balance {{ unbilled {{ amount }} }} }} }} }}"
        )

        assert {"customers": [None], "profile": [30], "balance": [30]} == world.ages()

    async def test_where_several_hold_the_lowest_age_does_and_an_error_rather_than_stale(self) -> None:
        world = Noting()
        text = (
            f"query @fresh(maxAge: 60, else: STALE) {{ {CUSTOMER} @fresh(maxAge: 20) {{ "
            "bills @fresh(maxAge: 40, else: STALE) { totalCount } payments @fresh(maxAge: 10) { totalCount } } }"
        )

        await _ask(world, text)

        assert {(20, False)} == {
            (each.max_age_s, each.or_older) for each in world.terms["customers"] + world.terms["bills"]
        }
        assert {"customers": [20], "bills": [20], "payments": [10]} == world.ages()

    async def test_one_fragment_is_under_it_at_one_place_and_not_at_another(self) -> None:
        world = Noting(fresh_s={})
        text = (
            f"{{ a: {LINE} {{ ...n }} b: {LINE} @fresh(maxAge: 5) {{ ...n }} }}"
            " fragment n on Line { network { apns } }"
        )

        outcome = await _ask(world, text)

        assert not outcome.errors
        assert [None, 5] == sorted(world.ages()["profile_by_msisdn"], key=lambda age: age or 0)

    async def test_fields_that_want_the_same_share_their_calls(self) -> None:
        world = Noting()
        text = f"{{ a: {LINE} {{ network @fresh(maxAge: 5) {{ apns }} }} b: {LINE} {{ network @fresh(maxAge: 5) {{ apns }} }} }}"

        await _ask(world, text)

        assert {"profile_by_msisdn": [5]} == world.ages()

    async def test_within_a_list_each_item_is_under_it(self) -> None:
        world = Noting()

        await _ask(world, f"{{ {CUSTOMER} {{ lines {{ nodes {{ balances @fresh(maxAge: 5) {{ name }} }} }} }} }}")

        assert [5] == world.ages()["balances"]

    async def test_the_second_run_is_as_the_first(self) -> None:
        world = Noting(fresh_s={})
        text = f"{{ {CUSTOMER} {{ name bills @fresh(maxAge: 30) {{ nodes {{ source {{ freshness }} }} }} }} }}"

        for _ in range(3):
            await _ask(world, text)
            assert {"customers": [None], "bills": [30]} == world.ages()


class TestByTheRequest:
    async def test_the_request_covers_every_call(self) -> None:
        world = Noting()

        await _ask(world, f"{{ {CUSTOMER} {{ name }} }}", max_age_s=3)

        assert {"customers": [3]} == world.ages()

    async def test_the_stricter_of_request_and_document_holds(self) -> None:
        world = Noting()

        await _ask(
            world, f"{{ {CUSTOMER} @fresh(maxAge: 9) {{ bills @fresh(maxAge: 1) {{ totalCount }} }} }}", max_age_s=3
        )

        assert {"customers": [3], "bills": [1]} == world.ages()


class TestNothingGoesRoundIt:
    async def test_a_remembered_answer_is_not_given_to_a_question_with_an_age(self) -> None:
        world = Noting()
        text = f"{{ {CUSTOMER} {{ name }} }}"
        for _ in range(3):
            await _ask(world, text)
        assert 1 == len(world.answers)
        world.ages()

        await _ask(world, text, max_age_s=3)

        assert {"customers": [3]} == world.ages()

    @pytest.mark.parametrize(
        "text", ["query @fresh(maxAge: 3) {{ {0} {{ name }} }}", "{{ {0} @fresh(maxAge: 3) {{ name }} }}"]
    )
    async def test_nor_is_such_an_answer_remembered(self, text: str) -> None:
        world = Noting()

        for _ in range(3):
            await _ask(world, text.format(CUSTOMER))
            assert {"customers": [3]} == world.ages()

        assert not len(world.answers)

    async def test_early_calls_are_made_on_the_terms_of_the_query(self) -> None:
        world = Noting(fresh_s={})
        world.operator.remembers()
        text = f'query @fresh(maxAge: 3) {{ customer(by: {{msisdn: "{MSISDN}"}}) {{ bills {{ totalCount }} }} }}'
        await _ask(world, text)
        world.ages()

        await _ask(world, text)

        assert {3} == {age for ages in world.ages().values() for age in ages}

    async def test_where_a_field_has_an_age_nothing_is_asked_before_its_turn(self) -> None:
        world = Noting(fresh_s={})
        world.operator.remembers()
        text = f'{{ customer(by: {{msisdn: "{MSISDN}"}}) {{ bills @fresh(maxAge: 3) {{ totalCount }} }} }}'
        await _ask(world, text)
        world.ages()

        await _ask(world, text)

        assert [3] == world.ages()["bills"]

    @pytest.mark.parametrize(("max_age_s", "confirms"), [(5, True), (30, False)])
    async def test_who_somebody_is_is_confirmed_anew_when_that_is_older(
        self, max_age_s: int, *, confirms: bool
    ) -> None:
        world = Noting(fresh_s={})
        world.operator.remembers(max_age_s=60)
        by_number = f'customer(by: {{msisdn: "{MSISDN}"}})'
        await _ask(world, f"{{ {by_number} {{ name }} }}")
        world.clock.advance(10)
        world.ages()

        await _ask(world, f"{{ {by_number} @fresh(maxAge: {max_age_s}) {{ name }} }}")

        assert confirms == ("profile" in world.ages())


class TestWhatCallersSee:
    async def test_not_fresh_is_the_error_of_that_field_alone(self) -> None:
        world = Noting(fresh_s={})
        world.operator.billing.failures["bills"] = NotFresh("too old", system="billing", operation="bills")

        outcome = await _ask(world, f"{{ {CUSTOMER} {{ name bills @fresh(maxAge: 3) {{ totalCount }} }} }}")

        assert ["NOT_FRESH"] == codes(outcome)
        assert ["customer", "bills"] == outcome.errors[0].path
        assert {"customer": {"name": "Customer 1000042", "bills": None}} == outcome.data

    async def test_an_older_value_than_asked_for_says_stale_where_it_was_asked_and_nowhere_else(self) -> None:
        # Without the guard's side of it: here whatever is kept is given.
        world = Noting(fresh_s={})
        world.clock.advance(20)
        for system in world.operator.systems:
            system.clock = None  # All they say was said 20 seconds ago.
        fields = "nodes { source { freshness } }"
        text = (
            f"{{ {CUSTOMER} {{ source {{ freshness }} bills(first: 1) @fresh(maxAge: 5, else: STALE) {{ {fields} }}"
            f" more: bills(first: 1) {{ {fields} }} payments @fresh(maxAge: 25, else: STALE) {{ {fields} }} }} }}"
        )

        for _ in range(3):
            data = (await _ask(world, text)).data["customer"]
            assert "CACHED" == data["source"]["freshness"]
            assert [{"source": {"freshness": "STALE"}}] == data["bills"]["nodes"]
            assert [{"source": {"freshness": "CACHED"}}] == data["more"]["nodes"]
            assert [{"source": {"freshness": "CACHED"}}] == data["payments"]["nodes"]

    async def test_at_the_query_all_of_it_says_so(self) -> None:
        world = Noting(fresh_s={})
        world.clock.advance(20)
        world.operator.crm.clock = None

        for _ in range(3):
            outcome = await _ask(
                world, f"query @fresh(maxAge: 5, else: STALE) {{ {CUSTOMER} {{ source {{ freshness }} }} }}"
            )
            assert {"customer": {"source": {"freshness": "STALE"}}} == outcome.data


class TestTheOperationAsAWhole:
    async def test_parts_that_are_missing_below_it_are_told(self) -> None:
        world = Noting(fresh_s={})
        world.operator.crm.accounts["1000042"] = (ACCOUNT, "A2")
        bills = world.operator.billing.bills

        async def some(account_number: str, **named: Any) -> Any:
            if account_number == "A2":
                raise Unavailable("reset", system="billing")
            return await bills(account_number, **named)

        world.operator.billing.bills = some  # type: ignore[method-assign]

        outcome = await _ask(world, f"{{ {CUSTOMER} {{ totals @fresh(maxAge: 3) {{ openBills {{ complete }} }} }} }}")

        assert {"customer": {"totals": {"openBills": [{"complete": False}]}}} == outcome.data
        assert ["UPSTREAM_UNAVAILABLE"] == codes(outcome)

    async def test_entities_are_counted_over_all_ages_together(self) -> None:
        world = Noting()
        text = "query($r: [_Any!]!) { a: _entities(representations: $r) @fresh(maxAge: 1) { ...l } "
        text += "b: _entities(representations: $r) @fresh(maxAge: 2) { ...l } } fragment l on Line { network { apns } }"
        given = [{"__typename": "Line", "msisdn": "60000042"}] * 501

        outcome = await world.operations.execute(
            world.operations.prepare(text),
            name=None,
            variables={"r": given},
            graph=world.operator.graph,
            within=Terms.after(5, world.clock),
        )

        assert {"TOO_COSTLY"} == set(codes(outcome))
        assert not world.asked()
