"""What identities resolved to is remembered within bounds, and its keys tell nobody's number."""

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from connectors.capabilities import BillingProfile
from connectors.guard import Keys, Subject, subject
from resolvers.memory import (
    MAX_ACCOUNTS,
    MAX_LINES,
    MAX_LINES_BY_NUMBER,
    AccountFacts,
    CustomerNumber,
    IdentityMemory,
    LineFacts,
    Resolved,
    Sim,
)
from resolvers.names import By, Name
from schema.parts import ABSENT, BillingPart, CustomerPart
from tests.connectors.support import NOW, FixedClock, soon
from tests.resolvers.fakes import ACCOUNT, IMSI, MSISDN, SECOND_MSISDN, FakeBilling, FakeCrm

NAME = Name(By.MSISDN, MSISDN)
WHO = CustomerNumber("crm", "1000042")
RESOLVED = Resolved(WHO, (ACCOUNT,), NOW)
ACCOUNTS, SUBSCRIBERS = BillingPart.ACCOUNTS, BillingPart.SUBSCRIBERS
PERSONAL = (MSISDN, SECOND_MSISDN, IMSI, ACCOUNT, "1000042")


def _memory(*, clock: FixedClock | None = None, max_entries: int = 100, remember_s: float = 3600) -> IdentityMemory:
    return IdentityMemory(remember_s=remember_s, max_age_s=60, max_entries=max_entries, clock=clock or FixedClock())


async def _profile(*parts: BillingPart, lines: int = 2) -> BillingProfile:
    from connectors.capabilities import BillingKey, BillingKeyKind

    billing = FakeBilling()
    billing.lines = {ACCOUNT: tuple(str(int(MSISDN) + n) for n in range(lines))}
    key = BillingKey(BillingKeyKind.ACCOUNT, ACCOUNT)
    return (await billing.profile(key, parts=frozenset(parts), within=soon())).value


def test_a_name_leads_where_it_led() -> None:
    memory = _memory()
    memory.learn_name(NAME, RESOLVED)

    assert RESOLVED == memory.resolved(NAME)
    assert memory.resolved(Name(By.ACCOUNT, MSISDN)) is None


def test_what_was_forgotten_is_gone() -> None:
    memory = _memory()
    memory.learn_name(NAME, RESOLVED)
    memory.learn_sim(IMSI, Sim(MSISDN, NOW))
    memory.forget(NAME)
    memory.forget_sim(IMSI)
    memory.forget(NAME)

    assert memory.resolved(NAME) is None
    assert memory.sim(IMSI) is None
    assert 0 == len(memory)


def test_everything_has_an_end() -> None:
    clock = FixedClock()
    memory = _memory(clock=clock, remember_s=10)
    memory.learn_name(NAME, RESOLVED)

    clock.advance(9)
    assert memory.resolved(NAME) is not None
    clock.advance(1)
    assert memory.resolved(NAME) is None
    assert 0 == len(memory)


def test_the_whole_has_a_bound_and_the_oldest_goes_first() -> None:
    memory = _memory(max_entries=3)
    for n in range(5):
        memory.learn_sim(str(n), Sim(MSISDN, NOW))

    assert 3 == len(memory)
    assert [False, False, True, True, True] == [memory.sim(str(n)) is not None for n in range(5)]


def test_what_is_learned_again_counts_as_new() -> None:
    memory = _memory(max_entries=2)
    for n in (1, 2, 1, 3):
        memory.learn_sim(str(n), Sim(MSISDN, NOW))

    assert [True, False, True] == [memory.sim(str(n)) is not None for n in (1, 2, 3)]


async def test_nothing_that_is_kept_tells_a_number_by_its_key_or_when_printed() -> None:
    memory = _memory()
    memory.learn_name(NAME, RESOLVED)
    memory.learn_sim(IMSI, Sim(MSISDN, NOW))
    memory.learn_profile("billing", await _profile(ACCOUNTS, SUBSCRIBERS), parts=frozenset({ACCOUNTS, SUBSCRIBERS}))
    memory.learn_customer(FakeCrm().customer("1000042", frozenset(CustomerPart)))

    printed = repr(memory._entries) + repr(NAME)

    assert 6 == len(memory)
    for secret in PERSONAL:
        assert secret not in printed
        assert not any(secret.encode() in key for key in memory._entries)


