"""The graph of operators over HTTP: who may ask it, what its fields tell the gateway, and that strangers learn nothing."""

import contextlib
import pathlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from gateway.control.answers import Said
from gateway.control.api.asking import READ, WRITE
from gateway.control.api.graph import SCHEMA
from gateway.control.api.serving import serving
from gateway.control.commands import Command
from gateway.control.hub import Hub
from gateway.control.opening import api_of
from gateway.mistakes import SettingsError
from gateway.settings import Settings
from gateway.settings_file import load
from tests.conftest import PLAIN, ROOT
from tests.connectors.support import FixedClock
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.gateway.control.support import LINE, working
from tests.gateway.control.test_overriding import Worker
from tests.gateway.overrides.saying import SHOP, MemoryShelf

COMMITTED = pathlib.Path(__file__).with_name("control.graphql")
BOTH = f"{READ} {WRITE}"
SUSPEND = 'mutation { suspendClient(client: "shop", why: "INC-1") { version did notHeard } }'
STATE = "{ state { version overrides { said kind about by why until } } }"
CLIENTS = {
    "platform": {"class": "agent", "audience": "operator"},
    "desk": {"class": "agent", "audience": "agent"},
    "shop": {"class": "partner"},
}


def settings(login: Login | None = None, *, clients: dict[str, Any] = CLIENTS, **changes: Any) -> Settings:
    url = "http://127.0.0.1:1" if login is None else login.url
    access = {"audience": AUDIENCE, "issuers": [{"issuer": ISSUER, "jwks_url": f"{url}/keys"}], "clients": clients}
    control = {"socket": "c.sock", "api": {"port": 0}}
    return load(ROOT / "deploy" / "sandbox.toml", overrides={"access": access, "control": control, **changes})


class Operators:
    """The graph over HTTP, in front of two workers that share a shelf."""

    def __init__(self, http: httpx.AsyncClient, url: str, workers: list[Worker], shelf: MemoryShelf) -> None:
        self._http = http
        self._url = url
        self.workers = workers
        self.shelf = shelf
        self.commands: list[str] = []
        self.settings: list[Settings] = []
        """Those that hold, the last of them now."""

    @property
    def held(self) -> int:
        return len(self.shelf.document.entries)

    async def post(self, text: str, *, headers: dict[str, str], **members: Any) -> httpx.Response:
        return await self._http.post(self._url, json={"query": text, **members}, headers=headers)

    async def ask(self, text: str, *, scope: str = BOTH, client: str = "platform", **claims: Any) -> dict[str, Any]:
        token = right(client_id=client, scope=scope, sub="alice", **claims)
        response = await self.post(text, headers=bearer(token))
        found: dict[str, Any] = response.json()
        return {**found, "status": response.status_code}


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    found = Login()
    yield found
    found.close()


@pytest.fixture
async def operators(login: Login) -> AsyncIterator[Operators]:
    shelf = MemoryShelf()
    hub, workers = Hub(clock=FixedClock()), [Worker(shelf) for _ in range(2)]
    told: list[str] = []

    async def do(command: Command) -> list[Said]:
        told.append(command.do)
        return await hub.do(command)

    async with contextlib.AsyncExitStack() as stack:
        for place, worker in enumerate(workers, 1):
            await stack.enter_async_context(working(hub, place, worker))
        held = [settings(login)]
        url = await stack.enter_async_context(serving(lambda: held[-1], do))
        assert url is not None
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, verify=PLAIN, timeout=30))
        found = Operators(http, url, workers, shelf)
        found.commands, found.settings = told, held
        yield found


