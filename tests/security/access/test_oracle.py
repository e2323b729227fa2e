"""
Whether somebody is known is not found out from what becomes of a question about them: whoever asks, by whatever key,
and whichever system is ill meanwhile. Instead of clocks the calls to each system are compared: those take the time.
"""

import time
from typing import Any

import pytest

from tests.security.access.people import People, Person
from tests.security.access.test_alike import shape
from tests.security.access.world import FRAUD, GIVEN, NOBODY, SHOP, Asker, World, codes, own

MARKETING = "dpv:DirectMarketing"
ANEW = {"Cache-Control": "no-cache"}
CALLERS = {
    "partner": SHOP,
    "partner of a customer": Asker("ends", purpose=FRAUD, customer=GIVEN),
    "customer": own(GIVEN),
}
FAULTS: dict[str, tuple[str, ...]] = {
    "all is well": (),
    "consent away": ("consent",),
    "crm away": ("crm",),
    "billing away": ("billing", "billing-islands"),
    "hss away": ("hss",),
}
CUSTOMER = "query ($by: CustomerKey!) { customer(by: $by) { status } }"
LINE = "query ($by: LineKey!) { line(by: $by) { id } }"
ENTITY = "query ($by: _Any!) { _entities(representations: [$by]) { __typename } }"


def _ways(who: Asker, person: Person) -> dict[str, tuple[str, dict[str, str], dict[str, str]]]:
    """Every way to ask about *person*, with the key that is theirs, and one like it that is nobody's."""
    msisdn, imsi = person.line["msisdn"], person.line["network"]["imsi"]
    account = person.account["accountNumber"]
    no_line, no_sim = f"{msisdn[:4]}9999999", f"{imsi[:5]}9999999999"
    found = {
        "id": (CUSTOMER, {"id": person.number}, {"id": NOBODY}),
        "party": (CUSTOMER, person.keys["party"], {"partyId": "5999999"}),
        "msisdn": (CUSTOMER, {"msisdn": msisdn}, {"msisdn": no_line}),
        "imsi": (CUSTOMER, {"imsi": imsi}, {"imsi": no_sim}),
        "account": (CUSTOMER, {"accountNumber": account}, {"accountNumber": f"{account[0]}1999999"}),
        "line by msisdn": (LINE, {"msisdn": msisdn}, {"msisdn": no_line}),
        "line by imsi": (LINE, {"imsi": imsi}, {"imsi": no_sim}),
    }
    if who.client == "app":
        found |= {
            "entity by number": (
                ENTITY,
                {"__typename": "Customer", "customerNumber": person.number},
                {"__typename": "Customer", "customerNumber": NOBODY},
            ),
            "entity by msisdn": (
                ENTITY,
                {"__typename": "Line", "msisdn": msisdn},
                {"__typename": "Line", "msisdn": no_line},
            ),
        }
    return found


def _told(world: World, who: Asker, text: str, by: dict[str, str], headers: dict[str, str]) -> tuple[Any, Any]:
    world.gateway.forget_calls()
    response = world.post(who, text, variables={"by": by}, headers=headers)
    return shape(response), world.gateway.calls()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("caller", CALLERS)
def test_under_every_fault_by_every_key_somebody_and_nobody_are_the_same(
    world: World, people: People, caller: str, fault: str
) -> None:
    """To the letter of the body and of the headers, and call for call; nothing kept is taken."""
    who = CALLERS[caller]
    for system in FAULTS[fault]:
        world.gateway.fault(system, "503")
    try:
        for way, (text, somebody, nobody) in _ways(who, people.withdrawn).items():
            told = _told(world, who, text, somebody, ANEW)
            assert told == _told(world, who, text, nobody, ANEW), way
            assert told[0][0] == 200
    finally:
        world.gateway.heal()


