"""
A number that has changed hands: once the gateway was told, nobody is shown what belongs to the one who had it before.

Two lines of the pretend operator trade their numbers while the gateway keeps all that it may: answers, also for when
systems fail, that nothing is known, whole responses, and who somebody is. So whoever had the number shows at once.
"""

import concurrent.futures
import contextlib
import dataclasses
import datetime as dt
import functools
import json
import os
import pathlib
import tempfile
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from gateway.cli import main
from gateway.control.commands import Status
from sandbox.population import Population, Province
from sandbox.population.people import Line
from sandbox.stories import fixed_traits
from tests.conftest import PLAIN, ROOT, RunningGateway, running, started
from tests.gateway.control.support import tell
from tests.gateway.stores import redis_server

IS_SOAK: Final = bool(os.environ.get("SWITCHBOARD_SOAK"))
ROUNDS: Final = 12 if IS_SOAK else 1
CUSTOMERS: Final = 1_000 if IS_SOAK else 200
"""Of whom enough have but one line, so that each line is traded once."""

SYSTEMS: Final = ("crm", "billing", "hss", "recharge")
SECRET: Final = "a secret of the systems that tell of changes"
SOON_S: Final = 1.0 if IS_SOAK else 30.0
"""Within it, workers and replicas have heard what another one of them was told; a busy machine is given more."""

# Everything that hangs on a number, by all the ways that lead to it.
WHOLE: Final = """
query Whole($n: MSISDN!) {
  customer(by: {msisdn: $n}) {
    customerNumber name
    party { name contactMedia { mediumType } }
    accounts { accountNumber name balance { outstanding { amount } } }
    bills(first: 2) { nodes { billNumber accountNumber amount { amount } } }
    payments(first: 2) { nodes { amount { amount } } }
    lines { nodes { msisdn } }
  }
  line(by: {msisdn: $n}) {
    subscriber { activatedAt }
    account { accountNumber }
    network { imsi msisdn profileId }
    balances { name money { amount } quantity { value } }
    prepaidAccount { activatedAt }
    accumulators { value }
    recharges(first: 3) { nodes { rechargedAt amount { amount } } }
  }
}
"""
WHO: Final = "query Who($n: MSISDN!) { customer(by: {msisdn: $n}) { customerNumber name } }"
BALANCES: Final = "query Balances($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name money { amount } } } }"
WHEN: Final = "query When($n: MSISDN!) { line(by: {msisdn: $n}) { balances { source { fetchedAt } } } }"
OF_SIM: Final = "query OfSim($i: IMSI!) { line(by: {imsi: $i}) { msisdn balances { money { amount } } } }"
BY_NUMBER: Final = (WHOLE, WHO, BALANCES)


