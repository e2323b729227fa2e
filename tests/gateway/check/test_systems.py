"""Systems that answer, and systems that do not: each row says what, where, why and what to do."""

import asyncio
import datetime as dt
import email.utils
import time

import pytest

from gateway.check import State
from sandbox import Sandbox
from sandbox.call import SystemName
from sandbox.faults import Fault, FaultKind
from tests.bars import bar
from tests.connectors.peer import Exchange, Peer
from tests.gateway.check.support import SECRETS, WRONG, Config, a_prepaid_number
from tests.ports import free_port

pytestmark = pytest.mark.usefixtures("quick")


async def test_a_good_configuration_is_well_in_every_row(config: Config) -> None:
    found = await config.check()

    assert [] == found.bad
    assert 0 == found.exit
    assert {"settings", "crm", "billing", "hss", "recharge", "history", "consent"} == {row.what for row in found.rows}
    assert all(row.took_ms is not None for row in found.rows if row.what != "settings")


async def test_each_system_is_asked_harmless_questions_and_no_session_is_left(config: Config, sandbox: Sandbox) -> None:
    await config.check()

    assert {
        "crm": {"GET /customer": 1, "GET /individual": 1, "GET /organization": 1},
        "billing": {"QueryCustomerInfo": 1, "QueryInvoice": 1},
        "hss": {"Login": 1, "Get": 1, "Logout": 1},
        "recharge": {"GetBalanceAndDate": 1, "VoucherRechargeEnquiry": 1},
        "consent": {"GET /partyPrivacyAgreement": 1},
    } == {name: calls for name, calls in sandbox.calls.as_json().items() if calls}


async def test_a_test_sim_of_ones_own_is_asked_about_and_its_answers_read(config: Config, sandbox: Sandbox) -> None:
    config.set("check.msisdn", f"+{a_prepaid_number(sandbox)}")

    assert [] == (await config.check()).bad


async def test_a_system_within_a_maintenance_window_is_not_asked_and_that_is_no_mistake(
    config: Config, sandbox: Sandbox
) -> None:
    config.set("systems.crm.guard.maintenance", [{"cron": "* * * * *", "zone": "Europe/Madrid", "minutes": 5}])
    found = await config.check()

    assert [("crm", State.WARNING)] == [(row.what, row.state) for row in found.bad]
    assert 0 == found.exit
    assert not sandbox.calls.as_json()["crm"]


@pytest.mark.parametrize(
    ("system", "place", "where", "setting"),
    [
        ("crm", "customer_path", "/tmf-api/customer", "customer_path"),
        ("crm", "individual_path", "/tmf-api/person", "individual_path"),
        ("crm", "organization_path", "/tmf-api/firm", "organization_path"),
        ("billing", "bc_path", "/services/Bc", "bc_path"),
        ("billing", "ar_path", "/services/Ar", "ar_path"),
        ("hss", "path", "/services/CAI3G1.1", "path"),
        ("recharge", "path", "/air", "path"),
        ("history", "path", "/services/AccountMgr", "path"),
        ("consent", "agreement_path", "/tmf-api/agreements", "agreement_path"),
    ],
)
async def test_a_wrong_path_names_its_setting(
    config: Config, system: str, place: str, where: str, setting: str
) -> None:
    config.set(f"systems.{system}.{place}", where)

    found = await config.check()

    row = found.only()
    assert (State.ERROR, system, 1) == (row.state, row.what, found.exit)
    assert row.where.startswith("127.0.0.1:")
    assert row.where.endswith(where)
    assert "There is nothing at this path (HTTP 404)." == row.why
    assert f"Correct the path in `systems.{system}.{setting}` or `systems.{system}.url`." == row.do


async def test_a_port_where_nothing_listens_is_told(config: Config) -> None:
    port = free_port()
    config.set("systems.billing.url", f"http://127.0.0.1:{port}")

    found = await config.check()

    row = found.only()
    assert (State.ERROR, "billing", 1) == (row.state, row.what, found.exit)
    assert f"127.0.0.1:{port}" == row.where
    assert "nothing listens at this port" in row.why
    assert "Correct the port in `systems.billing.url`, or have the service started." == row.do


