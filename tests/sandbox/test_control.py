"""The control port: what it shows and switches, and whom and what it refuses."""

import asyncio

import pytest

from sandbox import Sandbox
from sandbox.call import SystemName
from sandbox.calls import CallCounter
from tests.sandbox.wire import CUSTOMERS, Wire

SYSTEMS = ("crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")


async def test_it_says_that_it_is_well(wire: Wire) -> None:
    assert {"status": "ok"} == (await wire.control("GET", "/health")).json()


async def test_stories_are_listed_with_their_questions(sandbox: Sandbox, wire: Wire) -> None:
    stories = (await wire.control("GET", "/stories")).json()

    assert 9 == len(stories)
    assert {"key", "title", "customerId", "msisdn", "question"} == set(stories[0])
    assert "unexplained-charge" == stories[0]["key"]
    assert sandbox.stories[0].msisdn == stories[0]["msisdn"]


async def test_calls_are_counted_until_they_are_forgotten(wire: Wire) -> None:
    await wire.crm(CUSTOMERS)
    counted = await wire.calls()

    assert 204 == (await wire.control("DELETE", "/calls")).status_code

    nothing: dict[str, dict[str, int]] = {system: {} for system in SYSTEMS}
    assert nothing | {"crm": {"GET /customer": 1}} == counted
    assert nothing == await wire.calls()


async def test_it_tells_how_densely_calls_came_and_how_many_are_being_answered(wire: Wire) -> None:
    await wire.control("PUT", "/faults/crm", json={"kind": "slow", "ms": 10_000})
    asking = [asyncio.create_task(wire.crm(CUSTOMERS)) for _ in range(3)]
    while (await wire.calls())["crm"] != {"GET /customer": 3}:  # noqa: ASYNC110 - Only asking tells.
        await asyncio.sleep(0.01)

    busy = (await wire.control("GET", "/calls/pace")).json()
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    while (await wire.control("GET", "/calls/pace")).json()["crm"]["live"]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)

    assert {"peak": 3, "live": 3, "most": 3} == busy["crm"]
    assert {"peak": 0, "live": 0, "most": 0} == busy["billing"]
    assert 3 == (await wire.control("GET", "/calls/pace")).json()["crm"]["most"]

    await wire.control("DELETE", "/calls")
    assert 0 == (await wire.control("GET", "/calls/pace")).json()["crm"]["most"]


def test_the_peak_is_of_any_one_second_and_not_of_the_seconds_of_a_clock() -> None:
    instants = iter((0.0, 0.6, 0.7, 1.1, 1.5, 1.65))
    counter = CallCounter(monotonic=lambda: next(instants))

    for _ in range(6):
        counter.count(SystemName.CRM, "x")

    assert {"peak": 4, "live": 0, "most": 0} == counter.pace_as_json()["crm"]


async def test_faults_are_shown_as_they_were_set(wire: Wire) -> None:
    response = await wire.control("PUT", "/faults/crm", json={"kind": "slow", "ms": 5, "times": 2})

    assert {"kind": "slow", "ms": 5, "times": 2} == response.json()
    assert response.json() == (await wire.control("GET", "/faults")).json()["crm"]
    assert response.json() == (await wire.control("GET", "/faults/crm")).json()


async def test_delays_have_defaults(wire: Wire) -> None:
    told = {
        kind: (await wire.control("PUT", "/faults/crm", json={"kind": kind})).json()["ms"] for kind in ("slow", "drip")
    }

    assert {"slow": 500, "drip": 100} == told


async def test_all_faults_are_healed_at_once(wire: Wire) -> None:
    await wire.fault("crm", "off")
    await wire.fault("billing", "html")

    assert 204 == (await wire.control("DELETE", "/faults")).status_code

    assert {None} == set((await wire.control("GET", "/faults")).json().values())
    assert 206 == (await wire.crm(CUSTOMERS)).status_code


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_unknown_system_is_not_found(wire: Wire, method: str) -> None:
    response = await wire.control(method, "/faults/loyalty", json={"kind": "slow"} if method == "PUT" else None)

    assert 404 == response.status_code
    assert ", ".join(SYSTEMS) in response.json()["error"]


