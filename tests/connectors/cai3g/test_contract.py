"""Our requests against the vendor's published WSDL, schema and samples. Needs the published definitions."""

import pathlib
import socket
from collections.abc import Callable

import pytest
from lxml import etree

from connectors.cai3g import CAI3GSettings
from connectors.cai3g.mapping import Key, MoId
from connectors.cai3g.protocol import CAI3GProtocol
from connectors.cai3g.session import Ticket
from connectors.soap import Wsdl
from connectors.wire import HttpWire
from tests.connectors.cai3g.fake import CAI3G, SOAP, descendant, imsi_of, subscription
from tests.dialects import dialects_folder

TICKET = Ticket("00000000000000000000000000000001", transaction_id=3333, sequence_id=2**64 - 1)
MSISDN = "99960000042"


@pytest.fixture(scope="module")
def published() -> pathlib.Path:
    return dialects_folder() / "hss" / "cai3g-1.2"


@pytest.fixture(scope="module")
def schema(published: pathlib.Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(published / "cai3g.xsd"))


@pytest.fixture
def protocol(published: pathlib.Path, settings: Callable[..., CAI3GSettings]) -> Callable[..., CAI3GProtocol]:
    def make(**changes: object) -> CAI3GProtocol:
        made = settings(wsdl=str(published / "provisioning.wsdl"), **changes)
        return CAI3GProtocol("hss", made, HttpWire("hss", made))

    return make


def parts(envelope: bytes) -> tuple[list[etree._Element], etree._Element]:
    root = etree.fromstring(envelope)
    [body] = descendant(root, f"{{{SOAP}}}Body")
    return list(root.iterfind(f"{{{SOAP}}}Header/*")), body


def structure(element: etree._Element) -> list[str]:
    return [child.tag for child in element.iter(etree.Element)]


def test_the_published_wsdl_loads_without_the_network(published, monkeypatch):
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)

    wsdl = Wsdl(published / "provisioning.wsdl")

    assert {"Login", "Logout", "Get", "Search"} <= wsdl.operations
    assert ["CAI3G#Get", "CAI3G#Login"] == [wsdl.action(operation) for operation in ("Get", "Login")]


@pytest.mark.parametrize(
    "build",
    [
        lambda protocol: protocol.login_envelope(),
        lambda protocol: protocol.logout_envelope(TICKET),
        lambda protocol: protocol.get_envelope(MoId(Key.MSISDN, MSISDN), TICKET),
        lambda protocol: protocol.get_envelope(MoId(Key.IMSI, imsi_of(MSISDN)), TICKET),
        lambda protocol: protocol.search_envelope(MoId(Key.IMSI, imsi_of(MSISDN)), TICKET),
    ],
    ids=["Login", "Logout", "Get by msisdn", "Get by imsi", "Search"],
)
def test_requests_are_valid_by_the_published_schema(protocol, schema, build):
    headers, body = parts(build(protocol()))

    for element in [body, *headers]:
        schema.assertValid(element)
    assert len(headers) == (0 if body.tag == f"{{{CAI3G}}}Login" else 3)


def sample(published: pathlib.Path, name: str) -> tuple[list[etree._Element], etree._Element]:
    return parts((published / "gsmhlr-samples" / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("get-subscription.request.xml", "mo"),
        ("get-subscription.request-moid-in-cai3g-namespace.xml", "cai3g"),
    ],
)
def test_get_has_the_structure_of_the_sample_in_either_namespace(published, protocol, name, namespace):
    headers, body = sample(published, name)
    ours_headers, ours = parts(protocol(mo_id_namespace=namespace).get_envelope(MoId(Key.MSISDN, MSISDN), TICKET))
    # The sample in the MO's namespace also sends these, empty: the schema allows neither to be empty.
    optional = {f"{{{CAI3G}}}{part}" for part in ("MOAttributes", "extension")}

    assert [tag for tag in structure(body) if tag not in optional] == structure(ours)
    assert {header.tag for header in headers} - {f"{{{CAI3G}}}Context"} == {header.tag for header in ours_headers}
    assert body.findtext(f"{{{CAI3G}}}MOType") == ours.findtext(f"{{{CAI3G}}}MOType")


@pytest.mark.parametrize("name", ["login", "logout"])
def test_login_and_logout_have_the_structure_of_the_samples(published, protocol, name):
    headers, body = sample(published, f"{name}.request.xml")
    made = protocol()
    ours_headers, ours = parts(made.login_envelope() if name == "login" else made.logout_envelope(TICKET))

    assert structure(body) == structure(ours)
    assert {header.tag for header in headers} == {header.tag for header in ours_headers}


def test_a_password_with_markup_in_it_arrives_as_it_is(protocol, monkeypatch):
    monkeypatch.setenv("HSS_ODD", "p<&>'\"é")

    _, body = parts(protocol(password="env:HSS_ODD").login_envelope())

    assert "p<&>'\"é" == body.findtext(f"{{{CAI3G}}}pwd")


def test_the_replies_of_our_fake_are_of_the_published_form(schema):
    reply = etree.fromstring(subscription(msisdn=MSISDN, imsi=imsi_of(MSISDN)))
    # What stands in MOAttributes is abstract in the schema and defined nowhere, so the rest is checked.
    reply.remove(descendant(reply, f"{{{CAI3G}}}MOAttributes"))

    schema.assertValid(reply)
