"""Sessions through the connector, against a node that is strict about them."""

import asyncio

import pytest

from connectors.errors import DeadlineReached, Misconfigured, TimedOut, Unavailable
from tests.bars import bar
from tests.connectors.cai3g.fake import cai3g_fault, header_fault
from tests.connectors.support import soon

NUMBERS = [f"999{60000000 + n}" for n in range(50)]


async def ask_all(connector, numbers=NUMBERS):
    """The numbers that the answers are about, or what was raised instead."""
    asked = (connector.profile_by_msisdn(number, within=soon(seconds=30)) for number in numbers)
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*asked, return_exceptions=True)
    return [answer if isinstance(answer, BaseException) else answer.value.msisdn for answer in answers]


async def test_a_session_is_opened_at_the_first_call_and_used_again(hss, connect):
    connector = connect(sessions=4)
    assert hss.calls["Login"] == 0

    for number in NUMBERS[:5]:
        await connector.profile_by_msisdn(number, within=soon())

    assert {"Login": 1, "Get": 5} == hss.calls


async def test_waiting_calls_open_sessions_up_to_the_pool_size(hss, connect):
    hss.latency_s = 0.01

    assert NUMBERS == await ask_all(connect(sessions=4))

    assert hss.calls["Login"] == 4
    assert not hss.breaches


@pytest.mark.parametrize("size", [1, 4])
async def test_fifty_questions_with_expired_sessions_log_in_once_per_session(hss, connect, size):
    hss.limit = size
    hss.latency_s = 0.002
    connector = connect(sessions=size)
    await ask_all(connector)
    assert len(hss.sessions) == size
    hss.calls.clear()
    hss.expire()

    assert NUMBERS == await ask_all(connector)

    assert hss.calls["Login"] == size
    assert hss.calls["Get"] == 50 + size
    assert not hss.breaches


async def test_idle_sessions_that_expired_are_replaced_one_by_one_as_they_are_met(hss, connect):
    hss.latency_s = 0.002
    connector = connect(sessions=4)
    await ask_all(connector)
    hss.calls.clear()
    hss.expire()

    for number in NUMBERS[:6]:
        await connector.profile_by_msisdn(number, within=soon())

    assert {"Login": 1, "Get": 7} == hss.calls


async def test_a_session_that_is_refused_again_right_after_login_is_unavailable(hss, connect):
    hss.faults["Get"] = header_fault("SessionId")
    connector = connect(sessions=1)

    with pytest.raises(Unavailable, match="refused too"):
        await connector.profile_by_msisdn(NUMBERS[0], within=soon())

    assert {"Login": 2, "Get": 2} == hss.calls
    hss.faults.clear()
    assert NUMBERS[0] == (await connector.profile_by_msisdn(NUMBERS[0], within=soon())).value.msisdn


async def test_an_invalid_sequence_id_logs_out_of_the_old_session_and_repeats_in_a_new_one(hss, connect):
    hss.limit = 1
    connector = connect(sessions=1)
    await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    next(iter(hss.sessions.values())).last_sequence_id += 1000

    answer = await connector.profile_by_msisdn(NUMBERS[1], within=soon())

    assert NUMBERS[1] == answer.value.msisdn
    assert {"Login": 2, "Logout": 1, "Get": 3} == hss.calls


async def test_the_sequence_grows_from_its_base_and_transactions_differ(hss, connect):
    connector = connect(sessions=1)
    for number in NUMBERS[:3]:
        await connector.profile_by_msisdn(number, within=soon())

    gets = [asked.headers for asked in hss.asked if asked.operation == "Get"]
    assert [1, 2, 3] == [int(headers["SequenceId"]) - 1_890_000_000_000_000_000 for headers in gets]
    assert len({headers["TransactionId"] for headers in gets}) == 3


async def test_a_failed_login_reaches_every_waiting_call_with_one_attempt(hss, connect):
    hss.login_latency_s = 0.02
    hss.faults["Login"] = cai3g_fault(5000)

    answers = await ask_all(connect(sessions=1))

    assert {"Unavailable"} == {type(answer).__name__ for answer in answers}
    assert hss.calls["Login"] == 1


async def test_after_the_cool_down_the_next_call_logs_in_anew(hss, connect, clock):
    hss.faults["Login"] = cai3g_fault(5000)
    connector = connect(sessions=1, login_cool_down_s=1.0)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await connector.profile_by_msisdn(NUMBERS[0], within=soon(clock))
    assert hss.calls["Login"] == 1
    hss.faults.clear()
    clock.advance(1.1)

    answer = await connector.profile_by_msisdn(NUMBERS[0], within=soon(clock))

    assert NUMBERS[0] == answer.value.msisdn


async def test_an_outage_of_logins_is_told_once_and_its_end_once(hss, connect, clock, reports):
    connector = connect(login_cool_down_s=1.0)
    for _ in range(2):
        hss.expire()
        hss.faults["Login"] = cai3g_fault(5000)
        for _ in range(3):
            clock.advance(1.1)
            with pytest.raises(Unavailable):
                await connector.profile_by_msisdn(NUMBERS[0], within=soon(clock))
        hss.faults.clear()
        clock.advance(1.1)
        await connector.profile_by_msisdn(NUMBERS[0], within=soon(clock))

    told = [event for event, _ in reports.events if event.startswith("login")]
    assert ["login_failed", "login_works_again"] * 2 == told


