"""What must be true of everybody in the pretend population, whoever is drawn."""

import datetime as dt
import itertools
import time
from collections import Counter
from collections.abc import Iterator

from sandbox.billing.balances import credit_of, purses_of
from sandbox.population import Account, Customer, Line, PaymentMode, Population, Residents
from sandbox.stories import fixed_traits
from tests.bars import bar
from tests.sandbox.conftest import TODAY


def everybody(people: Population) -> Iterator[Customer]:
    for index in range(1, people.size + 1):
        customer = people.customer(index)
        assert customer is not None
        yield customer


def accounts(people: Population) -> Iterator[Account]:
    return itertools.chain.from_iterable(customer.accounts for customer in everybody(people))


def everyones_lines(people: Population) -> Iterator[Line]:
    return itertools.chain.from_iterable(customer.lines for customer in everybody(people))


def prepaid_lines(people: Population) -> Iterator[Line]:
    return (line for line in everyones_lines(people) if line.prepaid)


def test_the_same_seed_and_day_give_the_same_people(people: Population) -> None:
    again = Population(customers=150, seed=1, today=TODAY, fixed=fixed_traits)

    assert list(everybody(people)) == list(everybody(again))
    for one, other in zip(accounts(people), accounts(again), strict=True):
        assert people.bills(one) == again.bills(other)
        assert people.payments(one) == again.payments(other)
    for line in prepaid_lines(people):
        assert people.recharges(line) == again.recharges(line)
        assert people.purse(line) == again.purse(line)


def test_the_order_of_asking_changes_nobody(people: Population) -> None:
    again = Population(customers=150, seed=1, today=TODAY, fixed=fixed_traits)

    backwards = [again.customer(index) for index in range(150, 0, -1)]

    assert list(everybody(people)) == backwards[::-1]


def test_the_size_of_the_population_changes_nobody(people: Population) -> None:
    larger = Population(customers=1_000_000, seed=1, today=TODAY, fixed=fixed_traits)

    assert people.customer(125) == larger.customer(125)


def test_another_seed_gives_other_people(people: Population) -> None:
    other = Population(customers=150, seed=2, today=TODAY, fixed=fixed_traits)

    assert people.customer(100) != other.customer(100)


def test_a_million_people_cost_nothing_until_asked_for() -> None:
    begun = time.perf_counter()

    people = Population(customers=1_000_000, seed=1, today=TODAY, fixed=fixed_traits)

    assert people.customer(999_999) is not None
    assert people.customer(1_000_001) is None
    assert time.perf_counter() - begun < bar(0.5)


def test_a_bill_is_the_sum_of_its_lines(people: Population) -> None:
    for account in accounts(people):
        for bill in people.bills(account):
            assert bill.amount == sum(line.charge - line.discount for line in bill.lines)
            assert bill.open_amount in {0, bill.amount}


def test_a_postpaid_account_has_24_monthly_bills_and_only_the_newest_is_open(people: Population) -> None:
    for account in accounts(people):
        if account.postpaid:
            bills = people.bills(account)
            assert 24 == len(bills)
            assert [None] == [bill.paid for bill in bills if not bill.paid]
            assert bills[-1].paid is None
            assert all(one.ends == other.begins for one, other in itertools.pairwise(bills))
            assert bills[-1].issued.date() <= TODAY < bills[-1].due.date() + dt.timedelta(days=31)


def test_most_bills_have_eight_lines_and_none_has_more(people: Population) -> None:
    counts = Counter(
        len(bill.lines) for account in accounts(people) if account.postpaid for bill in people.bills(account)
    )

    assert 8 == max(counts)
    assert counts[8] > counts.total() / 2
    assert min(counts) >= 5


def test_prepaid_accounts_have_few_bills_or_none(people: Population) -> None:
    counts = Counter(len(people.bills(account)) for account in accounts(people) if not account.postpaid)

    assert set(counts) == {0, 2}
    assert counts[0] > counts[2]


