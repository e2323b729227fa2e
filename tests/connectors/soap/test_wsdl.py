import logging
import pathlib
import socket

import pytest
from lxml import etree

from connectors.soap import Wsdl, WsdlError
from tests.dialects import dialects_folder

SOAP_ENC = "http://schemas.xmlsoap.org/soap/encoding/"

SMALL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:test:lamp" targetNamespace="urn:test:lamp">
  <types>{schema}</types>
  <message name="In"><part name="body" element="t:Switch"/></message>
  <message name="Out"><part name="body" element="t:Switched"/></message>
  <portType name="Lamp"><operation name="Switch"><input message="t:In"/><output message="t:Out"/></operation></portType>
  <binding name="LampBinding" type="t:Lamp">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Switch"><soap:operation soapAction="lamp#switch"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <service name="Lamp"><port name="Lamp" binding="t:LampBinding">
    <soap:address location="http://elsewhere.example/moved"/></port></service>
</definitions>"""
TYPES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:test:lamp"
    elementFormDefault="qualified">{imports}
  <xs:element name="Switch"><xs:complexType><xs:sequence>
    <xs:choice><xs:element name="Room" type="xs:string"/><xs:element name="Number" type="xs:string"/></xs:choice>
    <xs:element name="Dim" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element name="Level" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Switched" type="xs:string"/>
</xs:schema>"""


@pytest.fixture
def no_network(monkeypatch):
    """Any attempt to open a connection fails the test, whatever the code under test makes of the exception."""
    attempts: list[object] = []

    def refuse(*args: object, **_: object) -> None:
        attempts.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield
    assert [] == attempts


def write(folder: pathlib.Path, *, imports: str = "", name: str = "lamp.wsdl") -> pathlib.Path:
    path = folder / name
    path.write_text(SMALL.format(schema=TYPES.format(imports=imports)), encoding="utf-8")
    return path


def test_a_request_becomes_an_envelope(tmp_path):
    wsdl = Wsdl(write(tmp_path))

    body = etree.fromstring(wsdl.envelope("Switch", {"Room": "kitchen", "Dim": {"Level": "3"}}))[0][0]

    assert "{urn:test:lamp}Switch" == body.tag
    assert ["kitchen", "3"] == [text for text in body.itertext() if text.strip()]
    assert "lamp#switch" == wsdl.action("Switch")
    assert frozenset({"Switch"}) == wsdl.operations


def test_text_is_escaped_and_never_becomes_markup(tmp_path):
    wsdl = Wsdl(write(tmp_path))

    body = etree.fromstring(wsdl.envelope("Switch", {"Room": "</t:Room><evil/>&amp;"}))[0][0]

    assert "</t:Room><evil/>&amp;" == body[0].text
    assert 1 == len(body)


def test_what_a_request_takes_is_told_from_the_definition(tmp_path):
    wsdl = Wsdl(write(tmp_path))

    assert wsdl.takes("Switch", "Number")
    assert wsdl.takes("Switch", "Dim", "Level")
    assert not wsdl.takes("Switch", "Colour")
    assert not wsdl.takes("Switch", "Room", "Corner")


@pytest.mark.parametrize("values", [{"Colour": "red"}, {"Room": "x", "Dim": {"Hue": "3"}}, {"Room": "x", "Dim": {}}])
def test_a_request_that_does_not_fit_is_refused_without_repeating_it(tmp_path, values):
    with pytest.raises(WsdlError, match=r"lamp.wsdl does not fit the request of Switch"):
        Wsdl(write(tmp_path)).envelope("Switch", values)


def test_an_unknown_operation_is_refused(tmp_path):
    with pytest.raises(WsdlError, match="has no operation Explode"):
        Wsdl(write(tmp_path)).envelope("Explode", {})


def test_schemas_beside_the_file_are_found(tmp_path):
    (tmp_path / "more.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:m"/>'
    )
    path = write(tmp_path, imports='<xs:import namespace="urn:m" schemaLocation="more.xsd"/>')

    assert frozenset({"Switch"}) == Wsdl(path).operations


