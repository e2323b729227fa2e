"""A customer with lines in two provinces, over real HTTP: one graph, both currencies, and one province dead."""

import datetime as dt
import itertools
from typing import Any

import pytest

from tests.conftest import RunningGateway

QUESTION = """
query ($n: MSISDN!) {
  customer(by: {msisdn: $n}) {
    name
    totals {
      openBills { amount { amount currency } complete sources { system } }
      prepaid { amount { amount currency } complete sources { system } }
    }
    accounts { accountNumber currency source { system } }
    bills(first: 100) { nodes { id billNumber issuedAt openAmount { amount currency } source { system } } }
    recharges(first: 200) { totalCount nodes { id rechargedAt amount { amount currency } source { system } } }
    lines { nodes { msisdn balances { kind money { amount currency } source { system } } } }
  }
}
"""


@pytest.fixture
def msisdn(running_gateway: RunningGateway) -> str:
    return running_gateway.stories()["two-provinces"]["msisdn"]


def _systems(items: list[dict[str, Any]]) -> set[str]:
    return {item["source"]["system"] for item in items}


def _currencies(totals: list[dict[str, Any]]) -> list[str]:
    return [total["amount"]["currency"] for total in totals]


def test_both_provinces_are_one_customer(running_gateway: RunningGateway, msisdn: str) -> None:
    answer = running_gateway.ask(QUESTION, n=msisdn)

    assert "errors" not in answer
    customer = answer["data"]["customer"]
    assert {"billing", "billing-islands"} == _systems(customer["accounts"]) == _systems(customer["bills"]["nodes"])
    assert 2 == len({account["currency"] for account in customer["accounts"]})
    assert {"recharge-history", "recharge-history-islands"} == _systems(customer["recharges"]["nodes"])
    balances = [balance for line in customer["lines"]["nodes"] for balance in line["balances"] or []]
    assert {"recharge", "recharge-islands"} == _systems(balances)


def test_totals_are_per_currency_and_add_up(running_gateway: RunningGateway, msisdn: str) -> None:
    customer = running_gateway.ask(QUESTION, n=msisdn)["data"]["customer"]

    for name, amounts in (
        ("openBills", [bill["openAmount"] for bill in customer["bills"]["nodes"]]),
        (
            "prepaid",
            [
                balance["money"]
                for line in customer["lines"]["nodes"]
                for balance in line["balances"] or []
                if balance["kind"] == "MAIN"
            ],
        ),
    ):
        totals = customer["totals"][name]
        assert 2 == len(_currencies(totals))
        assert all(total["complete"] for total in totals)
        for total in totals:
            cents = [_cents(each) for each in amounts if each["currency"] == total["amount"]["currency"]]
            assert sum(cents) == _cents(total["amount"])


def _cents(money: dict[str, str]) -> int:
    whole, _, fraction = money["amount"].partition(".")
    assert 2 == len(fraction)
    return int(whole + fraction)


def test_all_recharges_are_one_list_newest_first(running_gateway: RunningGateway, msisdn: str) -> None:
    recharges = running_gateway.ask(QUESTION, n=msisdn)["data"]["customer"]["recharges"]

    nodes = recharges["nodes"]
    made = [dt.datetime.fromisoformat(node["rechargedAt"]) for node in nodes]
    assert sorted(made, reverse=True) == made
    assert recharges["totalCount"] == len(nodes) == len({node["id"] for node in nodes})
    order = [node["source"]["system"] for node in nodes]
    assert len([1 for one, next_ in itertools.pairwise(order) if one != next_]) > 2, "they interleave"


def test_the_same_bill_number_in_two_systems_is_two_bills(running_gateway: RunningGateway, msisdn: str) -> None:
    bills = running_gateway.ask(QUESTION, n=msisdn)["data"]["customer"]["bills"]["nodes"]

    assert len(bills) == len({bill["id"] for bill in bills})
    assert len(bills) > len({bill["billNumber"] for bill in bills})


@pytest.mark.parametrize("dead", ["islands", "mainland"])
def test_one_province_dead_costs_its_part(running_gateway: RunningGateway, msisdn: str, dead: str) -> None:
    whole = running_gateway.ask(QUESTION, n=msisdn)["data"]["customer"]
    suffix = "-islands" if dead == "islands" else ""
    customer_id = running_gateway.stories()["two-provinces"]["customerId"]
    for system in ("billing", "recharge"):
        running_gateway.fault(f"{system}{suffix}", "off")

    answer = running_gateway.ask(QUESTION.replace("{msisdn: $n}", "{id: $n}").replace("MSISDN!", "ID!"), n=customer_id)

    def living(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item for item in items if item["source"]["system"].endswith("-islands") is (dead == "mainland")]

    left = answer["data"]["customer"]
    assert whole["name"] == left["name"]
    assert living(whole["accounts"]) == left["accounts"]
    assert living(whole["bills"]["nodes"]) == left["bills"]["nodes"]
    assert living(whole["recharges"]["nodes"]) == left["recharges"]["nodes"]
    assert [False] == [total["complete"] for total in left["totals"]["openBills"]]
    assert [False] == [total["complete"] for total in left["totals"]["prepaid"]]
    assert {"UPSTREAM_UNAVAILABLE"} == {error["extensions"]["code"] for error in answer["errors"]}
    assert {f"billing{suffix}"} == {error["extensions"]["system"] for error in answer["errors"]}
    assert all(error["path"][0] == "customer" for error in answer["errors"])


@pytest.mark.parametrize("system", ["recharge-islands", "recharge"])
def test_a_dead_recharge_system_leaves_all_bills(running_gateway: RunningGateway, msisdn: str, system: str) -> None:
    whole = running_gateway.ask(QUESTION, n=msisdn)["data"]["customer"]
    running_gateway.fault(system, "off")

    answer = running_gateway.ask(QUESTION, n=msisdn)

    left = answer["data"]["customer"]
    assert whole["bills"] == left["bills"]
    assert whole["totals"]["openBills"] == left["totals"]["openBills"]
    assert 0 < len(left["recharges"]["nodes"]) < len(whole["recharges"]["nodes"])
    assert [False] == [total["complete"] for total in left["totals"]["prepaid"]]


def test_each_province_is_asked_once_for_what_it_knows(running_gateway: RunningGateway, msisdn: str) -> None:
    running_gateway.ask(QUESTION, n=msisdn)

    calls = running_gateway.calls()
    for province in ("billing", "billing-islands"):
        assert all(count <= 2 for count in calls[province].values()), calls
    assert {"GET /customer": 1} == calls["crm"]
