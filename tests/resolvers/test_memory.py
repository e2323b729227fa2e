"""What identities resolved to is remembered within bounds, and its keys tell nobody's number."""

import datetime as dt

import pytest

from connectors.capabilities import BillingProfile
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