def test_a_folder_with_strange_characters_in_its_name_is_read(tmp_path):
    folder = tmp_path / "vendor files%20#1?"
    folder.mkdir()
    (folder / "more.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:m"/>')
    path = write(folder, imports='<xs:import namespace="urn:m" schemaLocation="more.xsd"/>')

    assert frozenset({"Switch"}) == Wsdl(path).operations


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://169.254.169.254/latest/meta-data", "would be fetched from the network"),
        ("https://schemas.example/more.xsd", "would be fetched from the network"),
        ("ftp://schemas.example/more.xsd", "not there"),
        ("../secret.xsd", "from outside the WSDL's folder"),
        ("/etc/passwd", "from outside the WSDL's folder"),
        ("file:///etc/passwd", "from outside the WSDL's folder"),
        ("file:///etc/pass%77d", "from outside the WSDL's folder"),
        ("missing.xsd", "not there"),
    ],
)
def test_an_import_from_anywhere_else_stops_the_start(tmp_path, location, said):
    (tmp_path / "secret.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    folder = tmp_path / "vendor"
    folder.mkdir()
    path = write(folder, imports=f'<xs:import namespace="urn:m" schemaLocation="{location}"/>')

    with pytest.raises(WsdlError, match=said):
        Wsdl(path)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "secret.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "more.xsd").symlink_to(tmp_path / "secret.xsd")
    path = write(folder, imports='<xs:import namespace="urn:m" schemaLocation="more.xsd"/>')

    with pytest.raises(WsdlError, match="from outside"):
        Wsdl(path)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("address", ["http://schemas.example/more.xsd", "urn:m"])
def test_a_mapped_import_is_read_from_its_file(tmp_path, address):
    elsewhere = tmp_path / "elsewhere.xsd"
    elsewhere.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:m"/>')
    folder = tmp_path / "vendor"
    folder.mkdir()
    path = write(folder, imports=f'<xs:import namespace="urn:m" schemaLocation="{address}"/>')

    assert frozenset({"Switch"}) == Wsdl(path, imports={address: elsewhere}).operations


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML at all",
        SMALL.format(schema=TYPES.format(imports=""))[:-300],
        SMALL.format(schema=TYPES.format(imports="")).removesuffix("</definitions>"),
        "<html><body>login</body></html>",
        '<!DOCTYPE a [<!ENTITY e "x">]>' + SMALL.format(schema=TYPES.format(imports="")),
        SMALL.format(schema=TYPES.format(imports="").replace('type="xs:string"', 'type="xs:nonsense"')),
    ],
)
def test_a_file_that_is_no_whole_wsdl_stops_the_start(tmp_path, text):
    path = tmp_path / "broken.wsdl"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(WsdlError, match=r"broken\.wsdl"):
        Wsdl(path)


def test_building_an_envelope_logs_none_of_it(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)

    Wsdl(write(tmp_path)).envelope("Switch", {"Room": "a-password"})

    assert "a-password" not in caplog.text


@pytest.mark.usefixtures("no_network")
def test_the_published_mantis_wsdl_names_the_import_it_lacks():
    path = dialects_folder() / "crm" / "mantis" / "mantisconnect.wsdl"

    with pytest.raises(WsdlError, match=rf"{SOAP_ENC} would be fetched from the network.*`imports`"):
        Wsdl(path)


@pytest.mark.usefixtures("no_network")
def test_the_published_mantis_wsdl_loads_with_that_import_mapped():
    crm = dialects_folder() / "crm"

    wsdl = Wsdl(crm / "mantis" / "mantisconnect.wsdl", imports={SOAP_ENC: crm / "w3c" / "soap-encoding-1.1.xsd"})

    assert 72 == len(wsdl.operations)


@pytest.mark.usefixtures("no_network")
def test_the_published_voucher_centre_wsdl_is_refused_cleanly():
    path = dialects_folder() / "recharge" / "huawei-uvc" / "CBSInterface_UVC_Recharge_Services.wsdl"

    with pytest.raises(WsdlError, match="cannot be loaded as a WSDL"):
        Wsdl(path)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("path", "operations"),
    [
        ("hss/cai3g-1.2/provisioning.wsdl", {"Login", "Get", "Search", "Logout"}),
        ("billing/huawei-cbs-bc/CBSInterface_BC_Services.wsdl", {"QueryCustomerInfo"}),
        ("billing/huawei-cbs-ar/CBSInterface_AR_Services.wsdl", {"QueryOCSBalance"}),
        ("recharge/huawei-cbs-acctmgr/CBSInterface_AcctMgr.wsdl", {"VoucherRechargeEnquiry"}),
        ("billing/cybersource-1.26/CyberSourceTransaction_1.26.wsdl", {"runTransaction"}),
        ("crm/salesforce/partner-27.0.wsdl.xml", {"query"}),
    ],
)
def test_the_other_published_wsdls_load_without_network(path, operations):
    assert operations <= Wsdl(dialects_folder() / path).operations


def test_only_the_soap_1_1_binding_is_used():
    wsdl = Wsdl(dialects_folder() / "recharge" / "huawei-cbs-acctmgr" / "CBSInterface_AcctMgr.wsdl")

    assert 25 == len(wsdl.operations)
    assert all(wsdl.action(name) == name for name in wsdl.operations)
