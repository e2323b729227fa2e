"""Whoever asks about somebody out of reach: it is the same walk, and the same answer, whether there is anybody or not."""

import dataclasses
from typing import Any

import pytest

from connectors.capabilities import DataSubject
from connectors.errors import ConnectorError, NotKnown, Rejected
from connectors.guard import Answer
from connectors.routes import Routes, Systems
from connectors.terms import Terms
from gateway.policy.asker import Asker
from schema.consent import Consent
from schema.customer import Customer
from schema.parts import CustomerPart
from schema.policy import Audience
from tests.gateway.consent.support import MARKETING, FakeConsents, a_consent
from tests.gateway.policy.asking import asker
from tests.gateway.policy.out_of_reach import (
    ASKED,
    CALLERS,
    FAULTS,
    KEYS,
    NOBODY,
    SOMEBODY,
    TEXTS,
    WAYS,
    Setting,
    away,
)
from tests.resolvers.fakes import FakeBilling, FakeCrm
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("root", "key"), WAYS)
@pytest.mark.parametrize("caller", CALLERS)
async def test_somebody_and_nobody_are_the_same(caller: str, root: str, key: str, fault: str) -> None:
    setting = Setting()
    FAULTS[fault](setting)
    who = CALLERS[caller](setting)

    somebody, nobody = [await setting.told(who, TEXTS[root], by=by) for by in KEYS[key]]

    assert somebody == nobody
    assert {"it": None} == nobody[0]
    if fault == "all is well":
        by_number = key == "id" and caller != "partner"  # That this is not the caller's own, the number itself says.
        asked = set() if by_number else set(ASKED[key].split())
        assert asked | ({"consent"} if caller == "partner" else set()) == {name for name, n in nobody[2].items() if n}
        assert [{"partner": "CONSENT_REQUIRED"}.get(caller, "FORBIDDEN")] == [
            each["extensions"]["code"] for each in nobody[1]
        ]


@pytest.mark.parametrize("kind", ["Customer", "Line"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_entities_as_well(kind: str, fault: str) -> None:
    setting = Setting()
    FAULTS[fault](setting)
    text = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    keys = {"Customer": ("customerNumber", SOMEBODY, NOBODY), "Line": ("msisdn", MSISDN, "99960000555")}[kind]

    somebody, nobody = [
        await setting.told(setting.customer("1000099"), text, r=[{"__typename": kind, keys[0]: value}])
        for value in keys[1:]
    ]

    assert somebody == nobody
    assert {"_entities": [None]} == nobody[0]


async def test_side_by_side_in_one_question_too() -> None:
    text = "query ($by: [CustomerKey!]!) { it: customers(by: $by) { status } }"
    for somebody, nobody in (KEYS["msisdn"], KEYS["account"], KEYS["party"]):
        setting = Setting()
        told = [
            await setting.told(setting.partner(), text, by=by)
            for by in ([somebody, somebody], [somebody, nobody], [nobody, nobody])
        ]
        assert told[0][:2] == told[1][:2] == told[2][:2]


# About whom it is asked


async def test_a_stand_in_is_always_the_same_and_another_for_each_key() -> None:
    setting = Setting()

    async def asked(key: str, who: Asker) -> DataSubject:
        await setting.told(who, TEXTS["customer"], by=KEYS[key][1])
        return setting.consents.asked[0][0]

    found = [await asked(key, setting.partner()) for key in KEYS]

    assert found == [await asked(key, setting.partner(MARKETING)) for key in KEYS]
    assert len(KEYS) == len({each.id for each in found})
    assert not any(value[1:] in each.id for each in found for pair in KEYS.values() for value in pair[1].values())
    assert not {f"5{SOMEBODY}", f"5{NOBODY}"} & {each.id for each in found}


async def test_whatever_a_system_says_of_a_stand_in_nobody_is_admitted() -> None:
    """Also one that knows everybody, and says of each that they have agreed."""
    setting = Setting()
    setting.consents.consents = (a_consent(),)
    for key in KEYS:
        data, errors, _ = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS[key][1])
        assert (None, ["CONSENT_REQUIRED"]) == (data["it"], [each["extensions"]["code"] for each in errors])


class KnowsAccountsOfAll(FakeCrm):
    """Says of every account that it is the one customer's."""

    async def customers_of_accounts(
        self, account_numbers: Any, *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        return await super().customers_of_accounts([*account_numbers, ACCOUNT], parts=parts, within=within)


async def test_nor_by_an_account_that_somebody_happens_to_have() -> None:
    setting = Setting()
    setting.consents.consents = (a_consent(),)
    setting.operator.crm.__class__ = KnowsAccountsOfAll

    for key in ("msisdn", "imsi", "account"):
        data, errors, _ = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS[key][1])
        assert (None, ["CONSENT_REQUIRED"]) == (data["it"], [each["extensions"]["code"] for each in errors])


@pytest.mark.parametrize("error", [NotKnown, Rejected])
async def test_a_system_that_refuses_the_stand_in_has_answered(error: type[ConnectorError]) -> None:
    setting = Setting()

    class Choosy(FakeConsents):
        async def agreements(self, who: DataSubject, *, within: Terms) -> Answer[tuple[Consent, ...]]:
            if who.id != f"5{SOMEBODY}":
                raise error("no such party", system="consent")
            return await super().agreements(who, within=within)

    setting.consents.__class__ = Choosy
    setting.operator.crm.failures["customers_of_accounts"] = error("no such account", system="crm")
    for key in ("id", "msisdn", "imsi"):
        _, errors, _ = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS[key][1])
        assert ["CONSENT_REQUIRED"] == [each["extensions"]["code"] for each in errors]