async def test_an_operator_changes_something_and_reads_who_did(operators: Operators) -> None:
    done = await operators.ask(SUSPEND)
    state = (await operators.ask(STATE))["data"]["state"]

    assert {"version": 1, "did": SHOP.said, "notHeard": []} == done["data"]["suspendClient"]
    assert [{SHOP.said}] * 2 == [each.overrides.holds for each in operators.workers]
    (held,) = state["overrides"]
    assert 1 == state["version"]
    assert ("suspended", "shop", "alice at platform", "INC-1") == (
        held["kind"],
        held["about"],
        held["by"],
        held["why"],
    )
    clients = (await operators.ask("{ clients { name suspended } }"))["data"]["clients"]
    assert {"shop": True, "desk": False, "platform": False} == {each["name"]: each["suspended"] for each in clients}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (
            'revokeTokens(client: "shop", issuedBefore: "2026-01-01T00:00:00Z"',
            "issued before 2026-01-01T00:00:00+00:00",
        ),
        (f'banOperation(digest: "{"ab" * 32}", client: "shop"', "banned for client shop"),
        (
            'setClientLimits(client: "shop", limits: {costPerMinute: 5, burst: null}',
            "cost_per_minute 5, burst unlimited",
        ),
        ('setSystemState(system: "crm", state: READ_ONLY', "system crm read-only"),
        ('forceBreaker(system: "crm", state: OPEN, operationClass: "reports"', "breaker of crm for reports kept open"),
        (
            'setSystemLimits(system: "crm", limits: {callsPerS: null, maxConcurrent: 3}',
            "system crm limited: calls_per_s unlimited, max_concurrent 3",
        ),
        ('setCacheTimes(system: "crm", operation: "Get", times: {freshS: 0}', "cache of crm for Get: fresh_s 0"),
    ],
)
async def test_every_change_is_made_and_gone_back_on(operators: Operators, field: str, said: str) -> None:
    done = await operators.ask(f'mutation {{ did: {field}, why: "INC-2", expectedVersion: 0) {{ version did }} }}')
    assert said in done["data"]["did"]["did"]
    assert 1 == operators.held

    back = await operators.ask('mutation { rollback(version: 0, why: "not so", expectedVersion: 1) { version did } }')
    assert {"version": 2, "did": "gone back to version 0"} == back["data"]["rollback"]
    assert 0 == operators.held
    history = (await operators.ask("{ history { version did steps { before after } } }"))["data"]["history"]
    assert [2, 1] == [each["version"] for each in history]
    assert said in history[0]["steps"][0]["before"]


WAYS = [
    ('suspendClient(client: "shop"', 'resumeClient(client: "shop"'),
    ('revokeTokens(client: "shop"', 'believeTokens(client: "shop"'),
    (f'banOperation(digest: "{"ab" * 32}"', f'allowOperation(digest: "{"ab" * 32}"'),
    ('setClientLimits(client: "shop", limits: {burst: 5}', 'setClientLimits(client: "shop"'),
    ('setSystemState(system: "crm", state: OFF', 'setSystemState(system: "crm", state: ON'),
    ('forceBreaker(system: "crm", state: CLOSED', 'forceBreaker(system: "crm", state: AUTO'),
    ('setSystemLimits(system: "crm", limits: {maxConcurrent: 3}', 'setSystemLimits(system: "crm"'),
    ('setCacheTimes(system: "crm", times: {staleS: 3}', 'setCacheTimes(system: "crm"'),
    (
        'setCacheTimes(system: "crm", operation: "Get", times: {freshS: 3}',
        'setCacheTimes(system: "crm", operation: "Get"',
    ),
]


async def test_every_change_has_its_way_back(operators: Operators) -> None:
    for number, field in enumerate((field for way in WAYS for field in way), 1):
        done = await operators.ask(f'mutation {{ did: {field}, why: "INC-3") {{ version }} }}')
        assert {"did": {"version": number}} == done["data"]

    assert 0 == operators.held


async def test_of_two_operators_the_second_is_told_of_the_first(operators: Operators) -> None:
    await operators.ask(SUSPEND)
    late = 'mutation { suspendClient(client: "desk", why: "INC-4", expectedVersion: 0) { version } }'
    (error,) = (await operators.ask(late))["errors"]

    assert "CONFLICT" == error["extensions"]["code"]
    assert "version 0 is not the present one, 1" in error["message"]
    assert 1 == operators.shelf.document.version