async def test_an_unknown_host_is_told(config: Config) -> None:
    config.set("systems.hss.url", "http://no-such-host.invalid:8093")

    found = await config.check()

    row = found.only()
    assert (State.ERROR, "hss", 1) == (row.state, row.what, found.exit)
    assert "no-such-host.invalid:8093" == row.where
    assert "host" in row.why
    assert "DNS" in row.why + row.do


@pytest.mark.parametrize("system", ["crm", "billing", "hss", "recharge", "history", "consent"])
async def test_a_wrong_password_is_told_and_not_shown(config: Config, system: str) -> None:
    config.set(f"systems.{system}.password", WRONG)

    found = await config.check()

    row = found.only()
    assert (State.ERROR, system, 1) == (row.state, row.what, found.exit)
    told = "(HTTP 401)." if system in {"crm", "recharge", "consent"} else ", or what we ask ("
    assert row.why.startswith("It does not accept who we say we are")
    assert told in row.why
    assert f"`systems.{system}.password`" in row.do
    assert "not-the-password" not in str(found.rows)
    assert (SECRETS / "crm.password").read_text().strip() not in str(found.rows)


async def test_no_credentials_where_some_are_wanted_says_which_to_give(config: Config) -> None:
    config.set("systems.crm.user", None)
    config.set("systems.crm.password", None)

    assert "Give it `systems.crm.user` and `systems.crm.password`." == (await config.check()).only().do


@pytest.mark.parametrize(
    ("kind", "why", "do"),
    [
        (FaultKind.UNAVAILABLE, "It says that it cannot answer now (HTTP 503).", "Ask its owners what is wrong"),
        (FaultKind.HTML, "A web page came back instead of the system's answer", "leads to the system itself"),
        (FaultKind.GARBAGE, "Its answer is not what this dialect says", "leads to a system that speaks"),
        (FaultKind.CUT, "It began to answer and cut the connection.", "Ask its owners"),
    ],
)
@pytest.mark.parametrize("system", ["crm", "billing", "hss", "recharge"])
async def test_an_ill_system_is_told(
    config: Config, sandbox: Sandbox, system: str, kind: FaultKind, why: str, do: str
) -> None:
    await sandbox.set_fault(SystemName(system), Fault(kind=kind, ms=0))

    found = await config.check()

    row = found.of(system)[0]
    assert (State.ERROR, 1) == (row.state, found.exit)
    assert row.why.startswith(why), row
    assert do in row.do


@pytest.mark.parametrize("system", ["billing", "hss", "recharge", "history"])
async def test_a_fault_of_the_systems_own_is_told_without_its_words(
    config: Config, sandbox: Sandbox, system: str
) -> None:
    name = SystemName("recharge" if system == "history" else system)
    await sandbox.set_fault(name, Fault(kind=FaultKind.FAULT, ms=0))

    row = (await config.check()).of(system)[0]

    assert State.ERROR is row.state
    assert "answered with a failure of its own" in row.why or "gave us no session" in row.why
    assert "Exception" not in row.why


async def test_a_system_that_says_nothing_is_told_in_its_time(config: Config) -> None:
    async with Peer(_hangs).listening() as peer:
        config.set("systems.recharge.url", peer.url)
        config.set("systems.recharge.guard.timeout_s", 0.3)

        found = await config.check()

    row = found.only()
    assert (State.ERROR, "recharge", 1) == (row.state, row.what, found.exit)
    assert "said nothing within 0.3 s" in row.why
    assert "`systems.recharge.guard.timeout_s`" in row.do


async def test_a_system_that_drips_is_told_in_its_time(config: Config, sandbox: Sandbox) -> None:
    await sandbox.set_fault(SystemName.BILLING, Fault(kind=FaultKind.DRIP, ms=50))
    config.set("systems.billing.guard.timeout_s", 0.3)

    row = (await config.check()).only()

    assert "It began to answer and was not done within 0.3 s." == row.why
    assert "`systems.billing.guard.timeout_s`" in row.do


