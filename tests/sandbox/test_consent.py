"""The consent system: whose agreements it tells, what can be changed, and who is told of it."""

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import uvicorn

from sandbox import Sandbox
from sandbox.consent.hub import MOST
from sandbox.consent.seeds import FRAUD, MARKETING, PARTNER_A, PARTNER_B, SERVICE, Story, agreement_id, place_of, seeds
from tests.dialects import dialects_folder
from tests.sandbox.conftest import TODAY
from tests.sandbox.test_published_definitions import misfits
from tests.sandbox.wire import AGREEMENTS, CUSTOMERS, Wire, password

BASE = "/tmf-api/privacyManagement/v4"
Ask = Callable[..., Any]


@pytest.fixture
def ask(wire: Wire) -> Ask:
    async def asked(method: str, path: str = AGREEMENTS, **more: Any) -> httpx.Response:
        auth = more.pop("auth", ("switchboard", password("consent")))
        return await wire.http.request(method, wire.url("consent", path), auth=auth, **more)

    return asked


@pytest.fixture(scope="module")
def definition() -> Any:
    file = dialects_folder() / "tmf" / "v4" / "TMF644-Privacy-v4.0.0.swagger.json"
    return json.loads(file.read_text("utf-8"))


def told(agreements: list[Any]) -> list[tuple[str, str, str, str]]:
    """Purpose, partner, status and value of each agreement's word about all personal data."""
    return [
        (each["privacyUsagePurpose"], each["relatedParty"][0]["id"], agreement["status"], each["value"])
        for agreement in agreements
        for each in agreement["partyPrivacyProfileCharacteristic"]
        if each["name"] == "personalData"
    ]


@pytest.mark.parametrize(
    ("customer", "first"),
    [
        (1, (FRAUD, PARTNER_A, "validated", "Yes")),
        (2, (FRAUD, PARTNER_A, "rejected", "Yes")),
        (3, (FRAUD, PARTNER_A, "validated", "Yes")),
        (5, (MARKETING, PARTNER_A, "validated", "Yes")),
        (6, (FRAUD, PARTNER_B, "validated", "Yes")),
        (8, (FRAUD, PARTNER_A, "validated", "Yes")),
    ],
)
async def test_each_customer_has_agreed_to_something(ask: Ask, customer: int, first: tuple[str, ...]) -> None:
    found = await ask("GET", params={"engagedParty.id": str(5_000_000 + customer)})

    assert [first, (SERVICE, PARTNER_B, "validated", "Yes")] == told(found.json())
    assert [str(5_000_000 + customer)] * 2 == [each["engagedParty"][0]["id"] for each in found.json()]


async def test_one_in_eight_has_agreed_to_nothing_and_nor_has_nobody(ask: Ask) -> None:
    for party in ("5000007", "5000015", "9999999", "x"):
        found = await ask("GET", params={"engagedParty.id": party})
        assert (200, [], "0") == (found.status_code, found.json(), found.headers["X-Total-Count"])


@pytest.mark.parametrize(
    ("customer", "start", "end"),
    [(3, -365, -30), (4, 30, 365), (1, -365, 365)],
)
async def test_some_have_ended_and_some_have_not_begun(ask: Ask, customer: int, start: int, end: int) -> None:
    period = (await ask("GET", f"{AGREEMENTS}/{agreement_id(customer, 0)}")).json()["agreementPeriod"]

    days = [TODAY + dt.timedelta(days=each) for each in (start, end)]
    assert days == [dt.datetime.fromisoformat(period[name]).date() for name in ("startDateTime", "endDateTime")]


def test_ids_lead_back_to_customers_and_nothing_else_does() -> None:
    numbers = [seed.number for index in range(1, 50) for seed in seeds(index, today=TODAY)]

    assert [place_of(number) for number in numbers] == [
        (index, place) for index in range(1, 50) if index % len(Story) != Story.NO_AGREEMENT for place in (0, 1)
    ]
    assert {None} == set(map(place_of, ("", "6400000000", "6400000012", "640000001", "6500000010", "６400000010")))


async def test_agreements_are_as_the_definition_has_them(ask: Ask, definition: Any) -> None:
    found = (await ask("GET", params={"limit": "100"})).json()

    assert 100 == len(found)
    for agreement in found:
        assert [] == list(misfits(definition, {"$ref": "#/definitions/PartyPrivacyAgreement"}, agreement, "agreement"))


async def test_whoever_withdraws_has_withdrawn_and_can_agree_again(ask: Ask, definition: Any) -> None:
    path = f"{AGREEMENTS}/{agreement_id(1, 0)}"

    withdrawn = await ask("PATCH", path, json={"status": "rejected"})
    seen = (await ask("GET", params={"engagedParty.id": "5000001"})).json()
    again = await ask("PATCH", path, json={"status": "validated"})

    assert (200, "rejected", "validated") == (
        withdrawn.status_code,
        withdrawn.json()["status"],
        again.json()["status"],
    )
    assert ["rejected", "validated"] == [each["status"] for each in seen]
    schema = {"$ref": "#/definitions/PartyPrivacyAgreement"}
    assert [] == list(misfits(definition, schema, withdrawn.json(), "agreement"))


@pytest.mark.parametrize(
    "update",
    [
        {"agreementPeriod": {"endDateTime": "2026-11-22T00:00:00Z"}},
        {"partyPrivacyProfileCharacteristic": [{"name": "personalData", "value": "No"}]},
    ],
)
async def test_the_period_and_what_may_be_used_can_be_changed_too(ask: Ask, update: dict[str, Any]) -> None:
    path = f"{AGREEMENTS}/{agreement_id(1, 0)}"
    content, kind = json.dumps(update).encode(), {"Content-Type": "application/merge-patch+json"}

    assert 200 == (await ask("PATCH", path, content=content, headers=kind)).status_code
    assert update.items() <= (await ask("GET", path)).json().items()


