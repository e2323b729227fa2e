"""Operations of callers who may not have all of it: what is forbidden is refused and never asked for, and masks hold."""

import pytest

from gateway.operations.planning import Planned
from gateway.policy.asker import Asker
from schema.policy import Audience
from schema.source import Ref
from tests.gateway.policy.asking import ALL, ask, asker, operations
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator

WHO = f'by: {{msisdn: "{MSISDN}"}}'
FRAGMENTS = "fragment F on Customer { bills { nodes { ...G } } } fragment G on Bill { amount { amount } }"
TEXT = f"{{ customer({WHO}) {{ name status party {{ name birthDate }} bills {{ nodes {{ billNumber }} }} }} }}"


async def test_a_field_without_its_scope_is_null_with_the_scopes_it_needs() -> None:
    data, errors = await ask(
        operations(Audience.AGENT), TEXT, asker(Audience.AGENT, ALL - {"billing:read"}), FakeOperator()
    )

    assert data["customer"]["bills"] is None
    assert data["customer"]["status"] is not None
    (error,) = errors
    assert (["customer", "bills"], "FORBIDDEN") == (error["path"], error["extensions"]["code"])
    assert [["billing:read"]] == error["extensions"]["requiredScopes"]
    assert "lacks a scope" in error["message"]


async def test_nothing_is_asked_of_a_system_for_what_may_not_be_read() -> None:
    operator = FakeOperator()
    agent = asker(Audience.AGENT, ALL - {"party:read", "billing:read"})

    for _ in range(3):
        await ask(
            operations(Audience.AGENT),
            '{ customer(by: {id: "1000042"}) { party { name } bills { totalCount } } }',
            agent,
            operator,
        )

    assert not operator.billing.calls
    assert {"customers"} == set(operator.crm.calls)


async def test_parts_of_a_record_that_may_not_be_read_are_not_fetched() -> None:
    """What a field needs of CRM counts only where the field may be read."""
    operator = FakeOperator()

    await ask(
        operations(Audience.AGENT),
        '{ customer(by: {id: "1000042"}) { status party { name } accounts { name } } }',
        asker(Audience.AGENT, frozenset({"customer:read"})),
        operator,
    )

    assert {"status"} == {part.value for part in operator.crm.parts["customers"]}


async def test_an_object_that_may_not_be_null_takes_the_one_around_it_along() -> None:
    data, errors = await ask(
        operations(Audience.AGENT),
        f"{{ customer({WHO}) {{ status totals {{ openBills {{ amount {{ amount }} }} }} }} }}",
        asker(Audience.AGENT, frozenset({"customer:read"})),
        FakeOperator(),
    )

    assert {"status": "Approved", "totals": {"openBills": None}} == data["customer"]
    assert [["customer", "totals", "openBills"]] == [each["path"] for each in errors]


async def test_a_root_that_may_not_be_read_is_refused_with_all_below_it() -> None:
    operator = FakeOperator()

    data, errors = await ask(
        operations(Audience.AGENT),
        f"{{ customer({WHO}) {{ lines {{ nodes {{ balances {{ name }} }} }} }} line({WHO}) {{ id }} }}",
        asker(Audience.AGENT, frozenset({"line:read", "balance:read"})),
        operator,
    )

    assert data["customer"] is None
    assert data["line"]["id"]
    assert [["customer"]] == [each["path"] for each in errors]
    assert not operator.crm.calls
    assert not operator.recharge.calls


async def test_nothing_below_it_is_planned_however_it_is_written() -> None:
    """Fragments name their types themselves, so what leads there may be forgotten."""
    text = (
        f"{{ customer({WHO}) {{ ... on Customer {{ lines {{ ... on LineConnection {{ nodes "
        "{ balances { name } } } } } } }"
    )
    found = operations(Audience.AGENT)
    who = asker(Audience.AGENT, frozenset({"line:read", "balance:read"}))

    planned = found.plan(found.prepare(text), name=None, variables=None, asker=who)

    assert isinstance(planned, Planned)
    assert () == planned.plan.needs.asks
    assert {"Query.customer"} == planned.plan.withheld
    assert not planned.plan.coordinates