def test_two_memories_know_one_number_by_different_keys() -> None:
    one, other = _memory(), _memory()
    for memory in (one, other):
        memory.learn_name(NAME, RESOLVED)

    assert set(one._entries).isdisjoint(other._entries)


async def test_parts_that_were_not_asked_for_leave_what_was_known_before() -> None:
    memory = _memory()
    memory.learn_profile("billing", await _profile(ACCOUNTS), parts=frozenset({ACCOUNTS}))
    memory.learn_profile("billing", await _profile(SUBSCRIBERS), parts=frozenset({SUBSCRIBERS}), asked=ACCOUNT)

    assert AccountFacts("billing", f"key-{ACCOUNT}", (MSISDN, SECOND_MSISDN)) == memory.account(ACCOUNT)


async def test_a_line_leads_to_the_account_it_is_charged_to() -> None:
    memory = _memory()
    memory.learn_profile("billing", await _profile(ACCOUNTS, SUBSCRIBERS), parts=frozenset({ACCOUNTS, SUBSCRIBERS}))

    assert LineFacts("billing", ACCOUNT, f"key-{ACCOUNT}") == memory.line(MSISDN)
    assert memory.line("99969999999") is None


async def test_an_account_that_moved_to_another_billing_system_begins_anew() -> None:
    memory = _memory()
    memory.learn_profile("billing", await _profile(ACCOUNTS), parts=frozenset({ACCOUNTS}))
    memory.learn_profile("islands", await _profile(SUBSCRIBERS), parts=frozenset({SUBSCRIBERS}), asked=ACCOUNT)

    assert AccountFacts("islands", None, (MSISDN, SECOND_MSISDN)) == memory.account(ACCOUNT)


def test_of_a_customer_what_was_asked_for_is_known() -> None:
    memory, crm = _memory(), FakeCrm()
    memory.learn_customer(crm.customer("1000042", frozenset({CustomerPart.ACCOUNTS})))
    memory.learn_customer(crm.customer("1000042", frozenset({CustomerPart.PARTY})))

    facts = memory.customer(WHO)

    assert (ACCOUNT,) == facts.account_numbers
    assert facts.party is not None
    assert facts.party[0] is not None


def test_a_customer_without_a_party_is_known_to_have_none() -> None:
    memory, crm = _memory(), FakeCrm()
    customer = crm.customer("1000042", frozenset())
    customer.party_ref = None
    memory.learn_customer(customer)

    assert (None,) == memory.customer(WHO).party
    assert memory.customer(WHO).account_numbers is None
    assert customer.account_numbers is ABSENT


async def test_of_a_big_customer_only_so_much_is_kept() -> None:
    memory, crm = _memory(), FakeCrm()
    many = tuple(f"A{n}" for n in range(MAX_ACCOUNTS + 1))
    crm.accounts = {"1000042": many}
    memory.learn_name(NAME, Resolved(WHO, many, NOW))
    memory.learn_customer(crm.customer("1000042", frozenset({CustomerPart.ACCOUNTS})))
    everything = await _profile(ACCOUNTS, SUBSCRIBERS, lines=MAX_LINES + 1)
    memory.learn_profile("billing", everything, parts=frozenset({ACCOUNTS, SUBSCRIBERS}))

    assert memory.resolved(NAME) is None
    assert memory.customer(WHO).account_numbers is None
    account = memory.account(ACCOUNT)
    assert account is not None
    assert account.msisdns is not None
    assert MAX_LINES == len(account.msisdns)
    assert 1 + MAX_LINES_BY_NUMBER + 1 == len(memory)


@pytest.mark.parametrize("seconds", [0, 3600])
def test_the_age_of_trust_is_the_operators(seconds: float) -> None:
    memory = IdentityMemory(remember_s=3600, max_age_s=seconds, max_entries=1, clock=FixedClock())

    assert dt.timedelta(seconds=seconds) == memory.max_age


