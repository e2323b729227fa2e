"""Our answers against the published definitions and samples, and the published requests against us. Skips where they are absent."""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from lxml import etree

from sandbox import Sandbox
from sandbox.population import Line, Province
from tests.dialects import dialects_folder
from tests.sandbox.test_billing import payment_query
from tests.sandbox.test_recharge import struct
from tests.sandbox.wire import (
    BC,
    BC_COMMON,
    CAI3G,
    CUSTOMERS,
    GSM,
    INDIVIDUALS,
    NS,
    ORGANIZATIONS,
    SOAP,
    Wire,
    Xml,
    by_number,
    password,
)

XS = "{http://www.w3.org/2001/XMLSchema}"
SESSION_HEADERS = ("SessionId", "TransactionId", "SequenceId")
NEWER = {f"{{{BC}}}OrgInfo", f"{{{BC_COMMON}}}OrgName", f"{{{BC_COMMON}}}OrgProperty"}
"""Elements of an organisation: they are in the published schema, but no published sample is of one."""


@pytest.fixture(scope="module")
def dialects() -> pathlib.Path:
    return dialects_folder()


@pytest.fixture
def hybrid(sandbox: Sandbox) -> Line:
    line = sandbox.people.line_by_msisdn(sandbox.stories[2].msisdn)
    assert line is not None
    return line


def paths(root: Any) -> set[str]:
    """The path of every element, by names with namespaces."""

    def walk(element: Any, above: str) -> Iterator[str]:
        here = f"{above}/{element.tag}"
        yield here
        for inner in element.iterchildren(tag=etree.Element):
            yield from walk(inner, here)

    return set(walk(root, ""))


def sample_paths(dialects: pathlib.Path, pattern: str) -> set[str]:
    files = list((dialects / "billing" / "huawei-cbs-samples").glob(pattern))
    assert files
    return set().union(*(paths(etree.parse(str(file)).getroot()) for file in files))


def sample_request(dialects: pathlib.Path, file: str, **values: str) -> bytes:
    """A published request with its placeholders filled in."""
    text = (dialects / file).read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text).encode()


# Billing


@pytest.mark.parametrize(
    ("operation", "sample"),
    [
        ("QueryInvoice", "Invoices.response.xml"),
        ("QueryPaymentLog", "PaymentLog.response.xml"),
        ("QuerySumBalanceAndCredit", "CustomerBalances.response.xml"),
    ],
)
async def test_ar_answers_have_the_elements_of_the_samples_and_no_others(
    dialects: pathlib.Path, wire: Wire, operation: str, sample: str
) -> None:
    account = "<ars:QueryObj><ars:AcctAccessCode><arc:AccountCode>A1000001</arc:AccountCode></ars:AcctAccessCode></ars:QueryObj>"
    answer = {
        "QueryInvoice": wire.invoices("A1000001"),
        "QueryPaymentLog": wire.billing("QueryPaymentLog", payment_query(0, 500)),
        "QuerySumBalanceAndCredit": wire.billing("QuerySumBalanceAndCredit", account),
    }
    ours = {name: paths((await asked).root) for name, asked in answer.items()}[operation]

    assert ours <= sample_paths(dialects, sample)
    assert len(ours) > 15


async def test_customer_answers_have_the_elements_of_the_samples(
    dialects: pathlib.Path, sandbox: Sandbox, wire: Wire
) -> None:
    known = sample_paths(dialects, "CustomerInfo.*.response.xml")

    for index in range(1, 30):
        customer = sandbox.people.customer(index)
        for line in customer.lines if customer else ():
            system = "billing" if line.key.province is Province.MAINLAND else "billing-islands"
            answer = await wire.customer_info(by_number(line.key.national), system=system)
            assert "0" == answer.text(".//cbs:ResultCode")
            others = {path for path in paths(answer.root) - known if not NEWER & set(re.findall(r"\{[^}]*\}\w+", path))}
            assert not others


