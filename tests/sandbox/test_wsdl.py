"""Our own WSDLs: zeep loads them offline, builds requests the sandbox accepts, and our answers fit our schemas."""

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import zeep
from lxml import etree

import sandbox as package
from sandbox import Sandbox
from sandbox.population.numbering import LineKey
from tests.sandbox.test_billing import payment_query
from tests.sandbox.wire import BC, CAI3G, GSM, HISTORY, SOAP, Wire, Xml, by_number, password

FOLDER = pathlib.Path(package.__file__).parent / "wsdl"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XS = "{http://www.w3.org/2001/XMLSchema}"


class NoNetwork(zeep.Transport):
    """Loads files beside the WSDL, and fails for everything else."""

    def load(self, url: str) -> bytes:
        path = pathlib.Path(url)
        assert path.parent == FOLDER, url
        return path.read_bytes()


def client(name: str) -> Any:
    return zeep.Client(str(FOLDER / f"{name}.wsdl"), transport=NoNetwork())


def schema_of(name: str) -> etree.XMLSchema:
    """The schema embedded in a WSDL, with its imports resolved beside it."""
    tree = etree.parse(str(FOLDER / f"{name}.wsdl"))
    (embedded,) = tree.getroot().iterfind(f"{WSDL}types/{XS}schema")
    document = etree.ElementTree(etree.fromstring(etree.tostring(embedded), base_url=f"{FOLDER.as_uri()}/{name}.wsdl"))
    return etree.XMLSchema(document)


def problems(schema: etree.XMLSchema, answer: Xml) -> list[str]:
    (body,) = answer.root.iterfind(f"{{{SOAP}}}Body/*")
    schema.validate(etree.fromstring(etree.tostring(body)))
    log: Any = schema.error_log
    return [str(entry.message) for entry in log]


def operations(loaded: Any) -> Iterator[tuple[str, str]]:
    for service in loaded.wsdl.services.values():
        for port in service.ports.values():
            for operation in port.binding._operations.values():
                yield operation.name, operation.soapaction


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cbs_bc", {"QueryCustomerInfo": "QueryCustomerInfo"}),
        (
            "cbs_ar",
            {name: name for name in ("QueryInvoice", "QueryPaymentLog", "QuerySumBalanceAndCredit", "QueryOCSBalance")},
        ),
        ("cai3g", {name: f"CAI3G#{name}" for name in ("Login", "Logout", "Get", "Search")}),
        ("acctmgr", {"VoucherRechargeEnquiry": "VoucherRechargeEnquiry"}),
    ],
)
def test_zeep_loads_our_wsdls_offline_and_finds_their_operations(name: str, expected: dict[str, str]) -> None:
    assert expected == dict(operations(client(name)))


async def test_a_customer_query_built_by_zeep_is_answered(sandbox: Sandbox, wire: Wire) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[2].msisdn)
    assert line is not None
    header = {
        "Version": "1",
        "BusinessCode": "1",
        "MessageSeq": "1",
        "OwnershipInfo": {"BEID": "101"},
        "AccessSecurity": {"LoginSystemCode": "SWITCHBOARD", "Password": password("billing")},
    }
    query = {
        "QueryObj": {"SubAccessCode": {"PrimaryIdentity": line.key.national}},
        "QueryMode": "0",
        "CustomerMask": "1111",
        "AccountMask": "11",
        "SubscriberMask": "1000000000",
    }
    loaded = client("cbs_bc")
    message = loaded.create_message(
        loaded.service, "QueryCustomerInfo", RequestHeader=header, QueryCustomerInfoRequest=query
    )

    answer = await wire.post("billing", "/services/BcServices", etree.tostring(message), action="QueryCustomerInfo")

    assert "0" == answer.text(".//cbs:ResultCode")
    assert line.key.national == answer.text(".//bcc:SubIdentity/bcc:SubIdentity")