@pytest.mark.parametrize("caller", CALLERS)
def test_and_so_they_are_when_they_were_asked_about_before(world: World, people: People, caller: str) -> None:
    """What is kept of one is kept longer than of the other; so a refusal hangs on none of it."""
    who = CALLERS[caller]
    ways = _ways(who, people.withdrawn)
    for text, *keys in ways.values():
        for by in keys:
            _told(world, who, text, by, ANEW)

    for way, (text, somebody, nobody) in ways.items():
        time.sleep(0.1)  # What is younger counts as asked for now; by another key it was about the same people.
        assert _told(world, who, text, somebody, {}) == _told(world, who, text, nobody, {}), way


@pytest.mark.parametrize("system", ["billing", "crm", "consent"])
@pytest.mark.parametrize("key", ["id", "msisdn"])
@pytest.mark.parametrize("caller", ["partner", "customer"])
def test_nor_does_a_deadline_tell(world: World, people: People, caller: str, key: str, system: str) -> None:
    who = CALLERS[caller]
    text, somebody, nobody = _ways(who, people.withdrawn)[key]
    for name in (system, *(["billing-islands"] if system == "billing" else [])):
        world.gateway.fault(name, "slow", ms=400)
    try:
        told = [_told(world, who, text.replace("!)", "!) @within(ms: 150)"), by, ANEW)[0] for by in (somebody, nobody)]
    finally:
        world.gateway.heal()

    assert told[0] == told[1]
    asked = {
        "partner": {"id": "crm consent", "msisdn": "billing crm consent"},
        "customer": {"id": "", "msisdn": "billing crm"},
    }
    expected = "DEADLINE" if system in asked[caller][key] else {"partner": "CONSENT_REQUIRED"}.get(caller, "FORBIDDEN")
    assert [expected] == codes(told[0][2])


def test_what_others_had_asked_before_a_system_went_away_does_not_tell(world: World, people: People) -> None:
    """An agent asks about those who are there, and that is kept."""
    for way, (text, somebody, nobody) in _ways(SHOP, people.withdrawn).items():
        if way not in {"msisdn", "account", "id"}:
            continue
        world.ask(Asker("desk"), text, by=somebody)
        for system in ("billing", "billing-islands", "crm"):
            world.gateway.fault(system, "503")
        try:
            time.sleep(0.2)
            told, unknown = (_told(world, SHOP, text, by, {})[0] for by in (somebody, nobody))
        finally:
            world.gateway.heal()
        assert told == unknown, way
        assert ["UPSTREAM_UNAVAILABLE"] == codes(told[2]), way


@pytest.mark.parametrize(
    "who",
    [
        Asker("shop"),
        Asker("shop", purpose=f"{FRAUD} {MARKETING}"),
        Asker("narrow", purpose=MARKETING),
        Asker("narrow", purpose=f"{FRAUD} {MARKETING}"),
        Asker("narrow", purpose=f"{FRAUD} dpv:x"),
        Asker("narrow", purpose=f"{MARKETING} dpv:ServiceProvision"),
        Asker("ends", customer=GIVEN),
    ],
    ids=lambda who: f"{who.client} {who.purpose}",
)
def test_whoever_reaches_nobody_has_nobody_asked(world: World, people: People, who: Asker) -> None:
    """A token counts by what it names, and not by what its client may use of that."""
    text = "query ($by: [CustomerKey!]!, $line: LineKey!) { customers(by: $by) { status } line(by: $line) { id } viewer { clientId } }"
    for person in (people.a, people.withdrawn):
        world.gateway.forget_calls()
        variables = {"by": list(person.keys.values())[1:], "line": person.line_keys["imsi"]}

        answer = world.ask(who, text, headers=ANEW, **variables)

        assert {"FORBIDDEN"} == set(codes(answer))
        assert (None, who.client) == (answer["data"]["line"], answer["data"]["viewer"]["clientId"])
        assert not any(answer["data"]["customers"])
        assert {} == world.gateway.calls()


def test_with_the_one_purpose_that_its_client_may_name_it_reads(world: World) -> None:
    answer = world.ask(Asker("narrow", purpose=FRAUD), CUSTOMER, by={"id": GIVEN})

    assert "errors" not in answer
