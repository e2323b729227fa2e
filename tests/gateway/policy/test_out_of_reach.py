"""Whoever asks about somebody out of reach: it is the same walk, and the same answer, whether there is anybody or not."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import pytest

from connectors.capabilities import DataSubject
from connectors.errors import BadData, ConnectorError, NotKnown, Rejected, TimedOut, Unavailable
from connectors.guard import Answer
from connectors.routes import Routes, Systems
from connectors.terms import Terms
from gateway.consent import Ledger, LegalGround
from gateway.consent.settings import ConsentTerms
from gateway.operations.planning import Planned
from gateway.plan.cost import CALL
from gateway.policy.asker import Asker
from gateway.policy.by_consent import reach_of_partner
from gateway.policy.own import OwnCustomer, OwnCustomerWith
from gateway.policy.rights import rights_of
from resolvers.reach import Reach
from resolvers.stand_ins import StandIns
from schema.consent import Consent
from schema.customer import Customer
from schema.parts import CustomerPart
from schema.policy import Audience
from tests.gateway.consent.support import FRAUD, MARKETING, FakeConsents, a_consent
from tests.gateway.policy.asking import ALL, ask, asker, operations
from tests.resolvers.fakes import FakeBilling, FakeCrm
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, FakeOperator

SOMEBODY, NOBODY = "1000042", "1000555"
KEYS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "id": ({"id": SOMEBODY}, {"id": NOBODY}),
    "party": ({"partyId": f"5{SOMEBODY}"}, {"partyId": f"5{NOBODY}"}),
    "msisdn": ({"msisdn": MSISDN}, {"msisdn": "99960000555"}),
    "imsi": ({"imsi": IMSI}, {"imsi": "999700000000555"}),
    "account": ({"accountNumber": ACCOUNT}, {"accountNumber": "A1000555"}),
}
"""Every key of a customer: of one who is there, and of one who is not."""

WAYS = [("customer", key) for key in KEYS] + [("line", "msisdn"), ("line", "imsi")]
TEXTS = {
    "customer": "query ($by: CustomerKey!) { it: customer(by: $by) { status } }",
    "line": "query ($by: LineKey!) { it: line(by: $by) { id } }",
}
ASKED = {"id": "crm", "party": "crm", "msisdn": "billing crm", "imsi": "hss billing crm", "account": "billing crm"}


class Setting:
    """An operator whose one customer has agreed to nothing, unless told otherwise, and its consent system."""

    def __init__(self, operator: FakeOperator | None = None) -> None:
        self.operator = operator or FakeOperator()
        self.operator.graph = dataclasses.replace(self.operator.graph, stand_ins=StandIns(b"a secret of the tests"))
        self.consents = FakeConsents(clock=self.operator.clock)
        self.ledger = Ledger(self.consents.systems, clock=self.operator.clock)

    def partner(self, *purposes: str, terms: ConsentTerms | None = None, **more: Any) -> Asker:
        found = reach_of_partner(
            "shop", terms or ConsentTerms(party="partner-a"), frozenset(purposes or {FRAUD}), self.ledger, **more
        )
        return self._asker(Audience.PARTNER, found)

    def partner_of(self, customer: str) -> Asker:
        partners = reach_of_partner("shop", ConsentTerms(party="partner-a"), frozenset({FRAUD}), self.ledger)
        return self._asker(Audience.PARTNER, OwnCustomerWith(OwnCustomer(customer, "crm"), partners))

    def customer(self, number: str) -> Asker:
        return asker(Audience.SELF_CARE, reach=OwnCustomer(number, "crm"))

    @staticmethod
    def _asker(audience: Audience, reach: Callable[[Terms], Reach]) -> Asker:
        return Asker(rights_of(audience, ALL, pseudonymous="shop"), whose=b"", reach=reach, reach_changes=True)

    async def told(self, who: Asker, text: str, **variables: Any) -> Any:
        """The data, the errors, and what was asked of whom."""
        self.operator.counted()
        self.consents.asked.clear()
        data, errors = await ask(_operations(who.rights.audience), text, who, self.operator, **variables)
        return data, errors, {**self.operator.counted(), "consent": len(self.consents.asked)}


_operations = functools.cache(operations)

CALLERS: dict[str, Callable[[Setting], Asker]] = {
    "partner": lambda setting: setting.partner(),
    "partner of another": lambda setting: setting.partner_of("1000099"),
    "another customer": lambda setting: setting.customer("1000099"),
}


def _away(system: str) -> ConnectorError:
    return Unavailable("away", system=system)


def _ill(*systems: str, error: type[ConnectorError] = Unavailable) -> Callable[[Setting], None]:
    def make(setting: Setting) -> None:
        for system in setting.operator.systems:
            if system.system in systems:
                system.failure = error("a reason", system=system.system)
        if "consent" in systems:
            setting.consents.error = error("a reason", system="consent")

    return make


FAULTS: dict[str, Callable[[Setting], None]] = {
    "all is well": _ill(),
    "consent away": _ill("consent"),
    "consent slow": _ill("consent", error=TimedOut),
    "consent talks nonsense": _ill("consent", error=BadData),
    "crm away": _ill("crm"),
    "crm slow": _ill("crm", error=TimedOut),
    "billing away": _ill("billing"),
    "hss away": _ill("hss"),
    "all away": _ill("consent", "crm", "billing", "hss"),
    "crm and consent away": _ill("crm", "consent"),
}


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
    found.failure = _away("billing-2")
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


# A refusal costs what was estimated, whatever was asked


@pytest.mark.parametrize(("root", "key"), WAYS)
@pytest.mark.parametrize("caller", CALLERS)
async def test_who_asks_about_many_who_are_out_of_reach_has_paid_for_every_call(
    caller: str, root: str, key: str
) -> None:
    setting = Setting()
    who = CALLERS[caller](setting)
    found = _operations(who.rights.audience)

    for by in KEYS[key]:
        _, _, asked = await setting.told(who, TEXTS[root], by=by)
        planned = found.plan(found.prepare(TEXTS[root]), name=None, variables={"by": by}, asker=who)
        assert isinstance(planned, Planned)
        calls = asked.pop("consent") + sum(sum(each.values()) for each in asked.values())
        assert CALL * calls <= planned.cost


# Where nobody can be admitted nobody is asked


@pytest.mark.parametrize("root", ["customer", "line", "customers"])
@pytest.mark.parametrize(
    ("purposes", "more", "why"),
    [
        ((), {}, "names no purpose"),
        ((FRAUD, MARKETING), {}, "more than one"),
        ((FRAUD,), {"not_its_own": frozenset({MARKETING})}, "more than one"),
        ((), {"not_its_own": frozenset({MARKETING, FRAUD})}, "more than one"),
        ((), {"not_its_own": frozenset({FRAUD})}, "may not have"),
        (("dpv:x",), {}, "cannot be read"),
    ],
)
async def test_a_token_without_one_purpose_costs_no_system_anything(
    purposes: tuple[str, ...], more: dict[str, Any], why: str, root: str
) -> None:
    setting = Setting()
    setting.consents.consents = (a_consent(),)
    found = reach_of_partner("shop", ConsentTerms(party="partner-a"), frozenset(purposes), setting.ledger, **more)
    who = setting._asker(Audience.PARTNER, found)
    text = {
        **TEXTS,
        "customers": "query ($by: CustomerKey!) { it: customers(by: [$by]) { status } viewer { clientId } }",
    }[root]

    for by in KEYS["msisdn"]:
        data, errors, asked = await setting.told(who, text, by=by)
        assert data["it"] in (None, [None])
        assert ["FORBIDDEN"] == [each["extensions"]["code"] for each in errors]
        assert why in errors[0]["message"]
        assert {"consent": 0} == asked


async def test_nor_does_one_where_no_system_knows_of_any_consent() -> None:
    setting = Setting()
    setting.ledger = Ledger(None, clock=setting.operator.clock)
    for fault in ("all is well", "all away"):
        FAULTS[fault](setting)
        for by in KEYS["imsi"]:
            data, errors, asked = await setting.told(setting.partner(), TEXTS["customer"], by=by)
            assert (None, ["CONSENT_REQUIRED"]) == (data["it"], [each["extensions"]["code"] for each in errors])
            assert {"consent": 0} == asked


@pytest.mark.parametrize("place", [0, 1])
async def test_on_a_legal_ground_nobody_is_asked_about_consent(place: int) -> None:
    setting = Setting()
    setting.consents.error = _away("consent")
    who = setting.partner(terms=ConsentTerms(legal_grounds={FRAUD: LegalGround.LEGAL_OBLIGATION}))

    data, _, asked = await setting.told(who, TEXTS["customer"], by=KEYS["msisdn"][place])

    assert (place == 0, 0) == (data["it"] is not None, asked["consent"])


async def test_those_who_read_about_everybody_are_told_who_is_not_there_and_no_stand_in_is_asked_about() -> None:
    setting = Setting()
    _, errors, asked = await setting.told(asker(Audience.AGENT), TEXTS["customer"], by=KEYS["imsi"][1])

    assert ["NOT_FOUND"] == [each["extensions"]["code"] for each in errors]
    assert {"hss": {"profile_by_imsi": 1}, "consent": 0} == asked