async def test_the_ocs_balance_fits_the_published_schema(dialects: pathlib.Path, wire: Wire, hybrid: Line) -> None:
    number = f"<ars:SubAccessCode><arc:PrimaryIdentity>{hybrid.key.national}</arc:PrimaryIdentity></ars:SubAccessCode>"

    answer = await wire.billing("QueryOCSBalance", f"<ars:QueryObj>{number}</ars:QueryObj>")

    schema = embedded_schema(dialects / "billing" / "huawei-cbs-ar" / "CBSInterface_AR_Services.wsdl", "arservices")
    assert [] == problems(schema, body_of(answer))


@pytest.mark.parametrize(
    ("file", "path", "operation"),
    [
        ("customer.info.request.xml", "/services/BcServices", "QueryCustomerInfo"),
        ("query.invoice.request.xml", "/services/ArServices", "QueryInvoice"),
        ("payment.log.request.xml", "/services/ArServices", "QueryPaymentLog"),
        ("query.customer.balances.request.xml", "/services/ArServices", "QuerySumBalanceAndCredit"),
    ],
)
async def test_billing_answers_the_published_requests(
    dialects: pathlib.Path, wire: Wire, hybrid: Line, file: str, path: str, operation: str
) -> None:
    content = sample_request(
        dialects,
        f"billing/huawei-cbs-samples/{file}",
        trans_id="1",
        username="SWITCHBOARD",
        password=password("billing"),
        msisdn=hybrid.key.national,
        account="A1000003",
        start_time="20260101000000",
        end_time="20270101000000",
    )

    answer = await wire.post("billing", path, content, action=operation)

    assert "0" == answer.text(".//cbs:ResultCode")
    assert answer.all(f".//{operation}Result")


# Recharge


async def test_the_history_fits_the_published_schema(dialects: pathlib.Path, sandbox: Sandbox, wire: Wire) -> None:
    schema = embedded_schema(
        dialects / "recharge" / "huawei-cbs-acctmgr" / "CBSInterface_AcctMgr.wsdl", "accountmgrmsg"
    )

    for story in (sandbox.stories[1], sandbox.stories[2]):
        answer = await wire.history(story.msisdn.removeprefix("999"))
        assert answer.all(".//acc:RechargeLog")
        assert [] == problems(schema, body_of(answer))


# UCIP 5.0, chapter 7: no published sample is of a node that sends them.
IN_THE_GUIDE_ONLY = {"dedicatedAccountActiveValue1", "dedicatedAccountUnitType"}


@pytest.mark.parametrize("method", ["GetBalanceAndDate", "GetAccountDetails", "GetAccumulators"])
async def test_ucip_answers_have_the_members_of_the_samples(
    dialects: pathlib.Path, wire: Wire, hybrid: Line, method: str
) -> None:
    known = set().union(*map(members, (dialects / "recharge" / "ucip").glob("*.response*.xml")))

    response = await wire.ucip(method, hybrid.key.msisdn)

    ours = set(re.findall(r"<name>(\w+)</name>", response.text))
    assert ours <= known | IN_THE_GUIDE_ONLY
    assert len(ours) > 7


def members(file: pathlib.Path) -> set[str]:
    return set(re.findall(r"<name>\s*(\w+)\s*</name>", file.read_text("utf-8")))


async def test_ucip_answers_the_published_request(dialects: pathlib.Path, wire: Wire, hybrid: Line) -> None:
    content = (dialects / "recharge" / "ucip" / "GetBalanceAndDate.request.xml").read_text("utf-8")
    content = content.replace("923075000112", hybrid.key.msisdn)

    response: httpx.Response = await wire.http.post(
        wire.url("recharge", "/Air"),
        content=content,
        headers={"User-Agent": "hxcuser/4.2/1.0"},
        auth=("switchboard", password("recharge")),
    )

    told = struct(response)
    assert 0 == told["responseCode"]
    assert told["originTransactionID"] in content


# HSS