@pytest.mark.parametrize(
    "text",
    [
        f"query Q {{ c: customer({WHO}) {{ ...F ... on Customer {{ bills {{ totalCount }} }} }} }} {FRAGMENTS}",
        f"query Q($yes: Boolean = true) {{ c: customer({WHO}) {{ bills @include(if: $yes) {{ totalCount }} }} }}",
        f"query Q {{ c: customer({WHO}) {{ bills(first: 500) @fresh(maxAge: 0) {{ totalCount }} }} }}",
    ],
)
async def test_however_it_is_written(text: str) -> None:
    operator = FakeOperator()

    data, errors = await ask(operations(Audience.AGENT), text, asker(Audience.AGENT, ALL - {"billing:read"}), operator)

    assert {"c": {"bills": None}} == data
    assert [(["c", "bills"], "FORBIDDEN")] == [(each["path"], each["extensions"]["code"]) for each in errors]
    assert "bills" not in operator.billing.calls


async def test_what_is_skipped_is_not_refused() -> None:
    text = f"query Q($no: Boolean = false) {{ customer({WHO}) {{ status bills @include(if: $no) {{ totalCount }} }} }}"

    data, errors = await ask(
        operations(Audience.AGENT), text, asker(Audience.AGENT, ALL - {"billing:read"}), FakeOperator()
    )

    assert {"customer": {"status": "Approved"}} == data
    assert not errors


async def test_an_operation_can_be_refused_as_a_whole_instead() -> None:
    operator = FakeOperator()
    who = asker(Audience.AGENT, frozenset({"customer:read"}), refuses=True)

    data, (error,) = await ask(operations(Audience.AGENT), TEXT, who, operator)

    assert data is None
    assert "FORBIDDEN" == error["extensions"]["code"]
    assert [["billing:read", "party:read"]] == error["extensions"]["requiredScopes"]
    assert not operator.crm.calls


class TestMasks:
    async def test_hold_however_often_the_operation_is_executed(self) -> None:
        partner, operator = operations(Audience.PARTNER), FakeOperator()
        operator.crm.name = "Ann Example"

        found = [await ask(partner, TEXT, asker(Audience.PARTNER), operator) for _ in range(4)]

        assert all(not errors and data == found[0][0] for data, errors in found)
        customer = found[0][0]["customer"]
        assert "A*** E***" == customer["name"]
        assert "王**" == customer["party"]["name"]
        assert customer["party"]["birthDate"] is None

    async def test_hold_in_lists_and_pages(self) -> None:
        data, _ = await ask(
            operations(Audience.OPERATOR),
            f"{{ customer({WHO}) {{ lines {{ nodes {{ msisdn }} edges {{ node {{ msisdn }} }} }} }} }}",
            asker(Audience.OPERATOR),
            FakeOperator(),
        )

        lines = data["customer"]["lines"]
        assert {"999****0042"} >= {each["msisdn"] for each in lines["nodes"][:1]}
        assert MSISDN not in repr(data)

    async def test_a_partner_has_names_of_its_own_for_what_is_identified(self) -> None:
        text = f"{{ customer({WHO}) {{ customerNumber accounts {{ accountNumber bills {{ nodes {{ accountNumber }} }} }} }} }}"
        operator = FakeOperator()

        async def seen(client: str) -> dict[str, str]:
            data, errors = await ask(
                operations(Audience.PARTNER), text, asker(Audience.PARTNER, client=client), operator
            )
            assert not errors
            (account,) = data["customer"]["accounts"]
            assert {account["accountNumber"]} == {each["accountNumber"] for each in account["bills"]["nodes"]}
            return {"customer": data["customer"]["customerNumber"], "account": account["accountNumber"]}

        shop, again, bank = await seen("shop"), await seen("shop"), await seen("bank")

        assert shop == again
        assert not set(shop.values()) & set(bank.values())
        assert ACCOUNT not in repr((shop, bank))

    async def test_callers_with_other_rights_do_not_get_each_others_answers(self) -> None:
        """Answers are remembered: for whom, is part of the question."""
        partner, operator = operations(Audience.PARTNER), FakeOperator()
        clear = asker(Audience.PARTNER, ALL | {"unmasked:personal"})
        text = f"{{ line({WHO}) {{ msisdn }} }}"

        async def seen(who: Asker) -> str:
            data, _ = await ask(partner, text, who, operator)
            found: str = data["line"]["msisdn"]
            return found

        found = [await seen(each) for _ in range(3) for each in (clear, asker(Audience.PARTNER))]

        assert [MSISDN, "999****0042"] * 3 == found

    async def test_what_is_seen_in_clear_shares_the_plan_of_those_who_may_read_everything(self) -> None:
        agents = operations(Audience.AGENT)
        prepared = agents.prepare(f"{{ customer({WHO}) {{ name }} }}")

        plain, of_agent, of_partner = (
            agents.plan(prepared, name=None, variables=None, asker=each)
            for each in (None, asker(Audience.AGENT), asker(Audience.PARTNER))
        )

        assert plain.plan is of_agent.plan  # type: ignore[union-attr]
        assert plain.plan is not of_partner.plan  # type: ignore[union-attr]