SLIPS = [
    ('suspendClient(client: "shoq", why: "INC-1")', "no such client; there are: desk, shop"),
    ('suspendClient(client: "shop", why: "")', "at least 3"),
    ('suspendClient(client: "shop", why: "of 99960000001")', "subscriber's number"),
    ('setSystemState(system: "crn", state: OFF, why: "INC-1")', "no such system"),
    ('resumeClient(client: "shop", why: "INC-1")', "nothing of that kind"),
    ('setSystemLimits(system: "crm", limits: {maxConcurrent: 0}, why: "INC-1")', "greater than or equal to 1"),
    ('setCacheTimes(system: "crm", times: {freshS: null}, why: "INC-1")', "valid number"),
    ('rollback(version: 7, why: "INC-1")', "no version 7"),
]


async def test_a_slip_of_the_hand_is_told_and_changes_nothing(operators: Operators) -> None:
    for field, why in SLIPS:
        (error,) = (await operators.ask(f"mutation {{ {field} {{ version }} }}"))["errors"]

        assert why in error["message"]
        assert "BAD_INPUT" == error["extensions"]["code"]
        assert "9996" not in str(error)
    assert 0 == operators.shelf.document.version


async def test_a_stranger_is_refused_before_anything_is_read(operators: Operators) -> None:
    for text in (SUSPEND, STATE, "{ __schema { types { name } } }", "nonsense"):
        response = await operators.post(text, headers={})
        assert 401 == response.status_code
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert "data" not in response.json()
        assert "UNAUTHENTICATED" == response.json()["errors"][0]["extensions"]["code"]

    assert 0 == operators.shelf.document.version


CLAIMS: list[tuple[dict[str, Any], int]] = [
    ({"client": "desk"}, 403),
    ({"client": "shop"}, 403),
    ({"client": "nobody"}, 403),
    ({"scope": "customer:read"}, 403),
    ({"scope": READ}, 403),
    ({"scope": WRITE}, 403),
    ({"exp": 1}, 401),
    ({"aud": "https://other.example"}, 401),
    ({}, 200),
]


async def test_it_takes_an_operator_with_both_scopes(operators: Operators) -> None:
    for claims, status in CLAIMS:
        assert 0 == operators.shelf.document.version
        assert status == (await operators.ask(SUSPEND, **claims))["status"]
    assert 1 == operators.shelf.document.version


async def test_whoever_may_only_read_reads(operators: Operators) -> None:
    assert {"state": {"version": 0, "overrides": []}} == (await operators.ask(STATE, scope=READ))["data"]
    assert "data" in await operators.ask("{ __schema { queryType { name } } }", scope=READ)


async def test_an_operator_who_is_suspended_is_one_no_more(operators: Operators) -> None:
    operators.workers[0].overrides.keeper._known = type(operators.workers[0].overrides.keeper._known)(
        clients={"platform"}, systems={}
    )
    assert (
        200 == (await operators.ask('mutation { suspendClient(client: "platform", why: "INC-5") { did } }'))["status"]
    )

    assert 403 == (await operators.ask(STATE))["status"]


async def test_what_is_forgotten_is_put_on_record_first_and_without_the_key(operators: Operators) -> None:
    field = f'invalidate(subjects: [{{kind: LINE, key: "+{LINE.key}"}}], system: "crm", why: "INC-6")'
    done = await operators.ask(f"mutation {{ {field} {{ subjects notHeard }} }}")

    assert {"subjects": 1, "notHeard": []} == done["data"]["invalidate"]
    assert ["note", "invalidate"] == operators.commands[-2:]
    assert all(each.told >= {f"line:{LINE.key}", "system:crm"} for each in operators.workers)


