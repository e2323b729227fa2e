"""Billing names the account of a payment by its own key only, so the account it was asked for compares it."""

import dataclasses

import pytest

from connectors.guard import Answer
from tests.connectors.support import Reports
from tests.resolvers.support import FakeOperator, codes, presented

QUESTION = '{ customer(by: {id: "1000042"}) { accounts { accountNumber payments { totalCount } } } }'


@pytest.fixture
def operator():
    return FakeOperator()


async def test_payments_of_another_account_are_refused_and_reported(operator, monkeypatch):
    right = operator.billing.payments

    async def another(account_number, **asked):
        answer = await right(account_number, **asked)
        return Answer(
            tuple(dataclasses.replace(each, account_key="key-of-another") for each in answer.value), answer.fetched_at
        )

    monkeypatch.setattr(operator.billing, "payments", another)
    report = Reports()

    outcome = await operator.ask(QUESTION)

    (account,) = outcome.data["customer"]["accounts"]
    assert account["payments"] is None
    assert account["accountNumber"]
    assert ["UPSTREAM_BAD_DATA"] == codes(outcome)
    presented(outcome, report=report)
    assert [("call_failed", "UPSTREAM_BAD_DATA")] == [(event, values["code"]) for event, values in report.events]


async def test_payments_of_the_account_are_given(operator):
    outcome = await operator.ask(QUESTION)

    assert [1] == [account["payments"]["totalCount"] for account in outcome.data["customer"]["accounts"]]
