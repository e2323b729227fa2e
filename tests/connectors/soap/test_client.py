import asyncio
import logging
import threading

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.errors import BadData, ConnectorError, Misconfigured, Unavailable
from connectors.offload import LARGE
from connectors.settings import SystemSettings
from connectors.soap import SoapClient, SoapFault
from connectors.wire import HttpWire
from connectors.xml import XmlError

ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
GOOD = ENVELOPE.format('<t:Answer xmlns:t="urn:t"><Value>42</Value></t:Answer>')
FAULT = ENVELOPE.format(
    "<e:Fault><faultcode>e:{code}</faultcode><faultstring>ORA-01555 for 99960000042</faultstring>"
    "<detail><Inner>7</Inner></detail></e:Fault>"
)


class Lamp:
    """A SOAP service that says whatever it is told to say."""

    def __init__(self) -> None:
        self.body: bytes = GOOD.encode()
        self.status = 200
        self.content_type = "text/xml; charset=utf-8"
        self.requests: list[Request] = []

    async def __call__(self, scope, receive, send) -> None:
        self.requests.append(Request(scope))
        headers = {"content-type": self.content_type}
        await Response(self.body, status_code=self.status, headers=headers)(scope, receive, send)


@pytest.fixture
def lamp():
    return Lamp()


@pytest.fixture
async def client(lamp):
    settings = SystemSettings.model_validate({"url": "http://lamp.example/base", "max_reply_bytes": 4 * LARGE})
    wire = HttpWire("lamp", settings, transport=httpx.ASGITransport(lamp))
    yield SoapClient("lamp", wire, path="/service")
    await wire.aclose()


async def ask(client: SoapClient):
    return await client.ask(b"<question>secret-word</question>", operation="Op", action="lamp#op", expect="Answer")


async def test_the_body_element_is_given(client, lamp):
    reply = await ask(client)

    assert 42 == await reply.read(lambda body: body.require_integer("Value"))
    assert "/base/service" == lamp.requests[0].url.path
    assert '"lamp#op"' == lamp.requests[0].headers["soapaction"]
    assert "text/xml; charset=utf-8" == lamp.requests[0].headers["content-type"]


async def test_a_fault_is_for_the_dialect_and_keeps_its_words_out_of_its_own(client, lamp):
    lamp.body, lamp.status = FAULT.format(code="Server").encode(), 500

    with pytest.raises(SoapFault) as caught:
        await ask(client)

    assert "Server" == caught.value.code
    assert caught.value.detail is not None
    assert "7" == caught.value.detail.text("Inner")
    assert "999" not in str(caught.value)


async def test_a_fault_with_status_200_is_a_fault_all_the_same(client, lamp):
    lamp.body = FAULT.format(code="Server").encode()

    with pytest.raises(SoapFault):
        await ask(client)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (405, Misconfigured),
        (429, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (204, BadData),
        (302, BadData),
        (400, BadData),
    ],
)
async def test_every_http_status_has_its_error(client, lamp, status, kind):
    lamp.body, lamp.status, lamp.content_type = b"<html>login</html>", status, "text/html"

    with pytest.raises(kind) as caught:
        await ask(client)

    assert kind is type(caught.value)
    assert "login" not in str(caught.value)


def whole(inner: str) -> bytes:
    return ENVELOPE.format(inner).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x93garbage",
        GOOD[:-20].encode(),
        (GOOD + GOOD).encode(),
        (GOOD + "trailing").encode(),
        b"<!DOCTYPE e:Envelope>" + GOOD.encode(),
        b'<!DOCTYPE x [<!ENTITY a "42">]>' + GOOD.replace("42", "&a;").encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + GOOD.encode(),
        GOOD.replace("42", "&undefined;").encode(),
        GOOD.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope").encode(),
        GOOD.replace("</e:Body>", '</e:Body><e:Body><t:Answer xmlns:t="urn:t"/></e:Body>').encode(),
        GOOD.replace("</e:Body>", "</e:Body><e:Header/>").encode(),
        GOOD.replace("</e:Body>", "</e:Body><More/>").encode(),
        GOOD.replace("<e:Body>", "<e:Header/><e:Header/><e:Body>").encode(),
        GOOD.replace("<e:Body>", "<Body>").replace("</e:Body>", "</Body>").encode(),
        GOOD.replace("e:Body>", "e:Header>").encode(),
        GOOD.replace("<e:Body>", "text<e:Body>").encode(),
        GOOD.replace("</e:Body>", "text</e:Body>").encode(),
        GOOD.replace("<e:Body>", "<e:Body><e:Envelope><e:Body>").replace("</e:Body>", "</e:Body></e:Envelope></e:Body>").encode(),
        whole("<Wrapped><Answer><Value>42</Value></Answer></Wrapped>"),
        whole("<Answer><Value>42</Value></Answer><e:Fault><faultcode>e:Server</faultcode></e:Fault>"),
        whole("<Fault><faultcode>e:Server</faultcode></Fault>"),
        b"--x\r\nContent-Type: text/xml\r\n\r\n" + GOOD.encode() + b"\r\n--x--",
        whole(""),
        whole("<Answer/><Answer/>"),
        whole("<Other/>"),
        GOOD.encode("utf-16"),
        GOOD.replace("42", "\N{LATIN SMALL LETTER E WITH ACUTE}").encode("latin-1"),
        b"<a>" * 3000 + b"</a>" * 3000,
    ],
    ids=[
        "empty", "garbage", "cut", "doubled", "trailing text", "document type", "entity", "outside entity",
        "unknown entity", "SOAP 1.2", "two bodies", "header after body",
        "more after body", "two headers", "body of no namespace", "no body", "text in envelope", "text in body",
        "envelope in envelope", "wrapped answer", "fault beside answer", "fault of no namespace", "multipart",
        "empty body", "two elements", "another element",
        "other encoding than said", "bytes that are no UTF-8", "too deep",
    ],
)  # fmt: skip
async def test_anything_but_one_whole_envelope_with_the_element_is_bad_data(client, lamp, body):
    lamp.body = body

    with pytest.raises(BadData):
        await ask(client)


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/plain", ""])
async def test_an_envelope_that_is_not_called_xml_is_bad_data(client, lamp, content_type):
    lamp.content_type = content_type

    with pytest.raises(BadData):
        await ask(client)


