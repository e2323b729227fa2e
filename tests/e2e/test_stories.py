"""Every story of the sandbox is a question that a developer can run and learn from."""

import pytest

from tests.conftest import RunningGateway

KEYS = [
    "unexplained-charge",
    "free-voicemail-ends",
    "data-nearly-used",
    "vip-outage",
    "fibre-moved-in",
    "two-names",
    "recycled-number",
    "family",
    "two-provinces",
]


def test_there_is_a_story_for_each_key(running_gateway: RunningGateway) -> None:
    assert set(KEYS) == set(running_gateway.stories())


@pytest.mark.parametrize("key", KEYS)
def test_the_storys_question_is_answered_without_an_error(running_gateway: RunningGateway, key: str) -> None:
    answer = running_gateway.ask(running_gateway.stories()[key]["question"])

    assert "errors" not in answer
    assert all(answer["data"].values())


def test_two_names_come_from_two_systems(running_gateway: RunningGateway) -> None:
    customer = running_gateway.ask(running_gateway.stories()["two-names"]["question"])["data"]["customer"]

    assert "crm" == customer["source"]["system"]
    assert "billing" == customer["accounts"][0]["source"]["system"]
    assert customer["name"] != customer["accounts"][0]["name"]


def test_the_unexplained_charge_is_on_the_newest_bill(running_gateway: RunningGateway) -> None:
    customer = running_gateway.ask(running_gateway.stories()["unexplained-charge"]["question"])["data"]["customer"]

    codes = {line["chargeCode"] for line in customer["bills"]["nodes"][0]["lines"]}
    assert {"C_CONTENT_SUBSCRIPTION", "C_RENT_PRORATION"} <= codes


def test_a_family_has_three_lines_on_two_accounts(running_gateway: RunningGateway) -> None:
    customer = running_gateway.ask(running_gateway.stories()["family"]["question"])["data"]["customer"]

    assert 3 == customer["lines"]["totalCount"]
    assert 2 == len(customer["accounts"])
    numbers = {account["accountNumber"] for account in customer["accounts"]}
    assert numbers == {line["account"]["accountNumber"] for line in customer["lines"]["nodes"]}