async def test_session_messages_and_faults_fit_the_published_schema(dialects: pathlib.Path, wire: Wire) -> None:
    schema = hlr_schema(dialects)
    session = await wire.login()
    answers = {
        "LoginResponse": body_of(session.login),
        "SearchResponse": body_of(await session.search("imsi=1")),
        "Cai3gFault": detail_of(await session.get("<gsm:msisdn>1</gsm:msisdn>")),
        "LogoutResponse": body_of(await session.logout()),
    }

    for name, element in answers.items():
        assert f"{{{CAI3G}}}{name}" == element.tag
        assert [] == problems(schema, element)


async def test_a_get_response_and_its_headers_fit_the_published_schema(
    dialects: pathlib.Path, wire: Wire, hybrid: Line
) -> None:
    schema = hlr_schema(dialects)

    answer = await (await wire.login()).get(f"<gsm:msisdn>{hybrid.key.msisdn}</gsm:msisdn>")

    assert [] == problems(schema, body_of(answer))
    for header in answer.all("soap:Header/*"):
        assert [] == problems(schema, header)
    search = await (await wire.login()).search(f"imsi={hybrid.key.imsi}")
    assert [] == problems(schema, body_of(search))


@pytest.mark.parametrize("header", SESSION_HEADERS)
async def test_header_faults_fit_the_published_types(dialects: pathlib.Path, wire: Wire, header: str) -> None:
    session = await wire.login()
    mine = {"SessionId": session.id, "TransactionId": "1", "SequenceId": str(session.base)} | {header: "0x"}
    headers = "".join(f"<cai3g:{name}>{value}</cai3g:{name}>" for name, value in mine.items())

    detail = detail_of(await session.get("<gsm:msisdn>1</gsm:msisdn>", header=headers))

    assert f"{{{CAI3G}}}{header}Fault" == detail.tag
    detail.tag = f"{{{GSM}}}{header}Fault"
    assert [] == problems(hlr_schema(dialects), detail)


@pytest.mark.parametrize(
    "file", ["get-subscription.request.xml", "get-subscription.request-moid-in-cai3g-namespace.xml"]
)
async def test_the_hss_answers_the_published_requests(
    dialects: pathlib.Path, wire: Wire, hybrid: Line, file: str
) -> None:
    samples = dialects / "hss" / "cai3g-1.2" / "gsmhlr-samples"
    login = sample_request(dialects, f"{samples}/login.request.xml", username="switchboard", password=password("hss"))
    opened = await wire.post("hss", "/services/CAI3G1.2", login, action="CAI3G#Login")
    session = str(opened.text(".//cai3g:sessionId"))
    content = (samples / file).read_text("utf-8").replace("0" * 31 + "1", session)
    content = re.sub(r"(msisdn>)\d+", rf"\g<1>{hybrid.key.msisdn}", content)
    # The sample's number must grow from the base of our session.
    content = content.replace("1890629843454963441", str(opened.text(".//cai3g:baseSequenceId")))

    answer = await wire.post("hss", "/services/CAI3G1.2", content.encode(), action="CAI3G#Get")
    logout = (samples / "logout.request.xml").read_text("utf-8").replace("0" * 31 + "1", session)
    closed = await wire.post("hss", "/services/CAI3G1.2", logout.encode(), action="CAI3G#Logout")

    assert hybrid.key.imsi == answer.text(".//gsm:getResponseSubscription/gsm:imsi")
    assert closed.all(".//cai3g:LogoutResponse")


# CRM


@pytest.mark.parametrize(
    ("definition", "kind", "path"),
    [
        ("TMF629-Customer-v4.0.0", "Customer", CUSTOMERS),
        ("TMF632-Party-v4.0.0", "Individual", INDIVIDUALS),
        ("TMF632-Party-v4.0.0", "Organization", ORGANIZATIONS),
    ],
)
async def test_resources_have_what_the_definition_requires_and_nothing_it_does_not_know(
    dialects: pathlib.Path, wire: Wire, definition: str, kind: str, path: str
) -> None:
    swagger = json.loads((dialects / "tmf" / "v4" / f"{definition}.swagger.json").read_text("utf-8"))

    for resource in (await wire.crm(path, limit="100")).json():
        assert [] == list(misfits(swagger, {"$ref": f"#/definitions/{kind}"}, resource, kind))


