"""The HSS over real HTTP: sessions, Get, Search, and CAI3G's own faults."""

import asyncio

import pytest

from sandbox import Sandbox, free_ports
from sandbox.hss.profile import SECRET
from tests.sandbox.conftest import TODAY
from tests.sandbox.wire import Wire, Xml


def key_of(sandbox: Sandbox, customer: int = 3) -> str:
    found = sandbox.people.customer(customer)
    assert found is not None
    return f"<gsm:msisdn>{found.lines[0].key.msisdn}</gsm:msisdn>"


def cai3g_fault(answer: Xml) -> tuple[str | None, str | None]:
    """faultcode and reason of a Cai3gFault."""
    assert 500 == answer.status
    fault = ".//soap:Fault/detail/cai3g:Cai3gFault/cai3g:"
    return answer.text(fault + "faultcode"), answer.text(fault + "faultreason/cai3g:reasonText")


async def test_a_login_gives_a_session_and_a_base(wire: Wire) -> None:
    session = await wire.login()

    assert 32 == len(session.id)
    assert session.base > 2**53  # More than a double can count.


async def test_a_get_tells_what_the_hlr_holds(sandbox: Sandbox, wire: Wire) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[2].msisdn)
    assert line is not None

    answer = await (await wire.login()).get(key_of(sandbox))

    held = ".//cai3g:GetResponse/cai3g:MOAttributes/gsm:getResponseSubscription/gsm:"
    assert (line.key.imsi, line.key.msisdn) == (answer.text(held + "imsi"), answer.text(held + "msisdn"))
    assert "0" == answer.text(held + "obo")
    assert "1" == answer.text(held + "cfu/gsm:provisionState")
    assert ["1", "20"] == answer.texts(held + "gprs/gsm:apnid")
    assert SECRET == answer.text(held + "pwd")


async def test_the_three_headers_are_echoed(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    header = session.header(transaction="77")

    answer = await session.get(key_of(sandbox), header=header)

    echoed = [answer.text(f"soap:Header/cai3g:{name}") for name in ("SessionId", "TransactionId", "SequenceId")]
    assert [session.id, "77", str(session.base)] == echoed


@pytest.mark.parametrize("prefix", ["gsm", "cai3g"])
@pytest.mark.parametrize("kind", ["msisdn", "imsi"])
async def test_a_line_is_named_by_number_or_imsi_in_either_namespace(
    sandbox: Sandbox, wire: Wire, prefix: str, kind: str
) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[0].msisdn)
    assert line is not None

    answer = await (await wire.login()).get(f"<{prefix}:{kind}>{getattr(line.key, kind)}</{prefix}:{kind}>")

    assert line.key.imsi == answer.text(".//gsm:getResponseSubscription/gsm:imsi")


async def test_a_suspended_customers_line_is_barred(sandbox: Sandbox, wire: Wire) -> None:
    answer = await (await wire.login()).get(key_of(sandbox, 47))

    assert ("1", "1") == (answer.text(".//gsm:obo"), answer.text(".//gsm:obi"))


async def test_a_search_by_imsi_finds_the_number_and_the_other_way_round(sandbox: Sandbox, wire: Wire) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[0].msisdn)
    assert line is not None
    session = await wire.login()

    for text in (f"imsi={line.key.imsi}", f"msisdn={line.key.msisdn}"):
        answer = await session.search(text)
        found = ".//cai3g:SearchResponse/cai3g:MOId/gsm:"
        assert (line.key.imsi, line.key.msisdn) == (answer.text(found + "imsi"), answer.text(found + "msisdn"))
    assert [] == (await session.search("imsi=999700000000000")).all(".//cai3g:MOId")


@pytest.mark.parametrize(
    "key",
    ["<gsm:msisdn>99960000000</gsm:msisdn>", "<gsm:imsi>1</gsm:imsi>", "<gsm:msisdn>66857618</gsm:msisdn>"],
)
async def test_an_unknown_subscriber_is_fault_13001(wire: Wire, key: str) -> None:
    assert ("13001", "Subscriber not found.") == cai3g_fault(await (await wire.login()).get(key))