def test_every_settled_bill_was_paid_once_and_in_full_before_today(people: Population) -> None:
    for account in accounts(people):
        settled = [bill for bill in people.bills(account) if bill.paid]
        paid = {payment.paid: payment.amount for payment in people.payments(account)}
        assert paid == {bill.paid: bill.amount for bill in settled}
        assert all(bill.issued < bill.paid < dt.datetime.combine(TODAY, dt.time()) for bill in settled if bill.paid)


def test_payments_come_newest_first(people: Population) -> None:
    for account in accounts(people):
        times = [payment.paid for payment in people.payments(account)]
        assert times == sorted(times, reverse=True)


def test_recharges_run_on_and_end_in_todays_main_balance(people: Population) -> None:
    for line in prepaid_lines(people):
        recharges = people.recharges(line)
        for recharge in recharges:
            assert recharge.before + recharge.amount == recharge.after
        for one, other in itertools.pairwise(recharges):
            assert 0 <= other.before <= one.after
            assert one.made < other.made
        if recharges:
            assert recharges[-1].after == people.purse(line).main


def test_there_are_up_to_sixty_recharges_in_the_last_year_and_some_lines_have_none(people: Population) -> None:
    counts = Counter(len(people.recharges(line)) for line in prepaid_lines(people))
    days = [recharge.made.date() for line in prepaid_lines(people) for recharge in people.recharges(line)]

    assert 0 in counts
    assert 40 < max(counts) <= 60
    assert TODAY - dt.timedelta(days=365) <= min(days) <= max(days) < TODAY


def test_an_account_holds_what_its_prepaid_lines_hold(people: Population) -> None:
    for customer in everybody(people):
        for account in customer.accounts:
            held = sum(people.purse(line).main for line in customer.lines_of(account.key))
            here = Residents(people, account.key.province)
            total = sum(purse.amount for purse in purses_of(here, account, customer.lines_of(account.key)))
            assert total == (held if account.prepaid else 0)


def test_used_credit_is_what_is_open_and_what_is_not_billed_yet(people: Population) -> None:
    for account in accounts(people):
        if account.postpaid:
            credit = credit_of(Residents(people, account.key.province), account)
            assert credit.used == people.bills(account)[-1].amount + people.unbilled(account)
            assert credit.limit == -1 or credit.limit == credit.used + credit.remaining


def test_about_seven_lines_in_ten_are_prepaid_and_few_are_hybrid() -> None:
    people = Population(customers=2000, seed=3, today=TODAY, fixed=fixed_traits)
    modes = Counter(line.mode for customer in everybody(people) for line in customer.lines)

    assert 0.6 < modes[PaymentMode.PREPAID] / modes.total() < 0.8
    assert 0 < modes[PaymentMode.HYBRID] / modes.total() < 0.05


def test_every_line_has_an_account_of_its_kind_and_every_account_a_line(people: Population) -> None:
    for customer in everybody(people):
        kinds = {account.key: account for account in customer.accounts}
        for line in customer.lines:
            used = [kinds[key] for key in line.accounts]
            assert any(account.prepaid for account in used) == (line.mode is not PaymentMode.POSTPAID)
            assert any(account.postpaid for account in used) == (line.mode is not PaymentMode.PREPAID)
        assert all(customer.lines_of(key) for key in kinds)


def test_every_tenth_customer_is_a_company(people: Population) -> None:
    companies = [customer.index for customer in everybody(people) if customer.traits.company]

    assert companies == list(range(10, 151, 10))


def test_a_first_of_january_and_a_leap_day_have_bills_too() -> None:
    for today in (dt.date(2027, 1, 1), dt.date(2028, 2, 29)):
        people = Population(customers=20, seed=1, today=today, fixed=fixed_traits)
        customer = people.customer(1)
        assert customer is not None
        bill = people.bills(customer.accounts[0])[-1]
        assert bill.issued.date() <= today
        assert bill.ends.day == 1