async def test_systems_are_added_up_over_the_workers(operators: Operators) -> None:
    for worker in operators.workers:
        load = {"system": "crm", "in_use": 1, "places": 8, "waiting": 0, "calls_per_s": 2.5, "maintenance_until": None}
        worker.desk._sections = {"load": lambda load=load: [load]}  # type: ignore[misc]
        worker.breakers.force("crm", "open", "default")
    await operators.ask('mutation { setSystemState(system: "crm", state: OFF, why: "INC-7") { did } }')
    await operators.ask('mutation { setCacheTimes(system: "crm", times: {freshS: 0}, why: "INC-7") { did } }')
    text = "{ systems { name state inUse places callsPerS breakers { worker state } overrides { about said } } }"
    systems = {each["name"]: each for each in (await operators.ask(text))["data"]["systems"]}

    assert ("off", 2, 16, 5.0) == tuple(systems["crm"][name] for name in ("state", "inUse", "places", "callsPerS"))
    assert [{"worker": 1, "state": "open"}, {"worker": 2, "state": "open"}] == systems["crm"]["breakers"]
    assert {"system crm off", "cache of crm: fresh_s 0"} == {each["said"] for each in systems["crm"]["overrides"]}
    assert {"crm"} == {each["about"] for each in systems["crm"]["overrides"]}
    assert ("on", []) == (systems["billing"]["state"], systems["billing"]["overrides"])


BEYOND = [
    "{ " + " ".join(f"a{number}: state {{ version }}" for number in range(60)) + " }",
    "{ state { version " + "@include(if: true) " * 10 + "} }",
    "x" * 60_000,
    "{ state { nothing } }",
]


async def test_a_document_beyond_the_limits_is_refused(operators: Operators) -> None:
    for text in BEYOND:
        found = await operators.ask(text)

        assert "data" not in found
        assert found["errors"][0]["extensions"]["code"] in {"BAD_INPUT", "TOO_COSTLY"}


async def test_there_is_nothing_but_posting_json_to_one_address(operators: Operators) -> None:
    token = bearer(right(client_id="platform", scope=BOTH))
    http, url = operators._http, operators._url
    assert 405 == (await http.get(url, params={"query": STATE}, headers=token)).status_code
    assert 404 == (await http.post(f"{url}/other", headers=token)).status_code
    assert 415 == (await http.post(url, content="query=1", headers=token)).status_code
    assert 400 == (await http.post(url, json={"extensions": {}}, headers=token)).status_code
    foreign = {**token, "Host": "evil.example"}
    assert 403 == (await http.post(url, json={"query": STATE}, headers=foreign)).status_code
    assert 413 == (await http.post(url, json={"query": "x" * 200_000}, headers=token)).status_code


async def test_who_may_ask_is_who_may_by_the_settings_that_hold_now(operators: Operators, login: Login) -> None:
    assert [200, 403] == [(await operators.ask(STATE, client=each))["status"] for each in ("platform", "night")]

    operators.settings.append(settings(login, clients={"night": CLIENTS["platform"]}))

    assert [403, 200] == [(await operators.ask(STATE, client=each))["status"] for each in ("platform", "night")]


async def test_while_no_worker_answers_nobody_is_let_in(operators: Operators) -> None:
    for worker in operators.workers:
        worker.desk._overriding = None

    assert {503} == {(await operators.ask(STATE))["status"] for _ in range(2)}


def test_the_graph_is_the_one_that_was_reviewed() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == f"{SCHEMA}\n"


def test_it_is_not_served_where_strangers_could_read_tokens() -> None:
    with pytest.raises(SettingsError, match="in the clear"):
        api_of(lambda: settings(control={"socket": "c.sock", "api": {"port": 0, "host": "0.0.0.0"}}))


def test_it_needs_operators_and_somewhere_to_keep_what_they_say() -> None:
    with pytest.raises(SettingsError, match="audience operator alone"):
        load(ROOT / "deploy" / "sandbox.toml", overrides={"control": {"socket": "c.sock", "api": {"port": 0}}})
    with pytest.raises(SettingsError, match="nowhere to keep"):
        settings(control={"api": {"port": 0}})
