import httpx
import pytest
from starlette.responses import Response

from connectors.errors import BadData, Misconfigured, NotKnown, Rejected, Unavailable
from connectors.huawei import Exchange, Outcomes, Serials
from connectors.settings import SystemSettings
from connectors.soap import SoapClient, Wsdl
from connectors.wire import HttpWire
from tests.connectors.support import FixedClock
from tests.dialects import ROOT

ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
ENQUIRY = "VoucherRechargeEnquiry"
HEADER = {
    "CommandId": ENQUIRY, "Version": "1", "TransactionId": "77", "SequenceId": "1", "RequestType": "Event", "SerialNo": "77",
    "SessionEntity": {"Name": "n", "Password": "p", "RemoteAddress": "r"},
}  # fmt: skip
OUTCOMES = Outcomes.listed("0", not_known={"1", "3"}, unavailable={"2"}, misconfigured={"3"})


@pytest.fixture
def said():
    return {"body": "", "status": 200}


@pytest.fixture
async def exchange(said):
    async def answer(scope, receive, send):
        body = ENVELOPE.format(said["body"])
        await Response(body, status_code=said["status"], media_type="text/xml")(scope, receive, send)

    settings = SystemSettings.model_validate({"url": "http://huawei.example"})
    wire = HttpWire("huawei", settings, transport=httpx.ASGITransport(answer))
    yield Exchange(
        "huawei",
        wsdl=Wsdl(ROOT / "sandbox" / "wsdl" / "acctmgr.wsdl"),
        setting="wsdl",
        client=SoapClient("huawei", wire),
        outcomes=OUTCOMES,
    )
    await wire.aclose()


def result(
    code: str, *, header: str = "<TransactionId/>", inner: str = f"<{ENQUIRY}Result><X>5</X></{ENQUIRY}Result>"
) -> str:
    head = f"<ResultHeader>{header}<ResultCode>{code}</ResultCode><ResultDesc>ORA-1555 99960000042</ResultDesc></ResultHeader>"
    return f"<{ENQUIRY}ResultMsg>{head}{inner}</{ENQUIRY}ResultMsg>"


async def ask(exchange: Exchange, request: dict[str, str] | None = None, *, operation: str = ENQUIRY) -> int:
    return await exchange.ask(
        operation, HEADER, request or {"SubscriberNo": "1"}, lambda found: found.require_integer("X")
    )


async def test_a_success_gives_what_the_reader_makes_of_the_result(exchange, said):
    said["body"] = result("0")

    assert 5 == await ask(exchange)


@pytest.mark.parametrize("inner", ["", f"<{ENQUIRY}Resultx><X>5</X></{ENQUIRY}Resultx>", "<X>5</X>"])
async def test_a_success_without_its_result_is_bad_data(exchange, said, inner):
    said["body"] = result("0", inner=inner)

    with pytest.raises(BadData, match="Result is missing"):
        await ask(exchange)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1", NotKnown),
        ("2", Unavailable),
        ("3", Misconfigured),
        ("118099999", Rejected),
        ("00", Rejected),
        ("x", Rejected),
    ],
)
async def test_every_other_code_is_its_error_without_the_systems_words(exchange, said, code, kind):
    said["body"] = result(code)

    with pytest.raises(kind) as caught:
        await ask(exchange)

    assert kind is type(caught.value)
    assert "ORA" not in str(caught.value)
    assert "9996" not in str(caught.value)


async def test_a_code_that_is_no_number_is_not_repeated(exchange, said):
    said["body"] = result("99960000042")

    with pytest.raises(Rejected) as caught:
        await ask(exchange)

    assert "9996" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [f"<{ENQUIRY}ResultMsg/>", f"<{ENQUIRY}ResultMsg><ResultHeader/></{ENQUIRY}ResultMsg>"]
)
async def test_a_reply_without_a_code_is_bad_data(exchange, said, body):
    said["body"] = body

    with pytest.raises(BadData):
        await ask(exchange)


async def test_a_result_that_cannot_be_read_is_bad_data(exchange, said):
    said["body"] = result("0", inner=f"<{ENQUIRY}Result><X>1e3</X></{ENQUIRY}Result>")

    with pytest.raises(BadData, match="X is not a whole number"):
        await ask(exchange)


async def test_the_echo_of_another_transaction_is_bad_data(exchange, said):
    said["body"] = result("0", header="<TransactionId>78</TransactionId>")

    with pytest.raises(BadData, match="TransactionId"):
        await ask(exchange)


@pytest.mark.parametrize("header", ["<TransactionId>77</TransactionId>", "<TransactionId/>"])
async def test_the_right_echo_or_an_empty_one_is_fine(exchange, said, header):
    said["body"] = result("0", header=header)

    assert 5 == await ask(exchange)


async def test_an_answer_that_lost_its_echo_is_bad_data(exchange, said):
    said["body"] = result("0", header="")

    with pytest.raises(BadData, match="TransactionId is missing"):
        await ask(exchange)


@pytest.mark.parametrize(
    ("faultcode", "kind"),
    [
        ("e:Server", Unavailable),
        ("e:Server.userException", Unavailable),
        ("nonsense", Unavailable),
        ("e:Client", Misconfigured),
        ("e:Client.Authentication", Misconfigured),
        ("e:VersionMismatch", Misconfigured),
        ("e:MustUnderstand", Misconfigured),
    ],
)
async def test_a_fault_is_an_ill_system_unless_it_says_our_message_was_wrong(exchange, said, faultcode, kind):
    said["body"] = f"<e:Fault><faultcode>{faultcode}</faultcode><faultstring>99960000042</faultstring></e:Fault>"
    said["status"] = 500

    with pytest.raises(kind) as caught:
        await ask(exchange)

    assert kind is type(caught.value)
    assert "9996" not in f"{caught.value!r}{caught.value.__cause__!r}"


async def test_an_operation_the_wsdl_lacks_names_the_setting(exchange):
    with pytest.raises(Misconfigured, match="point `wsdl` at one that has it"):
        await ask(exchange, operation="QueryEverything")


async def test_a_request_the_wsdl_does_not_take_is_not_repeated(exchange):
    with pytest.raises(Misconfigured, match="does not fit the WSDL of `wsdl`") as caught:
        await ask(exchange, {"Password": "hunter2"})

    assert "hunter2" not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_what_an_operation_takes_includes_whether_it_is_there(exchange):
    assert exchange.takes(ENQUIRY, "StartTime")
    assert not exchange.takes(ENQUIRY, "Colour")
    assert not exchange.takes("QueryEverything", "StartTime")


def test_serials_are_digits_and_never_repeat():
    serials = Serials(FixedClock())

    taken = [serials.take() for _ in range(10_000)]

    assert len(taken) == len(set(taken))
    assert all(serial.isdigit() and len(serial) == 26 for serial in taken)


def test_two_processes_hardly_ever_begin_alike():
    clock = FixedClock()

    assert 90 < len({Serials(clock).take() for _ in range(100)})
