"""Envelopes from templates say what zeep would say, byte for byte in canonical form, or refuse."""

import io
import pathlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.soap import Wsdl, WsdlError
from connectors.soap import envelope as templates
from connectors.soap.envelope import Qualified
from tests.connectors.quick import wsdl

FOLDER = pathlib.Path(__file__).parents[3] / "sandbox" / "wsdl"
CAI3G = "http://schemas.ericsson.com/cai3g1.2/"

HEADERS = [
    Qualified(CAI3G, "SessionId", "0a1b2c"),
    Qualified(CAI3G, "TransactionId", "17"),
    Qualified(CAI3G, "SequenceId", "18446744073709551615"),
]
CBS = {
    "Version": "1",
    "BusinessCode": "1",
    "MessageSeq": "20261122",
    "OwnershipInfo": {"BEID": "101"},
    "AccessSecurity": {"LoginSystemCode": "SWITCHBOARD", "Password": "pretend"},
}
ACCT = {
    "CommandId": "VoucherRechargeEnquiry",
    "Version": "1",
    "TransactionId": "7",
    "SequenceId": "1",
    "RequestType": "Event",
    "SessionEntity": {"Name": "switchboard", "Password": "pretend", "RemoteAddress": "127.0.0.1"},
    "SerialNo": "7",
}
BOUNDS = {"StartTime": "20251122080000", "EndTime": "20261122080000"}
PAGING = {"TotalRowNum": "0", "BeginRowNum": "0", "FetchRowNum": "20"}
MASKS = {"CustomerMask": "11111", "AccountMask": "0000000", "SubscriberMask": "1010"}


def cbs(operation: str, request: dict[str, Any], **header: Any) -> dict[str, Any]:
    return {"RequestHeader": CBS | header, f"{operation}Request": request}


REQUESTS: dict[str, tuple[str, str, dict[str, Any], list[Qualified] | None]] = {
    "bills": (
        "cbs_ar.wsdl",
        "QueryInvoice",
        cbs("QueryInvoice", {"AcctAccessCode": {"AccountCode": "A1"}, "TimePeriod": BOUNDS}),
        None,
    ),
    "bills by rows": (
        "cbs_ar.wsdl",
        "QueryInvoice",
        cbs("QueryInvoice", {"AcctAccessCode": {"AccountCode": "A1"}, "TimePeriod": BOUNDS, **PAGING}),
        None,
    ),
    "payments": (
        "cbs_ar.wsdl",
        "QueryPaymentLog",
        cbs("QueryPaymentLog", {"AcctAccessCode": {"AccountCode": "A1"}, **PAGING, **BOUNDS}, MsgLanguageCode="2002"),
        None,
    ),
    "balance": (
        "cbs_ar.wsdl",
        "QuerySumBalanceAndCredit",
        cbs("QuerySumBalanceAndCredit", {"QueryObj": {"AcctAccessCode": {"AccountCode": "A1"}}}),
        None,
    ),
    "profile": (
        "cbs_bc.wsdl",
        "QueryCustomerInfo",
        cbs("QueryCustomerInfo", {"QueryObj": {"SubAccessCode": {"PrimaryIdentity": "60000042"}}} | MASKS),
        None,
    ),
    "recharges": (
        "acctmgr.wsdl",
        "VoucherRechargeEnquiry",
        {"RequestHeader": ACCT, "VoucherRechargeEnquiryRequest": {"SubscriberNo": "60000042", **BOUNDS}},
        None,
    ),
    "login": ("cai3g.wsdl", "Login", {"userId": "switchboard", "pwd": "pretend"}, None),
    "logout": ("cai3g.wsdl", "Logout", {"sessionId": "0a1b2c"}, HEADERS),
    "get": (
        "cai3g.wsdl",
        "Get",
        {"MOType": "Subscription@x", "MOId": {"_value_1": [Qualified("urn:mo", "msisdn", "99960000042")]}},
        HEADERS,
    ),
    "search": (
        "cai3g.wsdl",
        "Search",
        {"MOType": "Subscription@x", "filters": {"filter": [{"MOAttributes": ["imsi=999"]}]}},
        HEADERS,
    ),
}


def canonical(envelope: bytes) -> bytes:
    written = io.BytesIO()
    etree.fromstring(envelope).getroottree().write_c14n(written)
    return written.getvalue()


def by_zeep(definition: Wsdl, operation: str, values: dict[str, Any], headers: list[Qualified] | None) -> bytes:
    return definition._envelopes[operation]._by_zeep(values, headers)


def changed(value: Any, texts: st.SearchStrategy[str], draw: Any) -> Any:
    """*value* with some of its texts exchanged."""

    def exchange(text: str) -> str:
        return draw(texts) if draw(st.integers(0, 2)) == 0 else text

    def walk(each: Any) -> Any:
        if isinstance(each, str):
            return exchange(each)
        if isinstance(each, dict):
            return {name: walk(item) for name, item in each.items()}
        if isinstance(each, list):
            return [walk(item) for item in each]
        return Qualified(each.namespace, each.name, exchange(each.text))

    return None if value is None else walk(value)