async def test_a_wrong_password_is_our_configuration(hss, connect):
    hss.password = "changed"

    with pytest.raises(Misconfigured):
        await connect().profile_by_msisdn(NUMBERS[0], within=soon())


async def test_a_used_up_licence_leaves_the_system_unavailable(hss, connect):
    hss.limit = 0

    with pytest.raises(Unavailable):
        await connect().profile_by_msisdn(NUMBERS[0], within=soon())


async def test_with_fewer_licences_than_the_pool_size_calls_wait_for_the_sessions_there_are(hss, connect):
    hss.limit = 2
    hss.latency_s = 0.002

    assert NUMBERS == await ask_all(connect(sessions=8))


async def test_a_call_that_was_cut_by_its_time_limit_leaves_a_session_that_works(hss, connect):
    connector = connect(sessions=1, guard={"timeout_s": 0.4})
    await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    hss.latency_s = 5.0
    with pytest.raises(TimedOut):
        await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    hss.latency_s = 0.0

    assert NUMBERS[:5] == await ask_all(connector, NUMBERS[:5])

    assert hss.calls["Login"] == 1
    assert not hss.breaches


async def test_a_session_still_busy_with_a_cut_call_is_used_last(hss, connect):
    hss.keeps_going = True
    hss.latency_s = 0.01
    connector = connect(sessions=2, guard={"timeout_s": 0.3})
    await ask_all(connector, NUMBERS[:2])
    hss.latency_s = 0.6
    with pytest.raises(TimedOut):
        await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    hss.latency_s = 0.0

    await connector.profile_by_msisdn(NUMBERS[0], within=soon())

    assert not hss.breaches
    await asyncio.sleep(0.35)  # Until the fake has ended the call nobody waits for.


async def test_a_fault_that_damages_the_session_can_be_named_in_the_settings(hss, connect):
    hss.limit = 1
    connector = connect(sessions=1, fault_codes={"4713": "session-damaged"})
    await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    next(iter(hss.sessions.values())).busy = True

    answer = await connector.profile_by_msisdn(NUMBERS[1], within=soon())

    assert NUMBERS[1] == answer.value.msisdn
    assert {"Login": 2, "Logout": 1, "Get": 3} == hss.calls


async def test_a_caller_that_leaves_during_the_login_does_not_stop_it(hss, connect):
    hss.login_latency_s = 0.05
    connector = connect(sessions=1)
    leaving = asyncio.create_task(connector.profile_by_msisdn(NUMBERS[0], within=soon()))
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)

    answer = await connector.profile_by_msisdn(NUMBERS[1], within=soon())

    assert NUMBERS[1] == answer.value.msisdn
    assert {"Login": 1, "Get": 1} == hss.calls


async def test_callers_that_come_and_go_lose_no_session(hss, connect):
    hss.latency_s = 0.003
    hss.login_latency_s = 0.003
    hss.limit = 2
    connector = connect(sessions=2)
    for round_ in range(30):
        tasks = [asyncio.create_task(connector.profile_by_msisdn(number, within=soon())) for number in NUMBERS[:6]]
        await asyncio.sleep(0.001 * (round_ % 7))
        if round_ % 5 == 0:
            hss.expire()
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert NUMBERS == await ask_all(connector)
    assert not hss.breaches
    assert len(hss.sessions) <= 2


async def test_a_deadline_that_passes_in_the_queue_leaves_the_others_alone(hss, connect):
    hss.latency_s = 0.1
    connector = connect(sessions=1)
    others = asyncio.create_task(ask_all(connector, NUMBERS[:4]))
    await asyncio.sleep(0.01)

    with pytest.raises(DeadlineReached):
        await connector.profile_by_msisdn(NUMBERS[9], within=soon(seconds=0.02))

    assert NUMBERS[:4] == await others


async def test_closing_logs_out_of_every_session(hss, connect):
    hss.latency_s = 0.002
    connector = connect(sessions=4)
    await ask_all(connector)

    await connector.aclose()

    assert hss.calls["Logout"] == 4
    assert not hss.sessions


async def test_closing_ends_in_time_when_logouts_hang_and_login_is_under_way(hss, connect, monkeypatch):
    monkeypatch.setattr("connectors.cai3g.sessions.CLOSING_S", 0.05)
    connector = connect(sessions=2)
    await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    hss.login_latency_s = hss.latency_s = 60.0
    calls = [asyncio.create_task(connector.profile_by_msisdn(number, within=soon())) for number in NUMBERS[:2]]
    await asyncio.sleep(0.01)

    async with asyncio.timeout(bar(0.5)):
        await connector.aclose()

    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_closed_connector_refuses_calls_and_closes_again(hss, connect):
    connector = connect()
    await connector.aclose()

    with pytest.raises(Unavailable, match="closed"):
        await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    await connector.aclose()


async def test_a_fixed_session_needs_no_login_and_no_logout(hss, connect):
    hss.sessions["fixed1"] = type("Lenient", (), {"last_sequence_id": 0, "busy": False})()
    connector = connect(fixed_session_id="env:HSS_SESSION", sessions=1)

    answer = await connector.profile_by_msisdn(NUMBERS[0], within=soon())
    await connector.aclose()

    assert NUMBERS[0] == answer.value.msisdn
    assert {"Get": 1} == hss.calls