@pytest.mark.parametrize("system", ["crm", "billing", "hss", "recharge", "history", "consent"])
async def test_the_whole_ends_in_its_time_whatever_hangs(config: Config, system: str) -> None:
    async with Peer(_hangs).listening() as peer:
        config.set(f"systems.{system}.url", peer.url)
        config.set(f"systems.{system}.guard.timeout_s", 60)
        before = time.monotonic()

        found = await config.check(timeout_s=0.7)

        assert time.monotonic() - before < bar(0.7 + 2 + 1)
    assert "It was not done in the time that the whole check had." == found.only().why
    assert "--timeout" in found.only().do


async def test_a_redirect_is_told_and_not_followed(config: Config) -> None:
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.answer(b"", status="302 Found", headers="Location: http://127.0.0.1:1/login\r\n")

    async with Peer(elsewhere).listening() as peer:
        config.set("systems.crm.url", peer.url)

        row = (await config.check()).only()

    assert "sends us to another address (HTTP 302)" in row.why
    assert "`systems.crm.customer_path` or `systems.crm.url`" in row.do


async def test_a_result_code_that_no_setting_knows_says_where_to_put_it(config: Config) -> None:
    config.set("systems.billing.not_known_codes", [])

    row = (await config.check()).only()

    assert "result code 118030003" in row.why
    assert "add it to `systems.billing.not_known_codes`" in row.do


@pytest.mark.parametrize(
    ("ahead_s", "state", "why"),
    [
        (2, None, ""),
        (-2, None, ""),
        (30, State.WARNING, "s ahead of ours"),
        (-30, State.WARNING, "s behind ours"),
        (300, State.ERROR, "min ahead of ours"),
        (-86400, State.ERROR, "h behind ours"),
    ],
)
async def test_a_clock_that_goes_wrong_is_told(config: Config, ahead_s: int, state: State | None, why: str) -> None:
    async def dated(exchange: Exchange) -> None:
        now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead_s)
        await exchange.say(_json(b'[{"id": "1"}]', f"Date: {email.utils.format_datetime(now, usegmt=True)}\r\n"))

    async with Peer(dated).listening() as peer:
        config.set("systems.crm.url", peer.url)

        found = await config.check()

    assert State.OK is found.of("crm")[0].state
    assert "tell its clock" not in found.of("crm")[0].why
    if state is None:
        assert [] == found.bad
        return
    row = found.only()
    assert (state, "crm", 1 if state is State.ERROR else 0) == (row.state, row.what, found.exit)
    assert row.why.endswith(f"{why}.")
    assert "Synchronise the clocks (NTP)" in row.do


async def test_a_system_without_a_date_is_told_to_keep_its_clock_to_itself(config: Config) -> None:
    async def undated(exchange: Exchange) -> None:
        await exchange.say(_json(b'[{"id": "1"}]', ""))

    async with Peer(undated).listening() as peer:
        config.set("systems.crm.url", peer.url)

        assert (await config.check()).of("crm")[0].why.endswith(" It does not tell its clock.")


async def test_a_session_that_cannot_be_closed_is_a_warning(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.cai3g.protocol import CAI3GProtocol
    from connectors.errors import Unavailable

    async def fails(*_: object) -> None:
        raise Unavailable("ill", system="hss")

    monkeypatch.setattr(CAI3GProtocol, "log_out", fails)

    found = await config.check()

    assert (State.WARNING, "hss", 0) == (found.only().state, found.only().what, found.exit)
    assert "could not be closed" in found.only().why


@pytest.mark.parametrize("late", [True, False])
async def test_a_connector_that_comes_too_late_is_told(
    config: Config, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    from connectors.errors import DeadlineReached
    from connectors.ucip import UCIPConnector

    async def lasts(*_: object, **__: object) -> None:
        if late:
            raise DeadlineReached("no answer yet", system="recharge")
        await asyncio.sleep(60)

    monkeypatch.setattr(UCIPConnector, "check", lasts)

    found = await config.check(timeout_s=2.0)

    assert "recharge" == found.only().what
    assert "It was not done in the time that the whole check had." == found.only().why


async def test_a_mistake_of_the_gateway_costs_one_row_only(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.ucip import UCIPConnector

    async def surprising(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(UCIPConnector, "check", surprising)

    found = await config.check()

    assert "recharge" == found.only().what
    assert "ZeroDivisionError" in found.only().why


async def _hangs(_: Exchange) -> None:
    await asyncio.sleep(60)


def _json(body: bytes, headers: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body