TEXTS = st.one_of(
    st.text(max_size=20),
    st.text("<>&\"'\r\n\t ]\x00\x0b\ue000\ue001\ufffe0", max_size=8),
    st.sampled_from(["", "]]>", "<!--", "&amp;", "\ue0001\ue001", "1", " 1 ", "x" * 300]),
)


@given(name=st.sampled_from(sorted(REQUESTS)), data=st.data())
def test_a_template_says_what_zeep_says_whatever_the_values_are(name, data):
    file, operation, values, headers = REQUESTS[name]
    definition = wsdl(FOLDER / file)
    definition.envelope(operation, values, headers=headers)
    values, headers = (changed(each, TEXTS, data.draw) for each in (values, headers))
    try:
        right = canonical(by_zeep(definition, operation, values, headers))
    except ValueError:
        right = None

    try:
        said = definition.envelope(operation, values, headers=headers)
    except WsdlError:
        # Of a type's form zeep knows nothing; `test_facets` tells which texts are none.
        return
    assert right == canonical(said)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_request_of_ours_has_a_template_and_is_refused_by_none(name, monkeypatch):
    file, operation, values, headers = REQUESTS[name]
    definition = wsdl(FOLDER / file)
    first = definition.envelope(operation, values, headers=headers)
    monkeypatch.setattr(templates, "_serialised", lambda _: pytest.fail("built by zeep"))

    assert first == definition.envelope(operation, values, headers=headers)


@pytest.mark.parametrize("wrong", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_carry_is_refused_the_first_time_and_later(wrong):
    definition = Wsdl(FOLDER / "cai3g.wsdl")

    for _ in range(2):
        with pytest.raises(WsdlError, match="does not fit"):
            definition.envelope("Login", {"userId": wrong, "pwd": "x"})
        definition.envelope("Login", {"userId": "x", "pwd": "x"})


@pytest.mark.parametrize(
    "values",
    [
        {"userId": "x"},
        {"userId": "x", "pwd": "x", "more": "x"},
        {"userId": None, "pwd": "x"},
        {"userId": {}, "pwd": "x"},
    ],
)
def test_a_shape_that_zeep_refuses_is_refused_every_time(values):
    definition = Wsdl(FOLDER / "cai3g.wsdl")

    for _ in range(3):
        with pytest.raises(WsdlError, match="does not fit"):
            definition.envelope("Login", values)


def test_a_value_not_of_its_type_is_refused_the_first_time_and_later():
    values = {"QueryObj": {"SubAccessCode": {"PrimaryIdentity": "60000042"}}} | MASKS
    definition = Wsdl(FOLDER / "cbs_bc.wsdl")

    for _ in range(2):
        with pytest.raises(WsdlError, match="does not fit"):
            definition.envelope("QueryCustomerInfo", cbs("QueryCustomerInfo", values | {"AccountMask": "0020"}))
        definition.envelope("QueryCustomerInfo", cbs("QueryCustomerInfo", values))


def test_values_that_are_no_texts_are_left_to_zeep():
    definition = Wsdl(FOLDER / "cbs_ar.wsdl")
    request = {"AcctAccessCode": {"AccountCode": "A1"}, "TimePeriod": BOUNDS}

    for rows in (20, 30):
        said = definition.envelope("QueryInvoice", cbs("QueryInvoice", request | PAGING | {"FetchRowNum": rows}))
        assert f"FetchRowNum>{rows}<".encode() in said


def test_shapes_are_remembered_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(templates, "_MAX_TEMPLATES", 2)
    definition = Wsdl(FOLDER / "cai3g.wsdl")

    for count in (1, 2, 3, 4, 4):
        attributes = {"filter": [{"MOAttributes": [f"imsi={number}"]} for number in range(count)]}
        said = definition.envelope("Search", {"MOType": "x", "filters": attributes}, headers=HEADERS)
        assert count == said.count(b"imsi=")

    assert 2 == len(definition._envelopes["Search"]._templates)


def test_no_template_holds_a_value():
    definition = Wsdl(FOLDER / "cai3g.wsdl")
    definition.envelope("Login", {"userId": "x", "pwd": "hunter2"})

    assert "hunter2" not in repr(definition._envelopes["Login"]._templates)
    assert "Qualified" in repr(Qualified("urn:x", "x", "hunter2"))
    assert "hunter2" not in repr(Qualified("urn:x", "x", "hunter2"))


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_an_envelope_costs_a_tenth_of_what_zeep_takes(name):
    file, operation, values, headers = REQUESTS[name]
    definition = wsdl(FOLDER / file)
    definition.envelope(operation, values, headers=headers)

    def cost_s(build: Any) -> float:
        began = time.process_time()
        for _ in range(200):
            build()
        return time.process_time() - began

    ours = min(cost_s(lambda: definition.envelope(operation, values, headers=headers)) for _ in range(5))
    zeeps = min(cost_s(lambda: by_zeep(definition, operation, values, headers)) for _ in range(3))
    assert 0.1 > ours / zeeps
