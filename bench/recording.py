"""Asks the sandbox's systems about its people until one is found whose answers suit, and gives these as they came."""

import contextlib
import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx

from bench.places import ROOT
from bench.replies import Person, Replies, without_echo, without_header

_READY = "sandbox ready "
_FIRST, _LAST = 1_000_001, 1_000_200
_ENOUGH_RECHARGES = 20
_DAYS = 730
_PORTS = ("control", "crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands")

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:c="http://schemas.ericsson.com/cai3g1.2/" xmlns:g="http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"'
    ' xmlns:b="http://www.huawei.com/bme/cbsinterface/cbscommon" xmlns:r="http://cbs.huawei.com/ar/wsservice/arcommon"'
    ' xmlns:a="http://www.huawei.com/bme/cbsinterface/arservices" xmlns:o="http://www.huawei.com/bme/cbsinterface/common"'
    ' xmlns:n="http://www.huawei.com/bme/cbsinterface/cbs/accountmgr"'
    ' xmlns:m="http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg">{header}<s:Body>{body}</s:Body></s:Envelope>'
)


class RecordingError(Exception):
    """The sandbox did not answer as the benchmark needs it."""


def record() -> Replies:
    """The replies about one person of the sandbox who has a year of bills and a history of recharges."""
    with _sandbox() as ports, httpx.Client(timeout=30, trust_env=False) as client:
        systems = _Systems(client, ports)
        for number in range(_FIRST, _LAST):
            found = _replies(systems, str(number))
            if found is not None:
                return found
    raise RecordingError("no customer of the sandbox has both bills and recharges")


def _replies(systems: "_Systems", number: str) -> Replies | None:
    customer = systems.customer(number)
    accounts = json.loads(customer).get("account") or []
    if not accounts or not accounts[0]["id"].startswith("A"):
        return None
    account = accounts[0]["id"]
    invoices = systems.invoices(account)
    numbers = re.findall(r"<ars:PrimaryIdentity>(\d{8})<", invoices)
    if invoices.count("<ars:InvoiceInfo>") < 12 or not numbers:
        return None
    national = numbers[0]
    recharges, subscription = systems.recharges(national), systems.subscription(f"999{national}")
    imsis = re.findall(r"<gsm:imsi>(\d+)<", subscription)
    if recharges.count("<acc:RechargeLog>") < _ENOUGH_RECHARGES or not imsis:
        return None
    person = Person(customer=number, account=account, national=national, imsi=imsis[0])
    return Replies(person, customer, invoices, without_header(subscription), without_echo(recharges))