async def test_a_get_built_by_zeep_is_answered(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    loaded = client("cai3g")
    key = etree.Element(f"{{{GSM}}}msisdn")
    key.text = sandbox.stories[2].msisdn
    mo_id = loaded.get_type(f"{{{CAI3G}}}Anything")(
        _value_1=[zeep.xsd.AnyObject(zeep.xsd.Element(key.tag, zeep.xsd.String()), key.text)]
    )
    message = loaded.create_message(
        loaded.bind("ProvisioningService", "Provisioning"),
        "Get",
        MOType=f"Subscription@{GSM}",
        MOId=mo_id,
        _soapheaders={"sessionId": session.id, "transactionId": 1, "sequenceId": session.base},
    )

    answer = await wire.post("hss", "/services/CAI3G1.2", etree.tostring(message), action="CAI3G#Get")

    assert key.text == answer.text(".//gsm:getResponseSubscription/gsm:msisdn")


async def test_answers_of_billing_fit_our_schema(sandbox: Sandbox, wire: Wire) -> None:
    schema = schema_of("cbs_ar")
    hybrid = sandbox.people.line_by_msisdn(sandbox.stories[2].msisdn)
    assert hybrid is not None
    number = f"<ars:SubAccessCode><arc:PrimaryIdentity>{hybrid.key.national}</arc:PrimaryIdentity></ars:SubAccessCode>"
    query = f"<ars:QueryObj>{number}</ars:QueryObj>"

    answers = [
        await wire.invoices("A1000001"),
        await wire.invoices("A1999999"),
        await wire.billing("QueryPaymentLog", payment_query(0, 500)),
        await wire.billing("QuerySumBalanceAndCredit", query),
        await wire.billing("QueryOCSBalance", query),
    ]

    assert [[]] * 5 == [problems(schema, answer) for answer in answers]


async def test_a_customer_answer_fits_our_schema_but_for_what_is_newer_than_any(sandbox: Sandbox, wire: Wire) -> None:
    schema = schema_of("cbs_bc")

    numbers = [(story.msisdn.removeprefix("999"), "billing") for story in sandbox.stories]
    for number, system in [*numbers, (LineKey(19, 0).national, "billing-islands")]:
        answer = await wire.customer_info(by_number(number), system=system)
        (found,) = problems(schema, answer)
        assert f"{{{BC}}}SiteInfo" in found
        for site in answer.all(".//bcs:SiteInfo"):
            site.getparent().remove(site)
        assert [] == problems(schema, answer)


async def test_answers_of_the_history_fit_our_schema(sandbox: Sandbox, wire: Wire) -> None:
    schema = schema_of("acctmgr")

    answers = [await wire.history(number) for number in (sandbox.stories[1].msisdn.removeprefix("999"), "60000000")]

    assert [[], []] == [problems(schema, answer) for answer in answers]


@pytest.mark.parametrize(
    ("system", "path", "operation"),
    [
        ("billing", "/services/BcServices", "QueryCustomerInfo"),
        ("billing", "/services/ArServices", "QueryInvoice"),
        ("hss", "/services/CAI3G1.2", "CAI3G#Get"),
        ("recharge", HISTORY, "VoucherRechargeEnquiry"),
        ("billing-islands", "/services/ArServices", "QueryInvoice"),
        ("recharge-islands", HISTORY, "VoucherRechargeEnquiry"),
    ],
)
async def test_a_wsdl_is_served_with_the_address_one_dialled(
    wire: Wire, system: str, path: str, operation: str
) -> None:
    response = await wire.http.get(wire.url(system, f"{path}?wsdl"))

    assert operation in response.text
    assert f'location="{wire.url(system, path)}"' in response.text
    for name in {part.split('"')[0] for part in response.text.split('schemaLocation="')[1:]}:
        schema = await wire.http.get(wire.url(system, f"/services/{name}"))
        assert 200 == schema.status_code
        etree.fromstring(schema.content)


@pytest.mark.parametrize("path", ["/services/../secrets/hss.password", "/services/none.xsd", "/", "/services/x.py"])
async def test_nothing_else_is_served(wire: Wire, path: str) -> None:
    assert 404 == (await wire.http.get(wire.url("billing", path))).status_code