@pytest.mark.parametrize(
    ("declared", "said", "encoding"),
    [
        ("GBK", "text/xml", "gbk"),
        ("GB18030", "text/xml", "gb18030"),
        ("UTF-16", "text/xml", "utf-16"),
        ("GB2312", "text/xml; charset=gbk", "gbk"),
        ("utf-8", 'text/xml; charset="UTF-8"', "utf-8"),
    ],
)
async def test_the_encoding_that_is_said_is_honoured(client, lamp, declared, said, encoding):
    lamp.content_type = said
    lamp.body = f'<?xml version="1.0" encoding="{declared}"?>{GOOD.replace("42", "王小明")}'.encode(encoding)

    reply = await ask(client)

    assert "王小明" == reply.body.text("Value")


@pytest.mark.parametrize(
    ("declared", "said", "encoding"),
    [
        ("UTF-8", "text/xml; charset=gbk", "gbk"),
        ("ISO-8859-1", "text/xml; charset=utf-8", "utf-8"),
        ("GBK", "text/xml", "utf-8"),
        ("UTF-8", "text/xml; charset=utf-8; charset=gbk", "utf-8"),
    ],
)
async def test_encodings_that_contradict_each_other_or_the_bytes_are_bad_data(client, lamp, declared, said, encoding):
    lamp.content_type = said
    lamp.body = f'<?xml version="1.0" encoding="{declared}"?>{GOOD.replace("42", "王小明")}'.encode(encoding)

    with pytest.raises(BadData):
        await ask(client)


async def test_a_header_entry_that_must_be_understood_changes_nothing(client, lamp):
    header = '<e:Header><t:Turn xmlns:t="urn:t" e:mustUnderstand="1">1</t:Turn></e:Header>'
    lamp.body = GOOD.replace("<e:Body>", f"{header}<e:Body>").encode()

    reply = await ask(client)

    assert 42 == reply.body.require_integer("Value")
    assert reply.header is not None
    assert "1" == reply.header.text("Turn")


async def test_an_answer_beyond_the_size_limit_is_bad_data(client, lamp):
    lamp.body = whole(f"<Answer>{'x' * 5 * LARGE}</Answer>")

    with pytest.raises(BadData, match="max_reply_bytes"):
        await ask(client)


async def test_a_large_answer_is_read_off_the_event_loop(client, lamp):
    lamp.body = whole(f"<Answer><Value>{'7' * 2 * LARGE}</Value></Answer>")

    reply = await ask(client)

    assert threading.get_ident() != await reply.read(lambda _: threading.get_ident())


async def test_a_small_answer_is_read_where_it_is(client):
    reply = await ask(client)

    assert threading.get_ident() == await reply.read(lambda _: threading.get_ident())


async def test_an_error_of_the_mapping_comes_through_from_the_thread(client, lamp):
    lamp.body = whole(f"<Answer><Value>{'7' * 2 * LARGE}</Value></Answer>")
    reply = await ask(client)

    with pytest.raises(XmlError, match="Other is missing"):
        await reply.read(lambda body: body.require("Other"))


async def test_no_log_of_any_library_carries_a_message_at_debug_level(client, lamp, caplog):
    caplog.set_level(logging.DEBUG)
    lamp.body = GOOD.replace("42", "answer-word").encode()

    await ask(client)

    assert "secret-word" not in caplog.text
    assert "answer-word" not in caplog.text


async def test_many_questions_at_once_get_their_own_answers(client):
    replies = await asyncio.gather(*(ask(client) for _ in range(20)))

    assert [42] * 20 == [reply.body.require_integer("Value") for reply in replies]


async def test_errors_never_repeat_what_the_system_said(client, lamp):
    lamp.body = whole("<Wrong99960000042/>")

    with pytest.raises(ConnectorError) as caught:
        await ask(client)

    assert "9996" not in f"{caught.value!r} {caught.value}"
