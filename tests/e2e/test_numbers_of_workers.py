"""What /metrics says of the guard is about the whole gateway, whichever of two workers is asked."""

import asyncio
import collections
from collections.abc import AsyncIterator, Iterator, Mapping

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sandbox.population.numbering import LineKey
from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.asking import Asking

BALANCES = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } } }"
STATUS = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { subscriber { status } } }"
CUSTOMER = 'query { customer(by: {id: "1000042"}) { name } }'
NETWORK = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } } }"
LINES = [line for line in (LineKey(index, 0).msisdn for index in range(20, 70)) if line.startswith("9996")][:40]
PLACES = 16


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningGateway]:
    """Balances are kept, and of billing little may be asked."""
    settings = {
        "SYSTEMS__RECHARGE__GUARD__FRESH_S": '{"*": 600}',
        "SYSTEMS__RECHARGE__GUARD__NEGATIVE_S": '{"*": 600}',
        "SYSTEMS__RECHARGE__GUARD__TIMEOUT_S": "15",
        "SYSTEMS__BILLING__GUARD__TIMEOUT_S": "15",
        "SYSTEMS__BILLING__GUARD__BUDGET": '{"calls_per_s": 5, "burst": 4, "max_wait_s": 0}',
        "SYSTEMS__HSS__GUARD__MAX_CONCURRENT": str(PLACES),
        "SYSTEMS__HSS__GUARD__TIMEOUT_S": "20",
        "SERVER__DEADLINE_S": "20",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(f"SWITCHBOARD_{name}", value)
        with running("--workers", "2") as found:
            yield found


@pytest.fixture
async def asking(gateway: RunningGateway) -> AsyncIterator[Asking]:
    gateway.heal()
    gateway.forget_calls()
    async with Asking() as found:
        yield found


async def _all_asked(asking: Asking, gateway: RunningGateway, question: str) -> list[str]:
    """Ask about every line at once, over as many connections, so both workers are asked: what became of each."""
    answers = await asyncio.gather(*(asking.ask(gateway.url, question, {"n": line}) for line in LINES))
    return [answer["errors"][0]["extensions"]["code"] if "errors" in answer else "ok" for answer in answers]


async def _numbers(gateway: RunningGateway, name: str, **labels: str) -> dict[str, float]:
    """A metric of one system by the label that is left, the same from either worker: read over several connections."""
    address = gateway.url.replace("/graphql", "/metrics")
    texts = await asyncio.to_thread(
        lambda: [httpx.get(address, trust_env=False, verify=PLAIN, timeout=30).text for _ in range(4)]
    )
    first, *others = [_read(text, name, labels) for text in texts]
    assert [first] * len(others) == others
    return first


def _read(text: str, name: str, labels: Mapping[str, str]) -> dict[str, float]:
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {
        " ".join(value for label, value in sample.labels.items() if label not in labels): sample.value
        for sample in samples
        if sample.name == name and labels.items() <= sample.labels.items()
    }


async def test_calls_and_kept_answers_add_up_to_what_was_asked(gateway: RunningGateway, asking: Asking) -> None:
    rounds = 4
    for _ in range(rounds):
        assert {"ok"} == set(await _all_asked(asking, gateway, BALANCES))

    counted = await _numbers(gateway, "switchboard_calls_total", system="recharge", operation="GetBalanceAndDate")
    sent = gateway.calls()["recharge"]["GetBalanceAndDate"]
    kept = counted.pop("cached", 0.0) + counted.pop("negative", 0.0)
    # Each worker keeps for itself, so each line is asked about once or twice.
    assert len(LINES) <= sent <= 2 * len(LINES)
    assert sent == sum(counted.values())
    assert rounds * len(LINES) == sent + kept


async def test_what_is_shed_adds_up_to_what_callers_were_refused(gateway: RunningGateway, asking: Asking) -> None:
    codes = collections.Counter(await _all_asked(asking, gateway, STATUS))

    shed = await _numbers(gateway, "switchboard_calls_shed_total", system="billing")
    assert {"agent over_budget": codes["UPSTREAM_BUSY"]} == shed
    counted = await _numbers(gateway, "switchboard_calls_total", system="billing", operation="QueryCustomerInfo")
    assert (codes["UPSTREAM_BUSY"], codes["ok"]) == (counted["over_budget"], counted["answered"])
    assert codes["ok"] == gateway.calls()["billing"]["QueryCustomerInfo"]


async def test_places_in_use_add_up_to_the_calls_under_way(gateway: RunningGateway, asking: Asking) -> None:
    gateway.fault("hss", "slow", ms=5_000)
    asked = asyncio.gather(*(asking.ask(gateway.url, NETWORK, {"n": line}) for line in LINES[:4]))
    while gateway.control("GET", "/calls/pace").json()["hss"]["live"] < 4:  # noqa: ASYNC110 - Only asking tells.
        await asyncio.sleep(0.05)

    assert {"": PLACES} == await _numbers(gateway, "switchboard_places", system="hss")
    assert {"": 4} == await _numbers(gateway, "switchboard_places_in_use", system="hss")
    await asked
    assert {"": 0} == await _numbers(gateway, "switchboard_places_in_use", system="hss")


async def test_a_breaker_that_is_open_at_one_worker_shows_at_both(gateway: RunningGateway, asking: Asking) -> None:
    assert {"default": 0} == await _numbers(gateway, "switchboard_breaker_state", system="crm")
    gateway.fault("crm", "off")
    while "system_ill" not in "".join([*gateway.log.kept]):
        await _all_asked(asking, gateway, CUSTOMER)

    assert {"default": 2} == await _numbers(gateway, "switchboard_breaker_state", system="crm")
