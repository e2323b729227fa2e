"""A caller that may read about some only: whatever leads to somebody else, by whatever way, is refused alike."""

import json
from typing import Any

import pytest

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile
from connectors.guard import Answer
from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.policy.asker import Asker
from gateway.policy.rights import rights_of
from resolvers.failures import GraphFailure, OutOfReach
from schema.customer import Customer, PartyRef
from schema.parts import ABSENT, BillingPart
from schema.policy import Audience
from schema.source import Ref
from tests.resolvers.fakes import FakeBilling
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, SCHEMA, FakeOperator, codes

OWN, OTHER = "1000042", "1000099"
OTHERS_ACCOUNT, OTHERS_LINE = "A777", "99960000777"
SCOPES = frozenset({"customer:read", "line:read", "billing:read", "party:read", "balance:read"})
OPERATIONS = Operations(SCHEMA, limits=LimitSettings(), audience=Audience.SELF_CARE)

EVERY_WAY = [
    f'customer(by: {{id: "{OWN}"}}) {{ status }}',
    f'customer(by: {{msisdn: "{MSISDN}"}}) {{ status }}',
    f'customer(by: {{imsi: "{IMSI}"}}) {{ status }}',
    f'customer(by: {{accountNumber: "{ACCOUNT}"}}) {{ status }}',
    f'customers(by: [{{msisdn: "{MSISDN}"}}]) {{ status }}',
    f'line(by: {{msisdn: "{MSISDN}"}}) {{ id }}',
    f'line(by: {{imsi: "{IMSI}"}}) {{ id }}',
    f'_entities(representations: [{{__typename: "Line", msisdn: "{MSISDN}"}}]) {{ ... on Line {{ id }} }}',
    f'_entities(representations: [{{__typename: "Customer", customerNumber: "{OWN}"}}]) {{ ... on Customer {{ id }} }}',
]