async def test_a_session_that_is_not_open_is_invalid(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    session.id = "0" * 32

    answer = await session.get(key_of(sandbox))

    assert (500, "Invalid SessionId") == (answer.status, answer.fault)
    assert "Invalid SessionId" == answer.text(".//detail/cai3g:SessionIdFault/cai3g:faultcode")


async def test_missing_headers_are_invalid_headers(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    mine = f"<cai3g:SessionId>{session.id}</cai3g:SessionId>"

    faults = [(await session.get(key_of(sandbox), header=header)).fault for header in ("", mine)]

    assert ["Invalid SessionId", "Invalid TransactionId"] == faults


async def test_a_sequence_that_does_not_grow_is_invalid(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    await session.get(key_of(sandbox))

    answer = await session.get(key_of(sandbox), header=session.header(sequence=str(session.base)))

    assert "Invalid SequenceId" == answer.fault
    assert answer.all(".//detail/cai3g:SequenceIdFault")


async def test_a_transaction_that_is_no_number_is_invalid(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()

    answer = await session.get(key_of(sandbox), header=session.header(transaction="6f1e-4a"))

    assert "Invalid TransactionId" == answer.fault


async def test_a_wrong_password_is_refused(wire: Wire) -> None:
    code, reason = cai3g_fault((await wire.login("wrong")).login)

    assert "4003" == code
    assert "refused" in str(reason)


async def test_one_login_too_many_hits_the_licence(wire: Wire) -> None:
    sessions = [await wire.login() for _ in range(3)]

    assert "license limit" in str(cai3g_fault((await wire.login()).login)[1])
    await sessions[0].logout()
    assert 200 == (await wire.login()).login.status


async def test_a_logout_ends_the_session(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()

    assert (await session.logout()).all(".//cai3g:LogoutResponse")
    assert "Invalid SessionId" == (await session.get(key_of(sandbox))).fault
    assert "Invalid SessionId" == (await session.logout()).fault


async def test_an_idle_session_expires() -> None:
    settings = free_ports(today=TODAY, hss_session_idle_s=0.05)
    async with Sandbox(settings) as sandbox, Wire(sandbox.ports) as wire:
        session = await wire.login()
        await asyncio.sleep(0.08)

        assert "Invalid SessionId" == (await session.get(key_of(sandbox))).fault


async def test_two_calls_at_a_time_in_one_session_are_noticed() -> None:
    settings = free_ports(today=TODAY, hss_latency_s=0.3)
    async with Sandbox(settings) as sandbox, Wire(sandbox.ports) as wire:
        session = await wire.login()

        answers = await asyncio.gather(*(session.get(key_of(sandbox)) for _ in range(2)))

    refused = [answer for answer in answers if answer.status == 500]
    assert 1 == len(refused)
    assert "4006" == cai3g_fault(refused[0])[0]


async def test_a_session_is_free_again_when_its_caller_hangs_up(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    await wire.fault("hss", "slow", ms=5000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await session.get(key_of(sandbox))
    await wire.control("DELETE", "/faults")
    await asyncio.sleep(0.02)

    assert 200 == (await session.get(key_of(sandbox))).status


@pytest.mark.parametrize("action", ["CAI3G#Search", "Get", "CAI3G#", "CAI3G#Delete"])
async def test_a_soap_action_that_does_not_fit_is_refused(sandbox: Sandbox, wire: Wire, action: str) -> None:
    session = await wire.login()

    answer = await session.call("Get", f"<cai3g:MOId>{key_of(sandbox)}</cai3g:MOId>", action=action)

    assert (500, True) == (answer.status, bool(answer.fault))


async def test_an_operation_that_is_not_offered_is_refused(wire: Wire) -> None:
    assert "4002" == cai3g_fault(await (await wire.login()).call("Delete", ""))[0]


async def test_another_kind_of_object_is_refused_and_frees_the_session(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()

    answer = await session.call("Get", "<cai3g:MOType>Other@http://example.com/</cai3g:MOType>")

    assert "4002" == cai3g_fault(answer)[0]
    assert 200 == (await session.get(key_of(sandbox))).status


async def test_calls_are_counted_by_operation(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    await session.get(key_of(sandbox))
    await session.search("imsi=1")
    await session.logout()

    assert {"Login": 1, "Get": 1, "Search": 1, "Logout": 1} == (await wire.calls())["hss"]
