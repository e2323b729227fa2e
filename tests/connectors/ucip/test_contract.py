"""Every published UCIP message: replies decode to the right values, and our requests look like the published ones."""

import datetime as dt
import xmlrpc.client
from decimal import Decimal

import pytest

from connectors.errors import Rejected
from connectors.ucip import mapping, messages
from connectors.ucip.faults import Kind, RefusedError, refusal
from connectors.wire import Reply
from connectors.xml import XmlError
from connectors.xmlrpc import Struct
from schema.money import Money, Quantity, Unit
from schema.parts import PrepaidPart
from schema.scalars import Long
from schema.source import Source
from tests.connectors.support import NOW
from tests.connectors.ucip.fake import settings
from tests.dialects import dialects_folder

SOURCE = Source(system="recharge", operation="Test", fetched_at=NOW)
MSISDN = "99960000042"


def sample(name: str) -> bytes:
    return (dialects_folder() / "recharge" / "ucip" / f"{name}.xml").read_bytes()


def answer(name: str, transaction: str) -> Struct:
    reply = Reply(status=200, content_type="text/xml", charset=None, headers={}, body=sample(name))
    return messages.answer(reply, transaction=transaction)


def utc(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


def test_balance_and_date():
    configured = settings(
        dedicated_accounts={7: {"name": "data", "unit": "bytes"}, 99: {"name": "bonus", "unit": "money"}}
    )
    found = answer("GetBalanceAndDate.response", "2014011414212200000")

    main, data, bonus = mapping.balances(found, msisdn=MSISDN, settings=configured, source=SOURCE)

    assert Money(amount=Decimal("995.60"), currency="PKR") == main.money
    assert main.valid_for is not None
    assert utc(2014, 3, 14, 13, 22, 3) == main.valid_for.end
    assert ("data", Quantity(value=Long(440), unit=Unit.BYTES)) == (data.name, data.quantity)
    assert ("bonus", Money(amount=Decimal("8.56"), currency="PKR")) == (bonus.name, bonus.money)
    assert data.valid_for is not None
    assert bonus.valid_for is not None
    assert (utc(2014, 2, 17, 6, 27, 8), utc(2014, 2, 22, 20, 25, 38)) == (data.valid_for.end, bonus.valid_for.end)


def test_ten_dedicated_accounts_of_which_nine_never_end():
    found = answer("GetBalanceAndDate.response-10-dedicated-accounts", "MU110531160325")

    main, *accounts = mapping.balances(
        found, msisdn=MSISDN, settings=settings(unlisted_dedicated_accounts="money"), source=SOURCE
    )

    assert Money(amount=Decimal("64.22"), currency="INR") == main.money
    assert [str(number) for number in range(1, 11)] == [account.name for account in accounts]
    amounts = {account.name: account.money.amount for account in accounts if account.money}
    assert {"3": Decimal("104.86")} == {name: amount for name, amount in amounts.items() if amount}
    assert 10 == len(amounts)
    ends = {account.name: account.valid_for.end for account in accounts if account.valid_for}
    assert utc(2011, 6, 22, 12) == ends.pop("3")
    assert {None} == set(ends.values())
    assert 9 == len(ends)


def test_an_unknown_subscriber():
    with pytest.raises(RefusedError) as caught:
        answer("GetBalanceAndDate.response-102-subscriber-not-found", "2014012208242400000")

    assert (Kind.RESPONSE, 102) == (caught.value.kind, caught.value.code)


def test_a_mixed_up_transaction_is_refused():
    with pytest.raises(XmlError, match="originTransactionID"):
        answer("GetBalanceAndDate.response-transaction-id-mismatch", "2014011414212200000")


@pytest.mark.parametrize("code", [999, 999999])
def test_failures(code):
    with pytest.raises(RefusedError) as caught:
        answer(f"UpdateBalanceAndDate.response-{code}-failed", "2014011414212200000")

    assert code == caught.value.code
    assert Rejected is refusal(caught.value.kind, code)


def test_a_fault():
    with pytest.raises(RefusedError) as caught:
        answer("fault.response-1001", "1")

    assert (Kind.FAULT, 1001) == (caught.value.kind, caught.value.code)


def test_replies_of_writes_are_read_by_the_same_rules():
    assert answer("UpdateBalanceAndDate.response", "2014011414212200000").integer("responseCode") == 0
    refill = answer("Refill.response-with-dedicated-account", "20080926161623")
    after = refill.struct("accountAfterRefill")
    assert after is not None
    assert (12000, "INR", 1) == (
        after.integer("accountValue1"),
        refill.text("currency1"),
        len(after.structs("dedicatedAccountInformation")),
    )


def test_account_details():
    found = mapping.prepaid_account(
        answer("GetAccountDetails.response", "4972698617329384"), parts=frozenset(PrepaidPart), source=SOURCE
    )

    assert ("300", "1", True, False) == (found.service_class, found.language, found.active, found.temporarily_blocked)
    assert utc(2017, 4, 20, 12) == found.activated_at
    assert {utc(2037, 12, 31, 12)} == {
        found.supervision_expires_at,
        found.service_fee_expires_at,
        found.removal_at,
    }
    assert ["240000", "240051", "251100"] == [offer.offer_id for offer in found.offers]
    periods = [offer.valid_for for offer in found.offers]
    assert [utc(2017, 4, 20, 11, 25, 4)] * 3 == [period.start for period in periods if period]
    assert [utc(2017, 12, 4, 23, 36), utc(2017, 12, 4, 23, 36), None] == [period.end for period in periods if period]


def test_accumulators():
    found = mapping.accumulators(answer("GetAccumulators.response", "1234"), source=SOURCE)

    assert [("1", 0), ("2", 0), ("3", 0)] == [(counter.number, counter.value) for counter in found]
    periods = [counter.period for counter in found]
    assert [utc(2010, 10, 1, 12), utc(2010, 10, 1, 12), utc(2010, 8, 16, 12)] == [p.start for p in periods if p]
    assert [utc(2010, 11, 1, 12), utc(2010, 11, 1, 12), utc(2015, 8, 16, 12)] == [p.end for p in periods if p]


def shape(body: bytes) -> tuple[str | None, dict[str, type[object]]]:
    """Method, and the kind of every member: what a request is, its values aside."""
    (members,), method = xmlrpc.client.loads(body)
    assert isinstance(members, dict)
    return method, {name: type(value) for name, value in members.items()}


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("GetBalanceAndDate", {}),
        ("GetAccountDetails", {"number_form": "national", "subscriber_number_nai": "leave-out"}),
    ],
)
def test_our_requests_have_the_members_and_types_of_the_published_ones(operation, changes):
    ours = messages.request(
        operation, settings=settings(**changes), transaction="17951234567890120042", at=NOW, number=MSISDN
    )

    assert shape(sample(f"{operation}.request")) == shape(ours)


def test_every_published_reply_is_named_here():
    """
    A sample that is added to the folder is not silently left untested.
    """
    folder = dialects_folder() / "recharge" / "ucip"

    assert {
        "GetAccountDetails.response.xml",
        "GetAccumulators.response.xml",
        "GetBalanceAndDate.response-10-dedicated-accounts.xml",
        "GetBalanceAndDate.response-102-subscriber-not-found.xml",
        "GetBalanceAndDate.response-transaction-id-mismatch.xml",
        "GetBalanceAndDate.response.xml",
        "Refill.response-with-dedicated-account.xml",
        "UpdateBalanceAndDate.response-999-failed.xml",
        "UpdateBalanceAndDate.response-999999-failed.xml",
        "UpdateBalanceAndDate.response.xml",
        "fault.response-1001.xml",
    } == {path.name for path in folder.glob("*response*.xml")}
