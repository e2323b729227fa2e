"""Each story's customer lives what the story tells, the same in every system."""

import datetime as dt
import itertools

from sandbox import Sandbox
from sandbox.population import Customer, PaymentMode, Population, Province, Segment
from sandbox.population.numbering import customer_id
from sandbox.stories import all_stories, fixed_traits
from sandbox.stories.lives import FORMER_OWNER, VOICEMAIL_OFFERING
from tests.sandbox.conftest import TODAY
from tests.sandbox.wire import CUSTOMERS, INDIVIDUALS, Wire, by_number


def told(people: Population, key: str) -> Customer:
    story = next(story for story in all_stories() if story.key == key)
    line = people.line_by_msisdn(story.msisdn)
    assert line is not None
    customer = people.owner(line.key)
    assert story.customer_id == customer_id(customer.index)
    return customer


def test_there_are_nine_stories_with_questions_about_their_customers() -> None:
    stories = all_stories()

    assert 9 == len({story.key for story in stories})
    for story in stories:
        assert story.msisdn in story.question or story.customer_id in story.question
        assert "{msisdn}" not in story.question
        assert "{customerId}" not in story.question


def test_an_unexplained_charge_is_on_the_newest_bill_with_a_proration(people: Population) -> None:
    bills = people.bills(told(people, "unexplained-charge").accounts[0])

    codes = [{line.code for line in bill.lines} for bill in bills]
    assert {"C_CONTENT_SUBSCRIPTION", "C_RENT_PRORATION"} <= codes[-1]
    assert not any("C_CONTENT_SUBSCRIPTION" in found for found in codes[:-1])


def test_a_voicemail_ends_next_week_after_years(people: Population) -> None:
    addition = told(people, "free-voicemail-ends").lines[0].additions[0]

    assert VOICEMAIL_OFFERING == addition.offering_id
    assert addition.ends == TODAY + dt.timedelta(days=7)
    assert (TODAY - addition.since).days > 5 * 365


def test_the_data_allowance_is_nearly_used_and_every_system_knows_the_line(people: Population) -> None:
    customer = told(people, "data-nearly-used")
    purse = people.purse(customer.lines[0])

    assert PaymentMode.HYBRID is customer.lines[0].mode
    assert purse.data_bytes < purse.data_total_bytes / 50
    assert people.recharges(customer.lines[0])


def test_the_vip_has_several_lines(people: Population) -> None:
    customer = told(people, "vip-outage")

    assert Segment.VIP is customer.traits.segment
    assert 3 == len(customer.lines)


def test_someone_moved_lately(people: Population) -> None:
    assert (TODAY - told(people, "fibre-moved-in").traits.moved_in).days < 31


def test_the_family_has_three_lines_and_two_accounts(people: Population) -> None:
    customer = told(people, "family")

    assert (3, 2) == (len(customer.lines), len(customer.accounts))


def test_the_firm_of_two_provinces_is_billed_and_recharges_in_both(people: Population) -> None:
    customer = told(people, "two-provinces")

    assert customer.traits.company
    for province in Province:
        part = customer.within(province)
        assert [PaymentMode.POSTPAID, PaymentMode.PREPAID] == [line.mode for line in part.lines]
        assert [(True, False), (False, True)] == [(account.postpaid, account.prepaid) for account in part.accounts]
        assert people.bills(part.accounts[0])
        assert 24 <= len(people.recharges(part.lines[1]))


def test_the_firms_recharges_alternate_between_the_provinces(people: Population) -> None:
    prepaid = [line for line in told(people, "two-provinces").lines if line.prepaid]
    made = sorted(
        (recharge.made.replace(tzinfo=line.key.province.zone), line.key.province)
        for line in prepaid
        for recharge in people.recharges(line)
    )

    turns = sum(one[1] is not other[1] for one, other in itertools.pairwise(made))
    assert turns > 10
    assert 2 == len({province for _, province in made[-8:]})


def test_the_firms_bills_have_the_same_numbers_in_both_provinces_and_nothing_else_in_common(people: Population) -> None:
    one, other = (people.bills(account) for account in told(people, "two-provinces").accounts if account.postpaid)

    assert [bill.number for bill in one] == [bill.number for bill in other]
    assert not {bill.invoice_id for bill in one} & {bill.invoice_id for bill in other}
    assert not {line.number for bill in one for line in bill.lines} & {
        line.number for bill in other for line in bill.lines
    }
    assert [bill.amount for bill in one] != [bill.amount for bill in other]
    assert not {payment.number for payment in people.payments(told(people, "two-provinces").accounts[0])} & {
        payment.number for payment in people.payments(told(people, "two-provinces").accounts[2])
    }


async def test_crm_and_billing_disagree_about_one_name(sandbox: Sandbox, wire: Wire) -> None:
    customer = told(sandbox.people, "two-names")

    crm = (await wire.crm(f"{CUSTOMERS}/{customer_id(customer.index)}")).json()["name"]
    billing = (await wire.customer_info(by_number(customer.lines[0].key.national))).text(".//bcc:AcctName")

    assert billing
    assert crm != billing


async def test_a_recycled_number_has_one_owner_in_the_network_and_two_in_crm(sandbox: Sandbox, wire: Wire) -> None:
    customer = told(sandbox.people, "recycled-number")
    line = customer.lines[0]

    listed = await wire.crm(INDIVIDUALS, **{"contactMedium.characteristic.phoneNumber": f"+{line.key.msisdn}"})
    owner = (await wire.customer_info(by_number(line.key.national))).text(".//bcs:Customer/bcs:CustKey")
    former = (await wire.crm(f"{CUSTOMERS}/{customer_id(FORMER_OWNER)}")).json()
    imsi = (await (await wire.login()).get(f"<gsm:msisdn>{line.key.msisdn}</gsm:msisdn>")).text(".//gsm:imsi")

    assert 2 == len(listed.json())
    assert owner is not None
    assert owner.endswith(customer_id(customer.index))
    assert "inactive" == former["status"]
    assert [] == former["account"]
    assert line.key.imsi == imsi


async def test_billing_and_hss_do_not_know_the_former_owner(sandbox: Sandbox, wire: Wire) -> None:
    key = f"10200000{customer_id(FORMER_OWNER)}"

    answer = await wire.customer_info(
        f"<bcs:CustAccessCode><bcc:CustomerKey>{key}</bcc:CustomerKey></bcs:CustAccessCode>"
    )

    assert "118030003" == answer.text(".//cbs:ResultCode")


def test_stories_are_told_on_any_day() -> None:
    for today in (dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2030, 7, 31)):
        people = Population(customers=12, seed=9, today=today, fixed=fixed_traits)
        for story in all_stories():
            customer = told(people, story.key)
            assert all(people.bills(account) is not None for account in customer.accounts)