class WithoutParty(FakeCrm):
    """A customer who is neither a person nor an organisation."""

    def customer(self, number: str, parts: frozenset[CustomerPart]) -> Customer:
        return dataclasses.replace(super().customer(number, parts), party_ref=None)


@pytest.mark.parametrize("fault", ["all is well", "consent away"])
async def test_whoever_has_no_party_is_asked_about_as_nobody_is(fault: str) -> None:
    setting = Setting()
    setting.operator.crm.__class__ = WithoutParty
    FAULTS[fault](setting)

    somebody, nobody = [await setting.told(setting.partner(), TEXTS["customer"], by=by) for by in KEYS["msisdn"]]

    assert somebody == nobody
    assert 1 == nobody[2]["consent"]


async def test_a_customer_whom_billing_knows_and_the_crm_does_not_is_nobody() -> None:
    setting = Setting()
    nobody = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS["msisdn"][1])
    setting.operator.crm.accounts = {}

    assert nobody == await setting.told(setting.partner(), TEXTS["customer"], by=KEYS["msisdn"][0])


@pytest.mark.parametrize("billing", ["no account", "several"])
async def test_nor_does_what_billing_has_of_them_tell(billing: str) -> None:
    setting = Setting()
    nobody = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS["msisdn"][1])
    if billing == "no account":
        setting.operator.billing.without_accounts = True
        setting.operator.billing.lines = {}
    else:
        setting.operator.crm.accounts["1000043"] = (ACCOUNT,)

    assert nobody == await setting.told(setting.partner(), TEXTS["customer"], by=KEYS["msisdn"][0])


async def test_a_sim_without_a_number_is_nobodys() -> None:
    setting = Setting()
    for root in ("customer", "line"):
        nobody = await setting.told(setting.partner(), TEXTS[root], by=KEYS["imsi"][1])
        setting.operator.hss.msisdn = None
        assert nobody == await setting.told(setting.partner(), TEXTS[root], by=KEYS["imsi"][0])
        setting.operator.hss.msisdn = MSISDN


# Several billing systems of which any may know a number


def _two(operator: FakeOperator) -> Routes:
    return Routes(
        customers=Systems({"crm": operator.crm}),
        billing=Systems({"billing": operator.billing, "billing-2": _second(operator)}),
        network=Systems({"hss": operator.hss}),
        recharging=Systems({"recharge": operator.recharge}),
        recharge_history=Systems({"recharge-history": operator.history}),
    )


def _second(_: FakeOperator) -> FakeBilling:
    found = FakeBilling("billing-2")
    found.lines = {}
    found.failure = away("billing-2")
    return found


@pytest.mark.parametrize("fault", ["all is well", "crm slow", "consent slow"])
@pytest.mark.parametrize("key", ["msisdn", "account"])
async def test_while_one_of_several_is_away_it_is_told_so_of_everybody_out_of_reach(key: str, fault: str) -> None:
    setting = Setting(FakeOperator(_two))
    FAULTS[fault](setting)

    somebody, nobody = [await setting.told(setting.partner(), TEXTS["customer"], by=by) for by in KEYS[key]]

    assert somebody[:2] == nobody[:2]
    assert ["UPSTREAM_UNAVAILABLE"] == [each["extensions"]["code"] for each in somebody[1]]


async def test_whoever_has_agreed_is_answered_all_the_same() -> None:
    setting = Setting(FakeOperator(_two))
    setting.consents.consents = (a_consent(),)

    data, errors, _ = await setting.told(setting.partner(), TEXTS["customer"], by=KEYS["msisdn"][0])

    assert ([], {"it": {"status": "Approved"}}) == (errors, data)


async def test_those_who_read_about_everybody_are_told_who_is_not_there_and_no_stand_in_is_asked_about() -> None:
    setting = Setting()
    _, errors, asked = await setting.told(asker(Audience.AGENT), TEXTS["customer"], by=KEYS["imsi"][1])

    assert ["NOT_FOUND"] == [each["extensions"]["code"] for each in errors]
    assert {"hss": {"profile_by_imsi": 1}, "consent": 0} == asked
