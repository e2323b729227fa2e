"""The ledger: whom it asks on which terms, how old an answer may be, and that a system that is away grants nothing."""

import asyncio

import pytest

from connectors.capabilities import DataSubject, DataSubjectKind
from connectors.errors import BadData, ConnectorError, NotFresh, TimedOut, Unavailable
from connectors.terms import Criticality, Terms
from gateway.consent import Decision, Decisions, Granted, Ledger, LegalGround, Reader, Reason, Refused
from gateway.consent.ledger import MOST_OLD_S
from resolvers.failures import TooCostly
from tests.connectors.support import FixedClock, soon
from tests.gateway.consent.support import ADA, FRAUD, PARTNER, FakeConsents, a_consent


class Setting:
    """A ledger over a consent system in memory."""

    def __init__(self, *, age_s: float = 0) -> None:
        self.clock = FixedClock()
        self.system = FakeConsents(a_consent("a1"), clock=self.clock, age_s=age_s)
        self.ledger = Ledger(self.system.systems, clock=self.clock)

    async def ask(self, reader: Reader = PARTNER, within: Terms | None = None) -> Decision:
        return await self.ledger.decide(ADA, reader, within=within or soon(self.clock))


async def test_what_the_system_says_is_decided_by() -> None:
    setting = Setting()

    assert Granted(reference="a1") == await setting.ask()
    setting.system.consents = ()
    assert Refused(Reason.NO_AGREEMENT) == await setting.ask()
    assert [ADA, ADA] == [who for who, _ in setting.system.asked]


async def test_time_passes_also_for_what_was_granted() -> None:
    setting = Setting()

    setting.clock.advance(366 * 86_400)

    assert Refused(Reason.EXPIRED) == await setting.ask()


async def test_where_the_law_is_enough_nobody_is_asked() -> None:
    setting = Setting()
    setting.system.error = Unavailable("away", system="consent")

    granted = await setting.ask(Reader(party="x", purpose=FRAUD, grounds={FRAUD: LegalGround.CONTRACT}))

    assert Granted(ground=LegalGround.CONTRACT) == granted
    assert not setting.system.asked


async def test_without_a_consent_system_nobody_has_agreed() -> None:
    ledger = Ledger(None, clock=FixedClock())

    assert Refused(Reason.NO_AGREEMENT) == await ledger.decide(ADA, PARTNER, within=soon())


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("away", system="consent"),
        TimedOut("late", system="consent"),
        BadData("garbage", system="consent"),
        NotFresh("old", system="consent"),
    ],
)
async def test_a_system_that_does_not_say_grants_nothing_and_its_own_error_is_told(error: ConnectorError) -> None:
    setting = Setting()
    setting.system.error = error

    with pytest.raises(type(error)) as raised:
        await setting.ask()
    assert error is raised.value


async def test_whatever_a_caller_takes_nothing_older_than_the_bound_is_asked_for() -> None:
    setting = Setting()
    usual = soon(setting.clock)
    patient = Terms(at=usual.at, criticality=Criticality.PARTNER, max_age_s=3600, or_older=True)
    strict = Terms(at=usual.at, max_age_s=5)

    for within in (usual, patient, strict):
        await setting.ask(within=within)

    terms = [each for _, each in setting.system.asked]
    assert [MOST_OLD_S, MOST_OLD_S, 5] == [each.max_age_s for each in terms]
    assert {False} == {each.or_older for each in terms}
    assert [Criticality.AGENT, Criticality.PARTNER, Criticality.AGENT] == [each.criticality for each in terms]
    assert MOST_OLD_S < 60


async def test_a_system_that_answers_with_something_older_all_the_same_grants_nothing() -> None:
    assert Granted(reference="a1") == await Setting(age_s=MOST_OLD_S).ask()
    with pytest.raises(NotFresh):
        await Setting(age_s=MOST_OLD_S + 0.001).ask()


# One operation


def _customers(count: int) -> list[DataSubject]:
    return [DataSubject(DataSubjectKind.CUSTOMER, str(number)) for number in range(count)]


async def test_in_one_operation_each_customer_is_asked_about_once() -> None:
    setting = Setting()
    decisions = Decisions(setting.ledger, PARTNER, within=soon(setting.clock))
    three = _customers(3)

    first = await asyncio.gather(*(decisions.on(who) for who in three * 20))
    later = await decisions.on(three[0])

    assert [Granted(reference="a1")] * 61 == [*first, later]
    assert three == [who for who, _ in setting.system.asked]


async def test_one_operation_asks_about_so_many_customers_and_no_more() -> None:
    setting = Setting()
    decisions = Decisions(setting.ledger, PARTNER, within=soon(setting.clock), most=5)
    seven = _customers(7)

    found = await asyncio.gather(*(decisions.on(who) for who in seven), return_exceptions=True)

    assert [Granted] * 5 + [TooCostly] * 2 == [type(each) for each in found]
    assert seven[:5] == [who for who, _ in setting.system.asked]
    assert Granted(reference="a1") == await decisions.on(seven[0])


async def test_a_failure_is_that_customers_alone() -> None:
    setting = Setting()

    class Flaky(FakeConsents):
        async def agreements(self, who, *, within):
            if who.id == "1":
                raise BadData("garbage", system="consent")
            return await super().agreements(who, within=within)

    system = Flaky(a_consent("a1"), clock=setting.clock)
    decisions = Decisions(Ledger(system.systems, clock=setting.clock), PARTNER, within=soon(setting.clock))

    found = await asyncio.gather(*(decisions.on(who) for who in _customers(3)), return_exceptions=True)

    assert [Granted, BadData, Granted] == [type(each) for each in found]


async def test_who_gives_up_leaves_nothing_running() -> None:
    setting = Setting()

    class Silent(FakeConsents):
        async def agreements(self, who, **_):
            ended.append(who)
            try:
                await asyncio.sleep(60)
            finally:
                ended.clear()

    ended: list[DataSubject] = []
    system = Silent(clock=setting.clock)
    decisions = Decisions(Ledger(system.systems, clock=setting.clock), PARTNER, within=soon(setting.clock))
    waiting = asyncio.create_task(decisions.on(ADA))
    while not ended:  # noqa: ASYNC110 - Only looking tells.
        await asyncio.sleep(0)

    decisions.give_up()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not ended