class _Systems:
    """The four systems of the sandbox, asked by hand: the benchmark wants their replies, not our reading of them."""

    def __init__(self, client: httpx.Client, ports: dict[str, int]) -> None:
        self._client = client
        self._ports = ports

    def customer(self, number: str) -> str:
        answer = self._client.get(
            self._url("crm", f"/tmf-api/customerManagement/v4/customer/{number}"),
            params={"fields": "id,name,status,statusReason,validFor,characteristic,creditProfile,account"},
            auth=("switchboard", _password("crm")),
        )
        return self._text(answer)

    def invoices(self, account: str) -> str:
        return self._soap(
            "billing",
            "/services/ArServices",
            "QueryInvoice",
            "<a:QueryInvoiceRequestMsg><RequestHeader><b:Version>1</b:Version><b:BusinessCode>1</b:BusinessCode>"
            "<b:MessageSeq>1</b:MessageSeq><b:OwnershipInfo><b:BEID>101</b:BEID></b:OwnershipInfo><b:AccessSecurity>"
            f"<b:LoginSystemCode>SWITCHBOARD</b:LoginSystemCode><b:Password>{_password('billing')}</b:Password>"
            "</b:AccessSecurity></RequestHeader><QueryInvoiceRequest><a:AcctAccessCode>"
            f"<r:AccountCode>{account}</r:AccountCode></a:AcctAccessCode><a:TimePeriod>"
            f"{_period('a')}</a:TimePeriod></QueryInvoiceRequest></a:QueryInvoiceRequestMsg>",
        )

    def subscription(self, msisdn: str) -> str:
        path = "/services/CAI3G1.2"
        password = _password("hss")
        login = f"<c:Login><c:userId>switchboard</c:userId><c:pwd>{password}</c:pwd></c:Login>"
        opened = self._soap("hss", path, "CAI3G#Login", login)
        session = _first(r"sessionId>([^<]+)<", opened)
        sequence = int(_first(r"baseSequenceId>([^<]+)<", opened)) + 1
        header = (
            f"<s:Header><c:SessionId>{session}</c:SessionId><c:TransactionId>1</c:TransactionId>"
            f"<c:SequenceId>{sequence}</c:SequenceId></s:Header>"
        )
        get = (
            "<c:Get><c:MOType>Subscription@http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/</c:MOType>"
            f"<c:MOId><g:msisdn>{msisdn}</g:msisdn></c:MOId></c:Get>"
        )
        return self._soap("hss", path, "CAI3G#Get", get, header=header)

    def recharges(self, national: str) -> str:
        return self._soap(
            "recharge",
            "/services/CBSInterfaceAccountMgrService",
            "VoucherRechargeEnquiry",
            "<m:VoucherRechargeEnquiryRequestMsg><RequestHeader><o:CommandId>VoucherRechargeEnquiry</o:CommandId>"
            "<o:Version>1</o:Version><o:TransactionId>1</o:TransactionId><o:SequenceId>1</o:SequenceId>"
            "<o:RequestType>Event</o:RequestType><o:SessionEntity><o:Name>switchboard</o:Name>"
            f"<o:Password>{_password('recharge-history')}</o:Password><o:RemoteAddress>127.0.0.1</o:RemoteAddress>"
            "</o:SessionEntity><o:SerialNo>1</o:SerialNo></RequestHeader><VoucherRechargeEnquiryRequest>"
            f"<n:SubscriberNo>{national}</n:SubscriberNo>{_period('n')}</VoucherRechargeEnquiryRequest>"
            "</m:VoucherRechargeEnquiryRequestMsg>",
        )

    def _soap(self, system: str, path: str, action: str, body: str, *, header: str = "") -> str:
        answer = self._client.post(
            self._url(system, path),
            content=_ENVELOPE.format(header=header, body=body).encode(),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'},
        )
        return self._text(answer)

    def _url(self, system: str, path: str) -> str:
        return f"http://127.0.0.1:{self._ports[system]}{path}"

    def _text(self, answer: httpx.Response) -> str:
        if answer.status_code != 200:
            raise RecordingError(f"the sandbox answered {answer.status_code} to {answer.request.url.path}")
        return answer.content.decode()


@contextlib.contextmanager
def _sandbox() -> Iterator[dict[str, int]]:
    ports = [part for name in _PORTS for part in (f"--{name}-port", "0")]
    command = [sys.executable, "-m", "sandbox", "--customers", "200", *ports]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            for line in process.stdout or ():
                if line.startswith(_READY):
                    yield json.loads(line.removeprefix(_READY))
                    return
            raise RecordingError("the sandbox did not start")
        finally:
            process.terminate()


def _password(system: str) -> str:
    return (ROOT / "sandbox" / "secrets" / f"{system}.password").read_text(encoding="utf-8").strip()


def _period(prefix: str) -> str:
    now = dt.datetime.now(dt.UTC)
    start, end = (f"{day:%Y%m%d}000000" for day in (now - dt.timedelta(days=_DAYS), now + dt.timedelta(days=1)))
    return f"<{prefix}:StartTime>{start}</{prefix}:StartTime><{prefix}:EndTime>{end}</{prefix}:EndTime>"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RecordingError("the HSS opened no session")
    return found[1]