KINDS: dict[str, tuple[str, str | dict[str, str], str | dict[str, str]]] = {
    "Customer": ("customer:read", {"customerNumber": "1000042"}, {"customerNumber": "1000555"}),
    "Line": ("line:read", {"msisdn": MSISDN}, {"msisdn": "99960000555"}),
    "BillingAccount": ("billing:read", ACCOUNT, "A1000555"),
}
"""The kinds of entities with the scope that each needs, and how one is named that is there, and one that is not."""

ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"


def _named(kind: str, key: str | dict[str, str], operator: FakeOperator) -> dict[str, object]:
    named = key if isinstance(key, dict) else {"id": operator.ids.seal(Ref("account", "billing", (key,)))}
    return {"__typename": kind, **named}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", [scope for scope, _, _ in KINDS.values()])
@pytest.mark.parametrize("audience", [Audience.AGENT, Audience.OPERATOR])
async def test_of_a_kind_of_which_nothing_may_be_read_not_even_the_name_is_told(
    audience: Audience, scope: str, kind: str
) -> None:
    needed, somebody, nobody = KINDS[kind]
    operator = FakeOperator()
    who = asker(audience, frozenset({scope, "party:read", "balance:read"}))

    told = [
        await ask(operations(audience), ENTITIES, who, operator, r=[_named(kind, key, operator)])
        for key in (somebody, nobody)
    ]

    if needed == scope:
        assert {"_entities": [{"__typename": kind}]} == told[0][0]
        return
    assert told[0] == told[1]
    assert {"_entities": [None]} == told[0][0]
    (error,) = told[0][1]
    assert ("FORBIDDEN", [[needed]]) == (error["extensions"]["code"], error["extensions"]["requiredScopes"])
    assert {} == operator.calls


async def test_kinds_that_may_be_read_are_told_beside_it() -> None:
    operator = FakeOperator()
    r = [_named(kind, somebody, operator) for kind, (_, somebody, _) in KINDS.items()]

    data, errors = await ask(
        operations(Audience.AGENT), ENTITIES, asker(Audience.AGENT, frozenset({"line:read"})), operator, r=r
    )

    assert {"_entities": [None, {"__typename": "Line"}, None]} == data
    assert [["_entities", 0], ["_entities", 2]] == [each["path"] for each in errors]
    assert {} == operator.calls