IDENTITY = (
    (By.MSISDN, MSISDN, subject.line),
    (By.IMSI, IMSI, subject.sim),
    (By.ACCOUNT, ACCOUNT, subject.account),
    (By.PARTY, "51000042", subject.party),
    (By.NUMBER, "1000043", subject.customer),
)


@pytest.mark.parametrize(("by", "value", "who"), IDENTITY)
def test_where_a_name_led_is_forgotten_with_whom_it_names(by: By, value: str, who: Callable[[str], Subject]) -> None:
    for about in (who(value), subject.customer(WHO.number), subject.account(ACCOUNT)):
        memory, name = _memory(), Name(by, value)
        memory.learn_name(name, RESOLVED)
        memory.forget_about([subject.line("99960000099")])
        assert memory.resolved(name) is not None

        memory.forget_about([about])

        assert memory.resolved(name) is None
        assert 0 == len(memory)


async def test_a_line_is_forgotten_wherever_it_is_told_of() -> None:
    clock = FixedClock()
    memory = _memory(clock=clock)
    memory.learn_sim(IMSI, Sim(MSISDN, NOW))
    memory.learn_profile("billing", await _profile(ACCOUNTS, SUBSCRIBERS), parts=frozenset({ACCOUNTS, SUBSCRIBERS}))

    memory.forget_about([subject.line(MSISDN)])

    assert (None, None, None) == (memory.sim(IMSI), memory.account(ACCOUNT), memory.line(MSISDN))
    assert memory.line(SECOND_MSISDN) is not None


@pytest.mark.parametrize("about", [subject.customer("1000042"), subject.account(ACCOUNT), subject.party("51000042")])
def test_what_hangs_on_a_customer_is_forgotten_with_any_of_it(about: Subject) -> None:
    memory = _memory()
    memory.learn_customer(FakeCrm().customer("1000042", frozenset(CustomerPart)))
    assert memory.customer(WHO).account_numbers

    memory.forget_about([about])

    assert (None, None) == (memory.customer(WHO).account_numbers, memory.customer(WHO).party)


def test_what_was_confirmed_before_is_not_learned_after_it_was_forgotten() -> None:
    clock = FixedClock()
    memory = _memory(clock=clock)
    clock.advance(5)
    memory.forget_about([subject.line(MSISDN)])
    clock.advance(5)

    memory.learn_name(NAME, RESOLVED)
    memory.learn_sim(IMSI, Sim(MSISDN, NOW))
    assert (None, None) == (memory.resolved(NAME), memory.sim(IMSI))

    later = dataclasses.replace(RESOLVED, confirmed_at=clock.now())
    memory.learn_name(NAME, later)
    assert later == memory.resolved(NAME)


def test_everything_can_be_forgotten() -> None:
    memory = _memory()
    memory.learn_name(NAME, RESOLVED)

    memory.forget_all()

    assert 0 == len(memory)
    memory.learn_name(NAME, RESOLVED)
    assert memory.resolved(NAME) is None


def test_those_told_of_by_tags_alone_are_forgotten() -> None:
    clock, keys = FixedClock(), Keys()
    memory = IdentityMemory(remember_s=3600, max_age_s=60, max_entries=9, clock=clock, tags=keys.tags)
    memory.learn_name(NAME, RESOLVED)
    memory.learn_sim(IMSI, Sim("99960000099", NOW))

    memory.forget_tagged(keys.tags([subject.customer(WHO.number)]))

    assert memory.resolved(NAME) is None
    assert memory.sim(IMSI) is not None


def test_out_of_touch_with_the_others_an_identity_is_trusted_for_a_shorter_time() -> None:
    touch = iter([True, False, True])
    memory = IdentityMemory(
        remember_s=3600, max_age_s=60, max_entries=9, clock=FixedClock(), in_touch=lambda: next(touch), apart_s=5
    )

    assert [60, 5, 60] == [memory.max_age.total_seconds() for _ in range(3)]
