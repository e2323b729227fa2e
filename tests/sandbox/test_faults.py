"""Every fault as a caller meets it, on every system; and that each ends when it is healed."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest

from sandbox import Sandbox
from tests.bars import bar
from tests.sandbox.wire import AGREEMENTS, CUSTOMERS, HISTORY, Wire, billing_header, by_number, password

SYSTEMS = ("crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")
# The first has every kind of line at home, the second lives on the islands and has a prepaid line there.
MAINLANDER, ISLANDER = 3, 19
Ask = Callable[[], Awaitable[httpx.Response]]


class Patient:
    """Puts to one system a question that it can answer, so that its illness shows."""

    def __init__(self, sandbox: Sandbox, wire: Wire, system: str) -> None:
        owner = sandbox.people.customer(ISLANDER if system.endswith("-islands") else MAINLANDER)
        assert owner is not None
        self.line = owner.lines[0]
        self.wire = wire
        self.system = system

    @property
    def operation(self) -> str:
        """What the question is counted as."""
        names = {
            "crm": "GET /customer",
            "billing": "QueryCustomerInfo",
            "hss": "Login",
            "recharge": "GetAccumulators",
            "consent": "GET /partyPrivacyAgreement",
        }
        return names[self.system.removesuffix("-islands")]

    async def ask(self) -> httpx.Response:
        match self.system.removesuffix("-islands"):
            case "crm":
                return await self.wire.crm(f"{CUSTOMERS}/1000003", fields="name")
            case "consent":
                return await self.wire.consent(AGREEMENTS, **{"engagedParty.id": "5000003"})
            case "recharge":
                return await self.wire.ucip("GetAccumulators", self.line.key.msisdn, system=self.system)
            case "billing":
                return await self._soap("/services/BcServices", self._customer_info(), "QueryCustomerInfo")
            case _:
                login = "<cai3g:Login><cai3g:userId>x</cai3g:userId><cai3g:pwd>y</cai3g:pwd></cai3g:Login>"
                return await self._soap("/services/CAI3G1.2", login, "CAI3G#Login")

    def _customer_info(self) -> str:
        masks = "<bcs:AccountMask>0</bcs:AccountMask><bcs:SubscriberMask>0</bcs:SubscriberMask>"
        query = f"<bcs:QueryObj>{by_number(self.line.key.national)}</bcs:QueryObj>{masks}"
        inner = f"{billing_header(secret=password(self.system))}<QueryCustomerInfoRequest>{query}</QueryCustomerInfoRequest>"
        return f"<bcs:QueryCustomerInfoRequestMsg>{inner}</bcs:QueryCustomerInfoRequestMsg>"

    async def _soap(self, path: str, body: str, action: str) -> httpx.Response:
        envelope = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
            ' xmlns:bcs="http://www.huawei.com/bme/cbsinterface/bcservices"'
            ' xmlns:bcc="http://www.huawei.com/bme/cbsinterface/bccommon"'
            ' xmlns:cbs="http://www.huawei.com/bme/cbsinterface/cbscommon"'
            f' xmlns:cai3g="http://schemas.ericsson.com/cai3g1.2/"><soap:Body>{body}</soap:Body></soap:Envelope>'
        )
        url = self.wire.url(self.system, path)
        return await self.wire.http.post(url, content=envelope, headers={"SOAPAction": action})


@pytest.fixture(params=SYSTEMS)
def patient(sandbox: Sandbox, wire: Wire, request: pytest.FixtureRequest) -> Patient:
    return Patient(sandbox, wire, request.param)


async def test_a_system_that_is_off_drops_connections_and_comes_back_at_the_same_port(patient: Patient) -> None:
    well = await patient.ask()
    await patient.wire.fault(patient.system, "off")

    for _ in range(3):
        with pytest.raises(httpx.TransportError):
            await patient.ask()
    counted = (await patient.wire.calls())[patient.system]
    await patient.wire.control("DELETE", f"/faults/{patient.system}")

    assert well.status_code == (await patient.ask()).status_code
    assert {patient.operation: 1} == counted


async def test_a_call_in_flight_is_dropped_when_a_system_goes_off(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "slow", ms=20_000)
    asking = asyncio.ensure_future(patient.ask())
    await asyncio.sleep(0.05)

    await patient.wire.fault(patient.system, "off")

    with pytest.raises(httpx.TransportError):
        async with asyncio.timeout(bar(2)):
            await asking


async def test_a_slow_system_gives_the_right_answer_late(patient: Patient) -> None:
    well = await patient.ask()
    await patient.wire.fault(patient.system, "slow", ms=120)
    begun = time.perf_counter()

    late = await patient.ask()

    assert time.perf_counter() - begun >= 0.12
    assert _same(well, late)


async def test_a_dripping_system_gives_the_right_answer_byte_by_byte(patient: Patient) -> None:
    well = await patient.ask()
    await patient.wire.fault(patient.system, "drip", ms=0)

    dripped = await patient.ask()

    assert _same(well, dripped)


async def test_a_drip_takes_its_time_for_each_byte(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "drip", ms=50)
    request = asyncio.ensure_future(patient.ask())

    done, _ = await asyncio.wait({request}, timeout=0.3)

    assert not done
    request.cancel()


async def test_a_cut_answer_announces_all_and_delivers_half(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "cut")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete") as caught:
        await patient.ask()

    received, expected = map(int, re.findall(r"\d+", str(caught.value)))
    assert received == expected // 2


async def test_a_systems_own_fault_tells_too_much(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "fault")

    response = await patient.ask()

    assert (200 if patient.system.startswith("recharge") else 500) == response.status_code
    assert "at com.legacy" in response.text
    # A login names no subscriber, so the HSS has none to tell of.
    assert patient.system == "hss" or patient.line.key.msisdn in response.text


async def test_the_own_fault_of_a_get_and_of_the_history_names_the_number(sandbox: Sandbox, wire: Wire) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[2].msisdn)
    assert line is not None
    session = await wire.login()
    for system in ("hss", "recharge"):
        await wire.fault(system, "fault")

    answers = [await session.get(f"<gsm:msisdn>{line.key.msisdn}</gsm:msisdn>"), await wire.history(line.key.national)]

    assert all(answer.status == 500 and answer.fault for answer in answers)
    assert line.key.msisdn in str(answers[0].text(".//cai3g:reasonText"))
    assert line.key.national in str(answers[1].fault)


async def test_an_account_named_in_a_query_gives_its_number_away_too(sandbox: Sandbox, wire: Wire) -> None:
    await wire.fault("billing", "fault")

    answer = await wire.invoices("A1000001")

    assert sandbox.stories[0].msisdn in str(answer.fault)


async def test_an_unavailable_system_says_when_to_try_again(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "503")

    response = await patient.ask()

    assert (503, "1") == (response.status_code, response.headers["retry-after"])


async def test_a_login_page_comes_with_status_200(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "html")

    response = await patient.ask()

    assert 200 == response.status_code
    assert response.headers["content-type"].startswith("text/html")
    assert "<form" in response.text


async def test_garbage_has_the_right_content_type(patient: Patient) -> None:
    well = await patient.ask()
    await patient.wire.fault(patient.system, "garbage")

    one, other = await patient.ask(), await patient.ask()

    assert (200, 200) == (one.status_code, other.status_code)
    assert well.headers["content-type"] == one.headers["content-type"]
    assert one.content != other.content


async def test_what_was_not_asked_about_has_not_changed_either(patient: Patient) -> None:
    await patient.wire.fault(patient.system, "304")

    response = await patient.ask()

    assert (304, b"", '"another"') == (response.status_code, response.content, response.headers["etag"])


async def test_every_open_session_expires_once_and_new_logins_work(sandbox: Sandbox, wire: Wire) -> None:
    key = f"<gsm:msisdn>{sandbox.stories[2].msisdn}</gsm:msisdn>"
    sessions = [await wire.login(), await wire.login()]
    await sessions[0].get(key)

    await wire.fault("hss", "session-expired")

    assert ["Invalid SessionId"] * 2 == [(await session.get(key)).fault for session in sessions]
    assert 200 == (await (await wire.login()).get(key)).status


async def test_calls_to_an_ill_system_are_counted(patient: Patient) -> None:
    for kind in ("slow", "fault", "503", "304", "html", "garbage"):
        await patient.wire.fault(patient.system, kind, ms=0)
        await patient.ask()

    assert {patient.operation: 6} == (await patient.wire.calls())[patient.system]


async def test_a_fault_with_a_number_of_times_heals_itself(patient: Patient) -> None:
    well = await patient.ask()
    await patient.wire.fault(patient.system, "503", times=2)

    statuses = [(await patient.ask()).status_code for _ in range(3)]

    assert [503, 503, well.status_code] == statuses
    assert (await patient.wire.control("GET", "/faults")).json()[patient.system] is None


async def test_a_fault_touches_its_own_system_only(sandbox: Sandbox, wire: Wire) -> None:
    await wire.fault("billing", "off")

    for system in (system for system in SYSTEMS if system != "billing"):
        assert (await Patient(sandbox, wire, system).ask()).status_code in {200, 500}


async def test_a_wsdl_is_served_even_by_an_ill_system(wire: Wire) -> None:
    await wire.fault("recharge", "garbage", times=1)

    response = await wire.http.get(wire.url("recharge", f"{HISTORY}?wsdl"))

    assert "VoucherRechargeEnquiry" in response.text
    assert (await wire.control("GET", "/faults")).json()["recharge"] is not None


async def test_a_body_that_is_too_large_is_refused(wire: Wire) -> None:
    response = await wire.http.post(wire.url("billing", "/services/BcServices"), content=b"x" * 1_000_001)

    assert 413 == response.status_code


def _same(one: httpx.Response, other: httpx.Response) -> bool:
    """Whether two responses say the same; a transaction id differs from call to call, as it must."""
    pattern = rb"(originTransactionID</name><value><string>)\d+"
    return re.sub(pattern, rb"\1", one.content) == re.sub(pattern, rb"\1", other.content)