@dataclasses.dataclass(frozen=True)
class Place:
    """Gateways in front of one pretend operator, and the ways to tell them that something has changed."""

    operator: RunningGateway
    urls: tuple[str, ...]
    config: pathlib.Path
    client: httpx.Client
    often: int = 2
    """So many questions in a row meet every process."""

    def ask(self, query: str, *, at: int = 0, headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """The response of the gateway *at* that place, on a connection of its own: any worker may take it."""
        body = {"query": query, "variables": variables}
        response = self.client.post(self.urls[at % len(self.urls)], json=body, headers=headers)
        assert 200 == response.status_code
        return response.json()

    def everywhere(self, query: str, **variables: Any) -> list[Any]:
        """What each gateway says, asked so often that every worker is met."""
        return [self.ask(query, at=at, **variables) for at in range(self.often)]

    def trade(self, one: Line, other: Line) -> None:
        """All systems know from now on that these have traded their numbers."""
        self.operator.control("POST", "/trades", json={"msisdns": [one.msisdn, other.msisdn]})

    def changed(self, way: str, *numbers: str) -> None:
        """Tell of a change about the lines with *numbers*; when it returns everybody has heard of it."""
        before = self._heard()
        if way == "control":
            # One key at a time, as a person would.
            for number in numbers:
                self._tell(number)
        else:
            for number in numbers:
                self._event(number)
        self._wait_for_workers(before, len(numbers))
        if len(self.urls) > 1:
            self._wait_for_the_other()

    def _tell(self, number: str) -> None:
        assert 0 == main(["control", "invalidate", "--config", str(self.config), "--line", number])

    def _event(self, number: str) -> None:
        characteristic = {"name": "msisdn", "value": number}
        event = {
            "eventType": "ProductAttributeValueChangeEvent",
            "event": {"product": {"id": "1", "productCharacteristic": [characteristic]}},
        }
        url = self.urls[0].replace("/graphql", "/events/tmf")
        headers = {"Authorization": f"Bearer {SECRET}"}
        answer = self.client.post(url, json=event, headers=headers)
        assert 204 == answer.status_code

    def _heard(self) -> list[int]:
        said = tell(pathlib.Path(os.environ["SWITCHBOARD_CONTROL__SOCKET"]), Status())
        return [each["answer"]["forgotten"]["subjects"] for each in said]

    def _wait_for_workers(self, before: list[int], more: int) -> None:
        end = time.monotonic() + SOON_S
        while min(now - then for now, then in zip(self._heard(), before, strict=True)) < more:
            assert time.monotonic() < end, "a worker did not hear of it"

    def _wait_for_the_other(self) -> None:
        """It hears in order: when it has forgotten a line of the islands, where nothing fails, it has heard the rest."""
        line = _islander()
        kept = self.ask(WHEN, at=1, n=line)
        assert kept["data"]["line"]["balances"]
        end = time.monotonic() + SOON_S
        self._tell(line)
        while self.ask(WHEN, at=1, n=line) == kept:
            assert time.monotonic() < end, "the other replica did not hear of it"


def _settings(folder: pathlib.Path) -> dict[str, str]:
    kept = {"FRESH_S": '{"*": 600}', "STALE_S": '{"*": 3600}', "NEGATIVE_S": '{"*": 600}', "REVALIDATE_S": '{"*": 60}'}
    systems = (*SYSTEMS, "recharge-history", "recharge-islands")
    guards = {f"SYSTEMS__{system.upper()}__GUARD__{name}": s for system in systems for name, s in kept.items()}
    # Systems come and go here, and what they are spared would hide what is kept about them.
    guards |= {f"SYSTEMS__{system.upper()}__GUARD__BREAKER__ENABLED": "false" for system in systems}
    # What belongs to the other one is looked for in whole answers, however long a busy machine takes.
    guards |= {f"SYSTEMS__{system.upper()}__GUARD__TIMEOUT_S": "15" for system in systems}
    others = {
        "SERVER__DEADLINE_S": "20",
        "CONTROL__SOCKET": str(folder / "c.sock"),
        "EVENTS__SECRET": f"file:{folder / 'events'}",
    }
    return guards | others


@contextlib.contextmanager
def _one(*arguments: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="sb-") as name, pytest.MonkeyPatch.context() as patch:
        folder = pathlib.Path(name)
        (folder / "events").write_text(SECRET, encoding="utf-8")
        config = folder / "s.toml"
        config.write_text('[control]\nsocket = "c.sock"\n', encoding="utf-8")
        for key, value in _settings(folder).items():
            patch.setenv(f"SWITCHBOARD_{key}", value)
        no_reuse = httpx.Limits(max_keepalive_connections=0)
        client = httpx.Client(timeout=30, trust_env=False, verify=PLAIN, limits=no_reuse)
        with client, running("--customers", str(CUSTOMERS), *arguments) as gateway:
            yield Place(gateway, (gateway.url,), config, client)


@contextlib.contextmanager
def _two_over_redis(server: redis_server.RedisServer) -> Iterator[Place]:
    redis = {"url": f"unix://{server.socket}", "key_secret": f"file:{server.folder / 'keys'}"}
    (server.folder / "keys").write_text("a secret of tests that is long enough", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWITCHBOARD_CACHE__REDIS", json.dumps(redis))
        with _one() as first:
            behind = {"recharge-history": "recharge", "recharge-history-islands": "recharge-islands"}
            for system in (*first.operator.ports, *behind):
                port = first.operator.ports[behind.get(system, system)]
                patch.setenv(f"SWITCHBOARD_SYSTEMS__{system.upper()}__URL", f"http://127.0.0.1:{port}")
            with pytest.MonkeyPatch.context() as other:
                # It is told nothing itself: neither over a socket nor by an event.
                other.delenv("SWITCHBOARD_CONTROL__SOCKET")
                with started("serve", "--config", str(ROOT / "deploy" / "sandbox.toml"), "--port", "0") as lines:
                    url = lines.wait_for("The graph answers at ").rpartition(" ")[2].strip()
                    other.undo()
                    yield dataclasses.replace(first, urls=(first.urls[0], url))


@pytest.fixture(
    scope="module",
    params=["one process", "two workers", pytest.param("two replicas", marks=redis_server.needs_redis)],
)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Gateways of these tests' own, one kind after the other."""
    with contextlib.ExitStack() as stack:
        match request.param:
            case "one process":
                yield stack.enter_context(_one())
            case "two workers":
                yield dataclasses.replace(stack.enter_context(_one("--workers", "2")), often=6)
            case _:
                yield stack.enter_context(_two_over_redis(stack.enter_context(redis_server.running_meanwhile())))


@pytest.fixture(scope="module")
def pairs(place: Place) -> Iterator[tuple[Line, Line]]:
    """Pairs of lines of the mainland that every system knows, each line once."""
    assert place.urls
    lines = _prepaid(Province.MAINLAND)
    return zip(lines, lines, strict=False)


def _prepaid(province: Province) -> Iterator[Line]:
    """Lines of people who have one."""
    today = dt.datetime.now(Province.MAINLAND.zone).date()
    people = Population(customers=CUSTOMERS, seed=1, today=today, fixed=fixed_traits)
    owners = (people.customer(number) for number in range(20, CUSTOMERS))
    single = (owner.lines for owner in owners if owner and len(owner.lines) == 1 and not owner.traits.company)
    return (line for (line,) in single if line.prepaid and line.key.province is province)


@functools.cache
def _islander() -> str:
    return next(_prepaid(Province.ISLANDS)).msisdn


class Trade:
    """What was said about two lines before they traded their numbers, and so what has to be said after it."""

    def __init__(self, place: Place, one: Line, other: Line) -> None:
        self.place = place
        self.numbers = (one.msisdn, other.msisdn)
        self._lines = (one, other)
        # Asked three times each: from the systems, from what is kept, and as a whole response that is remembered.
        self._before = {
            (query, number): [place.everywhere(query, n=number) for _ in range(3)][-1][0]["data"]
            for query in BY_NUMBER
            for number in self.numbers
        }
        for line in self._lines:
            assert line.msisdn == place.everywhere(OF_SIM, i=line.key.imsi)[0]["data"]["line"]["msisdn"]
        whole = self._before[WHOLE, one.msisdn]
        assert whole["customer"]["lines"]["nodes"] == [{"msisdn": one.msisdn}]
        assert whole["line"]["network"]["imsi"] == one.key.imsi
        assert whole != self._before[WHOLE, other.msisdn]

    def happens(self) -> None:
        """In the systems."""
        self.place.trade(*self._lines)

    def expected(self, query: str, number: str) -> Any:
        """What is to be said about *number* now: what was said about the other one, under this one."""
        (other,) = set(self.numbers) - {number}
        return json.loads(json.dumps(self._before[query, other]).replace(other, number))

    def check(self, response: Any, query: str, number: str, *, whole: bool = True) -> None:
        """Nothing in it is the other's; with *whole* nothing is missing either."""
        expected = self.expected(query, number)
        if whole:
            assert "errors" not in response
            assert response["data"] == expected
        else:
            assert _is_part(response["data"], expected), "it shows what is somebody else's"

    def check_all(self, *, whole: bool = True) -> None:
        """Of everything that can be asked, from everybody."""
        for query in BY_NUMBER:
            for number in self.numbers:
                for response in self.place.everywhere(query, n=number):
                    self.check(response, query, number, whole=whole)
        for line, number in zip(self._lines, reversed(self.numbers), strict=True):
            for response in self.place.everywhere(OF_SIM, i=line.key.imsi):
                found = response["data"]["line"]
                assert (found is None and not whole) or found["msisdn"] == number


def _is_part(found: Any, of: Any) -> bool:
    """Whether everything in *found* is in its place, if it is there at all."""
    if found is None:
        return True
    if isinstance(found, dict):
        return isinstance(of, dict) and all(_is_part(each, of[name]) for name, each in found.items())
    if isinstance(found, list):
        return isinstance(of, list) and len(found) in {0, len(of)} and all(map(_is_part, found, of))
    return bool(found == of)


@pytest.mark.parametrize("way", ["control", "event"])
def test_whoever_has_the_number_now_is_shown_once_the_gateway_was_told(
    place: Place, pairs: Iterator[tuple[Line, Line]], way: str
) -> None:
    for _ in range(ROUNDS):
        trade = Trade(place, *next(pairs))
        trade.happens()
        # Not told yet, whoever was asked before gives what it keeps: otherwise this would show nothing. Of two workers
        # that have nothing else to do one may have taken every question so far.
        said = [response["data"] for response in place.everywhere(WHO, n=trade.numbers[0])]
        assert any(trade.expected(WHO, trade.numbers[0]) != each for each in said)
        place.changed(way, *trade.numbers)

        trade.check_all()
        trade.check_all()


@pytest.mark.parametrize("way", ["control", "event"])
def test_a_question_under_way_when_it_is_told_leaves_nothing_of_the_old_owner_behind(
    place: Place, pairs: Iterator[tuple[Line, Line]], way: str
) -> None:
    for _ in range(ROUNDS):
        trade = Trade(place, *next(pairs))
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for system in SYSTEMS:
                place.operator.fault(system, "slow", ms=900)
            # Slow systems have read their answers when they begin to wait: these tell of the old owners.
            asked = [
                pool.submit(place.ask, query, at=at, headers={"Cache-Control": "no-cache"}, n=number)
                for query in (WHOLE, BALANCES)
                for number in trade.numbers
                for at in range(2)
            ]
            time.sleep(0.4)
            trade.happens()
            place.changed(way, trade.numbers[0])
            place.changed(way, trade.numbers[1])
            place.operator.heal()
            # Now, while those are still on their way; who asks does not wait for them.
            late = [pool.submit(place.ask, BALANCES, at=at, n=number) for number in trade.numbers for at in range(4)]
            for number, each in zip([n for n in trade.numbers for _ in range(4)], late, strict=True):
                trade.check(each.result(), BALANCES, number)
            concurrent.futures.wait(asked)

        trade.check_all()


def test_when_systems_fail_at_that_instant_nothing_of_the_old_owner_stands_in(
    place: Place, pairs: Iterator[tuple[Line, Line]]
) -> None:
    for system in SYSTEMS:
        trade = Trade(place, *next(pairs))
        trade.happens()
        try:
            place.operator.fault(system, "off")
            place.changed("control", *trade.numbers)
            trade.check_all(whole=False)
        finally:
            place.operator.heal()
        trade.check_all()
