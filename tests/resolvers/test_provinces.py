"""Two provinces with a billing and a recharge system each: one graph over both, and one that is ill costs its part."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.routes import Routes, Serves, Systems
from schema.money import Money
from tests.resolvers.fakes import FakeBilling, FakeRecharge
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator, codes, presented

ISLAND_MSISDN = "99970000042"
ISLAND_ACCOUNT = "C1000042"
LATER = dt.timedelta(hours=5)
MAINLAND = Serves(numbers=("9996",), accounts=("A",))
ISLANDS = Serves(numbers=("9997",), accounts=("C",))

CUSTOMER = 'customer(by: {msisdn: "%s"})' % MSISDN  # noqa: UP031 - braces are GraphQL's here


class Provinces:
    """An operator with two provinces, and a customer with an account and a line in both."""

    def __init__(self, serves: Mapping[str, Serves]) -> None:
        self.billing = FakeBilling("billing-islands", currency="DKK", later=LATER)
        self.billing.lines = {ISLAND_ACCOUNT: (ISLAND_MSISDN,)}
        self.billing.only_known = True
        self.recharge = FakeRecharge("recharge-islands", currency="DKK", later=LATER)
        self.recharge.lines = {ISLAND_MSISDN}
        self.history = FakeRecharge("recharge-history-islands", currency="DKK", later=LATER)
        self.history.lines = {ISLAND_MSISDN}
        self.history.only_known = True
        self._serves = serves
        self.mainland = FakeOperator(self._routes)
        self.mainland.billing.only_known = True
        self.mainland.history.only_known = True
        self.mainland.crm.accounts = {"1000042": (ACCOUNT, ISLAND_ACCOUNT)}

    async def ask(self, query: str) -> Any:
        return await self.mainland.ask(query)

    def down(self, *systems: FakeBilling | FakeRecharge) -> None:
        for system in systems:
            system.failure = Unavailable("a reason", system=system.system)

    def _routes(self, mainland: FakeOperator) -> Routes:
        serves = {name: self._serves["islands" if "islands" in name else "mainland"] for name in _ALL}
        return Routes(
            customers=Systems({"crm": mainland.crm}),
            billing=Systems({"billing": mainland.billing, "billing-islands": self.billing}, serves),
            network=Systems({"hss": mainland.hss}),
            recharging=Systems({"recharge": mainland.recharge, "recharge-islands": self.recharge}, serves),
            recharge_history=Systems(
                {"recharge-history": mainland.history, "recharge-history-islands": self.history}, serves
            ),
        )


_ALL = ("billing", "billing-islands", "recharge", "recharge-islands", "recharge-history", "recharge-history-islands")


@pytest.fixture(params=["told by beginnings", "told by nothing"])
def provinces(request: pytest.FixtureRequest) -> Provinces:
    """Both ways to route: by what each serves, and by asking everybody."""
    told = request.param == "told by beginnings"
    return Provinces(
        {"mainland": MAINLAND, "islands": ISLANDS} if told else {"mainland": Serves(), "islands": Serves()}
    )


@pytest.fixture
def told() -> Provinces:
    return Provinces({"mainland": MAINLAND, "islands": ISLANDS})


async def test_a_customer_is_found_by_the_number_of_either_province(provinces: Provinces) -> None:
    for msisdn in (MSISDN, ISLAND_MSISDN):
        outcome = await provinces.ask('{ customer(by: {msisdn: "%s"}) { customerNumber } }' % msisdn)  # noqa: UP031

        assert {"customer": {"customerNumber": "1000042"}} == outcome.data


async def test_accounts_and_lines_of_both_provinces_come_with_their_source(provinces: Provinces) -> None:
    outcome = await provinces.ask(
        f"{{ {CUSTOMER} {{ accounts {{ accountNumber currency source {{ system }} }} lines {{ nodes {{ msisdn }} }} }} }}"
    )

    assert not outcome.errors
    assert [
        {"accountNumber": ACCOUNT, "currency": "EUR", "source": {"system": "billing"}},
        {"accountNumber": ISLAND_ACCOUNT, "currency": "DKK", "source": {"system": "billing-islands"}},
    ] == outcome.data["customer"]["accounts"]
    assert [{"msisdn": MSISDN}, {"msisdn": ISLAND_MSISDN}] == outcome.data["customer"]["lines"]["nodes"]


async def test_bills_payments_and_recharges_are_one_list_newest_first(provinces: Provinces) -> None:
    outcome = await provinces.ask(
        f"{{ {CUSTOMER} {{ bills(first: 4) {{ totalCount nodes {{ id issuedAt source {{ system }} }} }} "
        "payments { nodes { paidAt source { system } } } "
        "recharges(first: 4) { totalCount nodes { id rechargedAt source { system } } } } }"
    )

    assert not outcome.errors
    found = outcome.data["customer"]
    for name, date, where in (("bills", "issuedAt", "billing"), ("recharges", "rechargedAt", "recharge-history")):
        nodes = found[name]["nodes"]
        assert sorted((node[date] for node in nodes), reverse=True) == [node[date] for node in nodes]
        assert [f"{where}-islands", where] * 2 == [node["source"]["system"] for node in nodes]
        assert 4 == len({node["id"] for node in nodes}), "the same number in two systems is two things"
    assert 48 == found["bills"]["totalCount"]
    assert 60 == found["recharges"]["totalCount"]
    assert ["billing-islands", "billing"] == [node["source"]["system"] for node in found["payments"]["nodes"]]


async def test_pages_go_through_both_provinces_once(told: Provinces) -> None:
    seen: list[str] = []
    after = "null"
    for _ in range(20):
        outcome = await told.ask(
            f"{{ {CUSTOMER} {{ bills(first: 7, after: {after}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        )
        page = outcome.data["customer"]["bills"]
        seen += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'

    assert 48 == len(seen) == len(set(seen))


async def test_what_each_province_serves_spares_the_other(told: Provinces) -> None:
    await told.ask(f'{{ {CUSTOMER} {{ name }} line(by: {{msisdn: "{MSISDN}"}}) {{ balances {{ name }} }} }}')

    assert {} == dict(told.billing.calls)
    assert {} == dict(told.recharge.calls)


TOTALS = f"{{ {CUSTOMER} {{ totals {{ %s {{ amount {{ amount currency }} complete sources {{ system }} }} }} }} }}"


def _told(outcome: Any, name: str) -> list[tuple[str, str, bool, list[str]]]:
    return [
        (
            each["amount"]["amount"],
            each["amount"]["currency"],
            each["complete"],
            [source["system"] for source in each["sources"]],
        )
        for each in outcome.data["customer"]["totals"][name]
    ]


async def test_totals_are_per_currency_and_say_what_they_were_summed_from(provinces: Provinces) -> None:
    provinces.mainland.billing.open, provinces.billing.open = "1.25", "10.05"
    provinces.mainland.billing.unbilled = [Money(amount=Decimal("0.10"), currency="EUR")]
    provinces.billing.unbilled = [
        Money(amount=Decimal("0.20"), currency="EUR"),
        Money(amount=Decimal("7.00"), currency="DKK"),
    ]

    bills = await provinces.ask(TOTALS % "openBills")
    unbilled = await provinces.ask(TOTALS % "unbilled")
    prepaid = await provinces.ask(TOTALS % "prepaid")

    assert [("241.20", "DKK", True, ["billing-islands"]), ("30.00", "EUR", True, ["billing"])] == _told(
        bills, "openBills"
    )
    assert [
        ("7.00", "DKK", True, ["billing-islands"]),
        ("0.30", "EUR", True, ["billing", "billing-islands"]),
    ] == _told(unbilled, "unbilled")
    assert [("12.50", "DKK", True, ["recharge-islands"]), ("12.50", "EUR", True, ["recharge"])] == _told(
        prepaid, "prepaid"
    )
    assert [] == [error.message for outcome in (bills, unbilled, prepaid) for error in outcome.errors]


async def test_totals_alone_ask_nobody_for_what_they_do_not_need(told: Provinces) -> None:
    await told.ask(TOTALS % "openBills")

    assert {"profile": 1, "bills": 1} == dict(told.mainland.billing.calls)
    assert {"bills": 1} == dict(told.billing.calls)
    assert {} == dict(told.mainland.recharge.calls)


WHOLE = (
    f"{{ {CUSTOMER} {{ name accounts {{ accountNumber }} bills {{ totalCount }} payments {{ totalCount }} "
    "lines { nodes { msisdn } } recharges { totalCount } "
    "totals { openBills { amount { currency } complete } prepaid { amount { currency } complete } } } }"
)


async def test_a_dead_province_costs_its_part_and_says_so(provinces: Provinces) -> None:
    provinces.down(provinces.billing, provinces.recharge, provinces.history)

    outcome = await provinces.ask(WHOLE)

    eur = [{"amount": {"currency": "EUR"}, "complete": False}]
    assert {
        "name": "Customer 1000042",
        "accounts": [{"accountNumber": ACCOUNT}],
        "bills": {"totalCount": 24},
        "payments": {"totalCount": 1},
        "lines": {"nodes": [{"msisdn": MSISDN}]},
        "recharges": {"totalCount": 30},
        "totals": {"openBills": eur, "prepaid": eur},
    } == outcome.data["customer"]
    errors = presented(outcome)
    assert {"UPSTREAM_UNAVAILABLE"} == set(codes(outcome))
    assert all(error["extensions"]["system"].endswith("-islands") for error in errors)
    assert {
        ("customer", "accounts"),
        ("customer", "bills"),
        ("customer", "payments"),
        ("customer", "lines"),
        ("customer", "recharges"),
        ("customer", "totals", "openBills"),
        ("customer", "totals", "prepaid"),
    } == {tuple(error["path"]) for error in errors}


async def test_a_dead_recharge_system_costs_its_recharges_and_balances(told: Provinces) -> None:
    told.down(told.recharge, told.history)

    outcome = await told.ask(WHOLE)

    found = outcome.data["customer"]
    assert 48 == found["bills"]["totalCount"]
    assert [{"msisdn": MSISDN}, {"msisdn": ISLAND_MSISDN}] == found["lines"]["nodes"]
    assert 30 == found["recharges"]["totalCount"]
    assert [True, True] == [each["complete"] for each in found["totals"]["openBills"]]
    assert [False] == [each["complete"] for each in found["totals"]["prepaid"]]
    assert {"recharge-history-islands", "recharge-islands"} == {
        error["extensions"]["system"] for error in presented(outcome)
    }


async def test_both_provinces_dead_is_no_answer_rather_than_an_empty_one(told: Provinces) -> None:
    told.down(told.billing, told.mainland.billing)

    outcome = await told.ask(
        '{ customer(by: {id: "1000042"}) { name bills { totalCount } accounts { id } lines { nodes { id } } '
        "recharges { totalCount } totals { openBills { complete } } } }"
    )

    nothing = {"bills": None, "accounts": None, "lines": None, "recharges": None, "totals": {"openBills": None}}
    assert {"name": "Customer 1000042", **nothing} == outcome.data["customer"]
    assert ["UPSTREAM_UNAVAILABLE"] * 5 == codes(outcome)


async def test_a_mark_that_may_be_in_the_missing_part_is_not_called_wrong(told: Provinces) -> None:
    bills = f"{{ {CUSTOMER} {{ bills(first: 1, after: %s) {{ pageInfo {{ endCursor }} }} }} }}"
    first = await told.ask(bills % "null")
    mark = first.data["customer"]["bills"]["pageInfo"]["endCursor"]
    told.down(told.billing)

    outcome = await told.ask(bills % f'"{mark}"')

    assert outcome.data["customer"]["bills"] is None
    assert ["UPSTREAM_UNAVAILABLE"] == codes(outcome)


async def test_the_other_province_still_finds_a_customer_where_nothing_tells_whose_the_number_is() -> None:
    provinces = Provinces({"mainland": Serves(), "islands": Serves()})
    provinces.down(provinces.billing)

    known = await provinces.ask(f"{{ {CUSTOMER} {{ customerNumber }} }}")
    perhaps = await provinces.ask('{ customer(by: {msisdn: "99960000099"}) { customerNumber } }')

    assert {"customer": {"customerNumber": "1000042"}} == known.data
    assert ["UPSTREAM_UNAVAILABLE"] == codes(perhaps), "the dead one may know, so it is not said to be unknown"


async def test_an_account_number_that_two_systems_know_is_nobodys() -> None:
    provinces = Provinces({"mainland": Serves(), "islands": Serves()})
    provinces.billing.lines[ACCOUNT] = (ISLAND_MSISDN,)

    outcome = await provinces.ask('{ customer(by: {id: "1000042"}) { bills { nodes { source { system } } } } }')
    by_account = await provinces.ask('{ customer(by: {accountNumber: "%s"}) { name } }' % ACCOUNT)  # noqa: UP031

    assert {"billing-islands"} == {node["source"]["system"] for node in outcome.data["customer"]["bills"]["nodes"]}
    assert ["AMBIGUOUS_IDENTITY"] == codes(outcome)
    assert ["AMBIGUOUS_IDENTITY"] == codes(by_account)


async def test_a_number_that_no_system_serves_asks_nobody(told: Provinces) -> None:
    outcome = await told.ask('{ customer(by: {msisdn: "99980000001"}) { name } }')

    assert ["NOT_FOUND"] == codes(outcome)
    assert {} == told.mainland.calls


async def test_a_page_out_of_bounds_asks_nobody(told: Provinces) -> None:
    outcome = await told.ask('{ customer(by: {id: "1000042"}) { bills(first: 201) { totalCount } } }')

    assert ["BAD_INPUT"] == codes(outcome)
    assert {} == dict(told.mainland.billing.calls)