@pytest.mark.parametrize(
    "update",
    [{}, [], {"status": "maybe"}, {"id": "1"}, {"engagedParty": []}, {"agreementPeriod": {"end": "x"}}, "x"],
)
async def test_what_makes_no_sense_changes_nothing(ask: Ask, definition: Any, update: Any) -> None:
    path = f"{AGREEMENTS}/{agreement_id(1, 0)}"
    before = (await ask("GET", path)).json()

    refused = await ask("PATCH", path, json=update)

    assert 400 == refused.status_code
    assert [] == list(misfits(definition, {"$ref": "#/definitions/Error"}, refused.json(), "error"))
    assert before == (await ask("GET", path)).json()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{AGREEMENTS}/6400000070", 404),
        ("PATCH", f"{AGREEMENTS}/6499999990", 404),
        ("GET", f"{BASE}/nothing", 404),
        ("GET", f"{BASE}/hub", 405),
        ("PUT", f"{AGREEMENTS}/6400000010", 405),
        ("DELETE", f"{BASE}/hub/7", 404),
    ],
)
async def test_what_is_not_there_is_not_found(ask: Ask, method: str, path: str, status: int) -> None:
    assert status == (await ask(method, path, json={"status": "rejected"})).status_code


async def test_strangers_and_unknown_filters_are_refused(ask: Ask) -> None:
    assert 401 == (await ask("GET", auth=("switchboard", "wrong"))).status_code
    assert 401 == (await ask("POST", f"{BASE}/hub", auth=None, json={"callback": "http://localhost/"})).status_code
    assert 400 == (await ask("GET", params={"shoeSize": "44"})).status_code


# The hub


class Ear:
    """A listener, as an HTTP server of its own."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.statuses: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status = self.statuses.pop() if self.statuses else 204
        if status == 204:
            self.heard.put_nowait((scope["path"], json.loads(body)))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(10):
            return await self.heard.get()


@contextlib.asynccontextmanager
async def listening(ear: Ear) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(ear, port=0, log_config=None, lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - Only looking tells.
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def test_listeners_are_told_of_withdrawals_changes_and_ends_as_published(ask: Ask, definition: Any) -> None:
    ear, path = Ear(), f"{AGREEMENTS}/{agreement_id(1, 0)}"
    async with listening(ear) as url:
        registered = await ask("POST", f"{BASE}/hub", json={"callback": f"{url}/events/"})
        await ask("PATCH", path, json={"status": "rejected"})
        await ask("PATCH", path, json={"agreementPeriod": {"endDateTime": "2026-01-01T00:00:00Z"}})
        await ask("DELETE", path)
        found = dict([await ear.next() for _ in range(3)])

    assert 201 == registered.status_code
    assert [] == list(
        misfits(definition, {"$ref": "#/definitions/EventSubscription"}, registered.json(), "subscription")
    )
    names = ("StatusChange", "AttributeValueChange", "Delete")
    assert {f"/events/listener/partyPrivacyAgreement{name}Event" for name in names} == found.keys()
    for address, event in found.items():
        kind = event["eventType"]
        assert address.endswith(kind[1:])
        assert agreement_id(1, 0) == event["event"]["partyPrivacyAgreement"]["id"]
        if not kind.endswith("DeleteEvent"):  # It names what is gone, and no more.
            assert [] == list(misfits(definition, {"$ref": f"#/definitions/{kind}"}, event, kind))
    assert 404 == (await ask("GET", path)).status_code


async def test_a_listener_that_was_busy_is_told_again_and_one_that_left_is_not(ask: Ask) -> None:
    ear, path = Ear(), f"{AGREEMENTS}/{agreement_id(1, 0)}"
    ear.statuses = [503]
    async with listening(ear) as url:
        number = (await ask("POST", f"{BASE}/hub", json={"callback": url})).json()["id"]
        await ask("PATCH", path, json={"status": "rejected"})
        await ear.next()
        assert 204 == (await ask("DELETE", f"{BASE}/hub/{number}")).status_code
        await ask("PATCH", path, json={"status": "validated"})
        await asyncio.sleep(0.1)

    assert ear.heard.empty()


@pytest.mark.parametrize(
    "body",
    [{}, [], {"callback": 1}, {"callback": "http://192.0.2.1/"}, {"callback": "ftp://127.0.0.1/"}, {"callback": "//"}],
)
async def test_nobody_beyond_this_machine_is_told(ask: Ask, body: Any) -> None:
    assert 400 == (await ask("POST", f"{BASE}/hub", json=body)).status_code


async def test_there_are_not_too_many_listeners(ask: Ask) -> None:
    statuses = [
        (await ask("POST", f"{BASE}/hub", json={"callback": "http://localhost:1/"})).status_code
        for _ in range(MOST + 1)
    ]

    assert [201] * MOST + [400] == statuses


async def test_its_faults_are_its_own(sandbox: Sandbox, wire: Wire, ask: Ask) -> None:
    await wire.control("PUT", "/faults/consent", json={"kind": "fault"})

    ill = await ask("GET", params={"engagedParty.id": "5000001"})

    assert 500 == ill.status_code
    assert "Dispatcher.java" in ill.text
    assert {"GET /partyPrivacyAgreement": 1} == sandbox.calls.as_json()["consent"]
    assert (await wire.crm(CUSTOMERS)).is_success