class Only:
    """One customer, by number, is within reach."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.admitted: list[str] = []

    async def admit(self, customer: Customer) -> None:
        self.admitted.append(customer.customer_number)
        if customer.customer_number != self.number:
            raise OutOfReach

    async def miss(self, _: PartyRef) -> None:
        """Nobody is asked."""

    def foresees(self, system: str, number: str) -> bool:
        return (system, number) == ("crm", self.number)

    def excludes(self, *_: str) -> bool:
        return False

    nobody: GraphFailure | None = None
    basis: tuple[tuple[str, str], ...] = ()

    def unknown(self, _: GraphFailure) -> GraphFailure:
        return OutOfReach()


async def _ask(text: str, reach: Only | None, operator: FakeOperator) -> Any:
    who = Asker(
        rights_of(Audience.SELF_CARE, SCOPES),
        whose=b"" if reach is None else reach.number.encode(),
        reach=None if reach is None else lambda _: reach,
    )
    return await OPERATIONS.execute(
        OPERATIONS.prepare(text),
        name=None,
        variables=None,
        graph=operator.graph,
        within=Terms.after(5, operator.clock),
        asker=who,
    )


def _data(outcome: Any) -> Any:
    return outcome.data if isinstance(outcome.data, dict) else json.loads(bytes(outcome.data))


@pytest.mark.parametrize("way", EVERY_WAY)
async def test_one_reaches_ones_own(way: str) -> None:
    reach = Only(OWN)

    outcome = await _ask(f"{{ it: {way} }}", reach, FakeOperator())

    assert not outcome.errors
    assert "sb1" in repr(_data(outcome)) or "Approved" in repr(_data(outcome))
    assert {OWN} == set(reach.admitted)


@pytest.mark.parametrize("way", EVERY_WAY)
async def test_nobody_elses(way: str) -> None:
    outcome = await _ask(f"{{ it: {way} }}", Only(OTHER), FakeOperator())

    assert ["FORBIDDEN"] == codes(outcome)
    assert _data(outcome)["it"] in (None, [None])


@pytest.mark.parametrize(
    "way",
    [
        'customer(by: {id: "555"}) { status }',
        'customer(by: {accountNumber: "A555"}) { status }',
        'line(by: {msisdn: "99960000555"}) { id }',
    ],
)
async def test_whoever_is_not_known_cannot_be_told_from_somebody_else(way: str) -> None:
    unknown = await _ask(f"{{ it: {way} }}", Only(OTHER), FakeOperator())
    foreign = await _ask(f'{{ it: customer(by: {{id: "{OWN}"}}) {{ status }} }}', Only(OTHER), FakeOperator())

    assert codes(unknown) == codes(foreign) == ["FORBIDDEN"]


@pytest.mark.parametrize("kind", ["account", "bill"])
async def test_nor_what_is_somebody_elses_by_its_id(kind: str) -> None:
    operator = FakeOperator()
    text = f'{{ customer(by: {{id: "{OWN}"}}) {{ accounts {{ id bills(first: 1) {{ nodes {{ id }} }} }} }} }}'
    account = _data(await _ask(text, None, operator))["customer"]["accounts"][0]
    known = account["id"] if kind == "account" else account["bills"]["nodes"][0]["id"]
    word = "BillingAccount" if kind == "account" else "Bill"
    question = (
        f'{{ it: _entities(representations: [{{__typename: "{word}", id: "{known}"}}]) {{ ... on {word} {{ id }} }} }}'
    )

    own, foreign = await _ask(question, Only(OWN), operator), await _ask(question, Only(OTHER), operator)

    assert known == _data(own)["it"][0]["id"]
    assert ["FORBIDDEN"] == codes(foreign)


async def test_an_account_that_somebody_else_pays_by_is_theirs() -> None:
    """An employer's, for example: the line is its user's, and the account is not."""
    operator = FakeOperator()
    text = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ id account {{ name }} }} }}'

    class UntilTheLineIsThere(Only):
        async def admit(self, customer: Customer) -> None:
            await super().admit(customer)
            self.number = OTHER

    outcome = await _ask(text, UntilTheLineIsThere(OWN), operator)

    assert ["FORBIDDEN"] == codes(outcome)
    assert _data(outcome)["line"]["account"] is None
    assert _data(outcome)["line"]["id"]


async def test_early_calls_give_nothing_to_those_who_may_not_have_it() -> None:
    operator = FakeOperator()
    text = f'{{ it: customer(by: {{msisdn: "{MSISDN}"}}) {{ name lines {{ nodes {{ balances {{ name }} }} }} }} }}'
    for _ in range(2):
        assert not (await _ask(text, Only(OWN), operator)).errors

    outcome = await _ask(text, Only(OTHER), operator)

    assert ["FORBIDDEN"] == codes(outcome)
    assert {"it": None} == _data(outcome)


class OneForBoth(FakeBilling):
    """Knows one customer where the CRM knows two: whoever is asked about, it tells of the accounts and lines of both."""

    async def profile(self, _: BillingKey, *, parts: frozenset[BillingPart], within: Terms) -> Answer[BillingProfile]:
        first, second = [
            await super(OneForBoth, self).profile(
                BillingKey(BillingKeyKind.ACCOUNT, number), parts=parts, within=within
            )
            for number in (ACCOUNT, OTHERS_ACCOUNT)
        ]
        subscribers = (
            (*first.value.subscribers, *second.value.subscribers) if BillingPart.SUBSCRIBERS in parts else ABSENT
        )
        accounts = (*first.value.accounts, *second.value.accounts) if BillingPart.ACCOUNTS in parts else ABSENT
        return Answer(BillingProfile("c", accounts, subscribers), first.fetched_at, parts)


@pytest.mark.parametrize(
    "fields",
    [
        "lines { nodes { msisdn } }",
        "lines { nodes { msisdn } } recharges { totalCount } totals { prepaid { complete } }",
    ],
)
async def test_lines_of_somebody_elses_account_are_not_ones_own_though_billing_tells_of_them(fields: str) -> None:
    operator = FakeOperator()
    operator.billing.lines[OTHERS_ACCOUNT] = (OTHERS_LINE,)
    operator.billing.__class__ = OneForBoth

    outcome = await _ask(f'{{ customer(by: {{id: "{OWN}"}}) {{ {fields} }} }}', Only(OWN), operator)

    assert [{"msisdn": MSISDN}] == _data(outcome)["customer"]["lines"]["nodes"]
    assert len(operator.recharge.calls) <= 1
    assert {1} >= set(operator.recharge.calls.values()) | set(operator.history.calls.values())


async def test_nothing_is_asked_about_whoever_is_out_of_reach_although_they_are_remembered() -> None:
    operator = FakeOperator()
    operator.remembers()
    text = f'{{ it: customer(by: {{msisdn: "{MSISDN}"}}) {{ bills {{ totalCount }} lines {{ nodes {{ balances {{ name }} }} }} }} }}'
    for _ in range(2):
        assert not (await _ask(text, None, operator)).errors
    operator.counted()

    assert ["FORBIDDEN"] == codes(await _ask(text, Only(OTHER), operator))
    asked = operator.counted()
    assert not {"recharge", "recharge-history"} & asked.keys()
    assert not {"bills"} & asked["billing"].keys()


async def test_a_reference_shows_nothing_of_what_it_names() -> None:
    assert OWN not in repr(Ref("customer", "crm", (OWN,))) + repr(OutOfReach())