@pytest.mark.parametrize(
    ("system", "body", "hint"),
    [
        ("crm", '{"kind": "broken"}', "session-expired"),
        ("crm", "{}", "off, slow, drip"),
        ("crm", "[]", "JSON object"),
        ("crm", "not json", "not JSON"),
        ("crm", "", "not JSON"),
        ("crm", "\ud83d".encode("utf-16", "surrogatepass").hex(), "JSON"),
        ("crm", '{"kind": "slow", "ms": -1}', "ms"),
        ("crm", '{"kind": "slow", "ms": "500"}', "ms"),
        ("crm", '{"kind": "slow", "ms": true}', "ms"),
        ("crm", '{"kind": "slow", "times": 0}', "times"),
        ("crm", '{"kind": "slow", "for": 5}', "kind"),
        ("crm", '{"kind": "off", "times": 2}', "times"),
        ("crm", '{"kind": "session-expired"}', "hss"),
        ("hss", "[" * 5000, "JSON"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(
    wire: Wire, system: str, body: str, hint: str
) -> None:
    response = await wire.control("PUT", f"/faults/{system}", content=body)

    assert 400 == response.status_code
    assert hint in response.json()["error"]
    assert (await wire.control("GET", "/faults")).json()[system] is None


@pytest.mark.parametrize("body", [{}, {"crm": {}}, {"crm": {"totals": 1}}, {"hss": {"totals": True}}, []])
async def test_an_option_that_makes_no_sense_is_refused(wire: Wire, body: object) -> None:
    response = await wire.control("PUT", "/options", json=body)

    assert 400 == response.status_code
    assert "totals" in response.json()["error"]


async def test_options_are_shown(wire: Wire) -> None:
    await wire.control("PUT", "/options", json={"crm": {"totals": False}})

    assert {"crm": {"totals": False}} == (await wire.control("GET", "/options")).json()


async def test_a_customer_who_is_changed_is_another_in_every_system(sandbox: Sandbox, wire: Wire) -> None:
    person = sandbox.people.customer(42)
    assert person is not None
    told = (await wire.control("PATCH", "/customers/1000042", json={"name": "Ada King", "status": "suspended"})).json()

    assert {"id": "1000042", "name": "Ada King", "status": "suspended"} == told
    found = (await wire.crm(f"{CUSTOMERS}/1000042")).json()
    assert ("Ada King", "suspended") == (found["name"], found["status"])
    changed = sandbox.people.customer(42)
    assert changed is not None
    assert {"Ada King"} == {account.name for account in changed.accounts}
    # The rest of a life goes on.
    assert [line.key for line in person.lines] == [line.key for line in changed.lines]
    assert person.traits.since == changed.traits.since


async def test_what_is_not_said_of_a_customer_stays(wire: Wire) -> None:
    before = (await wire.control("GET", "/customers/1000042")).json()
    await wire.control("PATCH", "/customers/1000042", json={"status": "inactive"})
    await wire.control("PATCH", "/customers/1000042", json={"name": "Ada"})

    assert {**before, "name": "Ada", "status": "inactive"} == (await wire.control("GET", "/customers/1000042")).json()


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({}, "status"),
        ([], "status"),
        ({"name": ""}, "characters"),
        ({"name": "x" * 101}, "characters"),
        ({"name": 7}, "characters"),
        ({"status": "dead"}, "active, suspended, inactive"),
        ({"status": []}, "active, suspended, inactive"),
        ({"name": "Ada", "age": 7}, "both"),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(wire: Wire, body: object, hint: str) -> None:
    response = await wire.control("PATCH", "/customers/1000042", json=body)

    assert 400 == response.status_code
    assert hint in response.json()["error"]


@pytest.mark.parametrize("customer", ["1000301", "999", "nobody"])
async def test_nobody_cannot_be_changed(wire: Wire, customer: str) -> None:
    assert 404 == (await wire.control("PATCH", f"/customers/{customer}", json={"name": "Ada"})).status_code


async def test_a_large_body_is_refused(wire: Wire) -> None:
    assert 413 == (await wire.control("PUT", "/options", content=b" " * 20_000)).status_code


async def test_unknown_paths_and_methods_are_refused_in_json(wire: Wire) -> None:
    responses = [await wire.control("GET", "/nothing"), await wire.control("POST", "/calls")]

    assert [404, 405] == [response.status_code for response in responses]
    assert all(response.json()["error"] for response in responses)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example:8090"},
        {"Host": "[::1"},
    ],
)
async def test_a_foreign_host_or_origin_is_turned_away(wire: Wire, headers: dict[str, str]) -> None:
    response = await wire.control("DELETE", "/faults", headers=headers)

    assert 403 == response.status_code
    assert response.json()["error"]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
async def test_this_machines_names_are_welcome(wire: Wire, name: str) -> None:
    headers = {"Host": f"{name}:8090", "Origin": f"http://{name}:3000"}

    response = await wire.control("GET", "/health", headers=headers)

    assert 200 == response.status_code
    assert not [header for header in response.headers if header.startswith("access-control")]
