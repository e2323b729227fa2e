"""The connector against the pretend operator's HSS, over real HTTP."""

import asyncio
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from connectors.cai3g import CAI3GConnector, CAI3GSettings
from connectors.cai3g.settings import MoIdNamespace
from sandbox import Sandbox, free_ports
from tests.connectors.support import environment, soon

PROJECT = pathlib.Path(__file__).resolve().parents[3]
QUESTIONS = 50


@pytest.fixture
async def operator() -> AsyncIterator[Sandbox]:
    async with Sandbox(free_ports(customers=60, seed=7, today=dt.date(2026, 11, 22))) as sandbox:
        yield sandbox


def connected(operator: Sandbox, settings: Callable[..., CAI3GSettings], **changes: object) -> CAI3GConnector:
    made = settings(
        url=f"http://127.0.0.1:{operator.ports['hss']}",
        wsdl=str(PROJECT / "sandbox" / "wsdl" / "cai3g.wsdl"),
        user="switchboard",
        password=f"file:{PROJECT / 'sandbox' / 'secrets' / 'hss.password'}",
        **changes,
    )
    return CAI3GConnector("hss", made, environment())


def lines(operator: Sandbox) -> list[tuple[str, str]]:
    people = (operator.people.customer(number) for number in range(1, 60))
    return [(line.key.msisdn, line.key.imsi) for person in people if person for line in person.lines][:QUESTIONS]


async def ask(connector: CAI3GConnector, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
    answers = await asyncio.gather(
        *(connector.profile_by_msisdn(msisdn, within=soon(seconds=20)) for msisdn, _ in keys)
    )
    return [(answer.value.msisdn or "", answer.value.imsi) for answer in answers]


@pytest.mark.parametrize("size", [1, 4])
async def test_fifty_questions_with_expired_sessions_log_in_once_per_session(operator, settings, size):
    connector = connected(operator, settings, sessions=size)
    keys = lines(operator)
    await ask(connector, keys[:16])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{operator.ports['control']}") as control:
        await control.put("/faults/hss", json={"kind": "session-expired"})
        await control.delete("/calls")

        assert keys == await ask(connector, keys)

        calls = (await control.get("/calls")).json()["hss"]
    await connector.aclose()
    assert {"Login": size, "Get": QUESTIONS + size} == calls
    assert operator.calls.as_json()["hss"]["Logout"] == size


@pytest.mark.parametrize("namespace", list(MoIdNamespace))
@pytest.mark.parametrize("lookup", ["get", "search"])
async def test_a_sim_is_found_either_way_with_its_key_in_either_namespace(operator, settings, namespace, lookup):
    connector = connected(operator, settings, imsi_lookup=lookup, mo_id_namespace=namespace)
    msisdn, imsi = lines(operator)[0]

    answer = await connector.profile_by_imsi(imsi, within=soon(seconds=20))
    await connector.aclose()

    assert (msisdn, imsi) == (answer.value.msisdn, answer.value.imsi)
