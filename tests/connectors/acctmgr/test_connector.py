import datetime as dt
import shutil
from decimal import Decimal

import pytest

from connectors.acctmgr.settings import AcctMgrSettings
from connectors.capabilities import Connector, Period, RechargeHistory
from connectors.errors import BadData, Misconfigured, NotKnown, Rejected
from connectors.soap import WsdlError
from tests.connectors.acctmgr.fake import OPERATION, WSDL, connector, log, message, settings
from tests.connectors.support import NOW, soon

MSISDN = "99960000042"
YEAR = Period(start=dt.datetime(2025, 11, 22, 8, tzinfo=dt.UTC), end=dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC))


def test_it_is_a_recharge_history_connector(history):
    capability: RechargeHistory = history
    each: Connector = history

    assert isinstance(capability, RechargeHistory)
    assert "history" == each.system


async def test_the_question_carries_session_number_and_period(history, fake):
    await history.recharges(MSISDN, period=YEAR, within=soon())

    texts = fake.texts()
    assert ['/services/CBSInterfaceAccountMgrService "VoucherRechargeEnquiry"'] == fake.paths
    serial = texts["SerialNo"]
    assert serial.isdigit()
    assert {
        "CommandId": OPERATION,
        "Version": "1",
        "TransactionId": serial,
        "SequenceId": "1",
        "RequestType": "Event",
        "Name": "switchboard",
        "Password": "pretend-secret",
        "RemoteAddress": "127.0.0.1",
        "SerialNo": serial,
        "SubscriberNo": "60000042",
        "StartTime": "20251122090000",
        "EndTime": "20261122090000",
    } == texts


async def test_recharges_are_given_newest_first_with_their_source(fake):
    history = connector(fake, guard={"fresh_s": {OPERATION: 10}})
    older, newer = log(TradeTime="20260101120000", Sequence="1"), log(TradeTime="20260601120000", Sequence="2")
    fake.says(message(older + newer, transaction="{transaction}"))

    answer = await history.recharges(MSISDN, period=YEAR, within=soon())

    assert [6, 1] == [recharge.recharged_at.month for recharge in answer.value]
    assert answer.value[0].amount is not None
    assert Decimal("10.00") == answer.value[0].amount.amount
    source = answer.value[0].source
    assert ("history", OPERATION, NOW) == (source.system, source.operation, source.fetched_at)
    assert NOW + dt.timedelta(seconds=10) == source.fresh_until


async def test_a_line_without_recharges_has_none(history, fake):
    fake.says(message(""))

    assert () == (await history.recharges(MSISDN, period=YEAR, within=soon())).value


async def test_a_success_without_a_result_is_bad_data(history, fake):
    fake.says(message(None))

    with pytest.raises(BadData, match="Result is missing"):
        await history.recharges(MSISDN, period=YEAR, within=soon())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("405914011", NotKnown),
        ("405610023", NotKnown),
        ("405000005", Misconfigured),
        ("405914012", Rejected),
        ("0", Rejected),
    ],
)
async def test_result_codes_are_errors_by_the_table(history, fake, code, kind):
    fake.says(message("", code=code))

    with pytest.raises(kind) as caught:
        await history.recharges(MSISDN, period=YEAR, within=soon())

    assert kind is type(caught.value)
    assert f"history: {OPERATION}: result code {code}" == str(caught.value)


async def test_the_echo_of_another_transaction_is_bad_data(history, fake):
    fake.says(message(log(), transaction="5"))

    with pytest.raises(BadData, match="TransactionId"):
        await history.recharges(MSISDN, period=YEAR, within=soon())


async def test_a_system_that_takes_no_transaction_id_is_sent_none(fake):
    history = connector(fake, send_transaction_id=False)

    await history.recharges(MSISDN, period=YEAR, within=soon())

    assert "" == fake.texts()["TransactionId"]


async def test_a_record_of_another_number_is_bad_data(history, fake):
    fake.says(message(log(SubscriberNo="60000043")))

    with pytest.raises(BadData, match="SubscriberNo is not the one asked about") as caught:
        await history.recharges(MSISDN, period=YEAR, within=soon())

    assert "6000004" not in str(caught.value)


async def test_neither_settings_nor_connector_print_the_password(fake):
    found = settings()

    assert "pretend-secret" not in f"{found!r} {found.model_dump()} {connector(fake)!r}"


def test_a_wsdl_without_the_enquiry_stops_the_start(fake):
    with pytest.raises(WsdlError, match="point `wsdl` at a file that has it"):
        connector(fake, wsdl=WSDL.with_name("cbs_ar.wsdl"))


def test_a_wsdl_that_writes_what_is_read_in_another_way_stops_the_start(fake, tmp_path):
    folder = shutil.copytree(WSDL.parent, tmp_path / "wsdl")
    file = folder / "acctmgr.xsd"
    file.write_text(file.read_text().replace('"RechargeAmt" type="xs:long"', '"RechargeAmt" type="xs:decimal"'))

    with pytest.raises(WsdlError, match=r"acctmgr\S* defines RechargeAmt "):
        connector(fake, wsdl=folder / "acctmgr.wsdl")


def test_every_setting_has_a_description():
    assert [] == [name for name, field in AcctMgrSettings.model_fields.items() if not field.description]