@pytest.mark.parametrize("parameters", [{"shoeSize": "44"}, {"limit": "x"}])
async def test_errors_fit_the_definition(dialects: pathlib.Path, wire: Wire, parameters: dict[str, str]) -> None:
    swagger = json.loads((dialects / "tmf" / "v4" / "TMF629-Customer-v4.0.0.swagger.json").read_text("utf-8"))

    error = (await wire.crm(CUSTOMERS, **parameters)).json()

    assert [] == list(misfits(swagger, {"$ref": "#/definitions/Error"}, error, "Error"))


def misfits(swagger: Any, schema: Any, value: Any, place: str) -> Iterator[str]:
    """Where a value leaves a Swagger 2.0 definition: wrong kind, missing or unknown attribute, unknown enum value."""
    if "$ref" in schema:
        schema = swagger["definitions"][schema["$ref"].rpartition("/")[2]]
    kinds = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        yield f"{place} is no {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of its values"
    elif isinstance(value, list):
        for item in value:
            yield from misfits(swagger, schema["items"], item, f"{place}[]")
    elif isinstance(value, dict) and "properties" in schema:
        yield from (f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value)
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{place}.{name} is unknown"
            else:
                yield from misfits(swagger, schema["properties"][name], inner, f"{place}.{name}")


# Schemas


def embedded_schema(wsdl: pathlib.Path, namespace_end: str) -> etree.XMLSchema:
    """The schema in a WSDL whose target namespace ends so, with the WSDL's prefixes and its files beside it."""
    root = etree.parse(str(wsdl)).getroot()
    (found,) = (
        schema
        for schema in root.iterfind(f".//{XS}schema")
        if str(schema.get("targetNamespace")).endswith(namespace_end)
    )
    return etree.XMLSchema(etree.ElementTree(etree.fromstring(etree.tostring(found), base_url=str(wsdl))))


def hlr_schema(dialects: pathlib.Path) -> etree.XMLSchema:
    """
    The published CAI3G schema beside declarations of what it leaves open.

    It leaves to the HLR what stands for GetMODefinition (no schema of that is published), and declares the types of
    header faults without elements, so these are declared here under the HLR's namespace.
    """
    location = (dialects / "hss" / "cai3g-1.2" / "cai3g.xsd").as_uri()
    faults = "".join(f'<xs:element name="{name}Fault" type="cai3g:{name}Fault"/>' for name in SESSION_HEADERS)
    text = f"""
    <xs:schema xmlns:xs="{XS[1:-1]}" xmlns:cai3g="{CAI3G}" targetNamespace="{GSM}" elementFormDefault="qualified">
      <xs:import namespace="{CAI3G}" schemaLocation="{location}"/>
      <xs:element name="getResponseSubscription" substitutionGroup="cai3g:GetMODefinition">
        <xs:complexType><xs:complexContent><xs:extension base="cai3g:AbstractGetAttributeType"><xs:sequence>
          <xs:any processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
        </xs:sequence></xs:extension></xs:complexContent></xs:complexType>
      </xs:element>
      {faults}
    </xs:schema>"""
    return etree.XMLSchema(etree.fromstring(text))


def problems(schema: etree.XMLSchema, element: Any) -> list[str]:
    alone = etree.fromstring(etree.tostring(element))
    schema.validate(alone)
    log: Any = schema.error_log
    return [str(entry.message) for entry in log]


def body_of(answer: Xml) -> Any:
    (body,) = answer.root.iterfind(f"{{{SOAP}}}Body/*")
    return body


def detail_of(answer: Xml) -> Any:
    (detail,) = answer.root.iterfind("soap:Body/soap:Fault/detail/*", namespaces=NS)
    return detail
