"""FAULTS 37: document types, entities, inclusions and every other way to make XML more than its text."""

import re
from collections.abc import Callable

import pytest

from tests.connectors.peer import Exchange, Peer
from tests.security.neighbours.neighbour import SECRET

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")
LAUGHS = '<!ENTITY e0 "lol">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


@pytest.fixture
async def trap():
    """A server that nothing may reach."""

    async def bait(exchange: Exchange) -> None:
        await exchange.answer(b"<!ENTITY x '1000'>")

    async with Peer(bait).listening() as trap:
        yield trap
        assert 0 == trap.connections


def typed(doctype: str) -> Callable[[str], str]:
    """The good answer with a document type before it, its value replaced by an entity."""
    return lambda text: doctype + _DECLARATION.sub("", text).replace(">1000<", ">&x;<")


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE x>",
        "<!DOCTYPE x []>",
        '<!DOCTYPE x [<!ENTITY x "1000">]>',
        '<!DOCTYPE x [<!ENTITY x "&#49;&#48;00">]>',
        '<!DOCTYPE x SYSTEM "TRAP/x.dtd">',
        '<!DOCTYPE x PUBLIC "-//x" "TRAP/x.dtd">',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "TRAP/x">]>',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "FILE">]>',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "php://filter/read=x">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "TRAP/x"> %p;]>',
        "<!DOCTYPE x [<!ENTITY % a \"<!ENTITY x SYSTEM 'TRAP/x'>\"> %a;]>",
        '<!DOCTYPE x [<!ATTLIST x y CDATA "1000">]>',
        '<!DOCTYPE x [<!NOTATION n SYSTEM "TRAP/x"><!ENTITY x SYSTEM "TRAP/x" NDATA n>]>',
        f"<!DOCTYPE x [{LAUGHS}<!ENTITY x '&e11;'>]>",
        '<!DOCTYPE x [<!ENTITY x "' + "&y;" * 50_000 + '"><!ENTITY y "' + "z" * 50_000 + '">]>',
        '<!DOCTYPE x [<!ENTITY x "&x;">]>',
        "<!-- --><?x y?>\n<!DOCTYPE x>",
        "<!doctype html>",
        "<!ENTITY x '1000'>",
        "<!DOCTYPE x [" + "<!-- -->" * 50_000,
    ],
    ids=lambda doctype: doctype[:40],
)
async def test_a_document_type_is_refused_and_nothing_fetched(doctype, trap, tmp_path, xml_peer):
    bait = tmp_path / "bait"
    bait.write_text("1000")
    xml_peer.writes(typed(doctype.replace("TRAP", trap.url).replace("FILE", bait.as_uri())))

    await xml_peer.fails(within_s=0.4)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gbk"])
async def test_a_document_type_does_not_hide_in_another_encoding(encoding, xml_peer):
    def hidden(text: str) -> bytes:
        return (
            f'<?xml version="1.0" encoding="{encoding}"?>' + typed('<!DOCTYPE x [<!ENTITY x "1000">]>')(text)
        ).encode(encoding)

    xml_peer.writes(hidden)

    await xml_peer.fails()


@pytest.mark.parametrize(
    "content",
    [
        "&x;",
        "&amp;#49;000",
        "10&nbsp;00",
        f'<xi:include {XI} href="FILE" parse="text"/>',
        f'<xi:include {XI} href="TRAP/x"/>',
        f'1<xi:include {XI} href="FILE"><xi:fallback>000</xi:fallback></xi:include>',
        '<x xmlns="http://www.w3.org/1999/xlink" href="TRAP/x"/>',
        "<inc:Include xmlns:inc='http://www.w3.org/2004/08/xop/include' href='cid:x'/>",
        "10<?x y?>00",
        "10<!-- -->00",
        "10<b/>00",
        "<b>1000</b>",
        "1000<b/>",
        "1000<!-- -->",
        "<!-- -->1000",
        "<?xml version='1.0'?>1000",
        "1000</x>",
        "&#0;1000",
        "&#x31;&#xFFFFFF;",
        "1000]]>",
    ],
)
async def test_no_value_is_made_of_more_than_text(content, trap, tmp_path, xml_peer):
    bait = tmp_path / "bait"
    bait.write_text("1000")
    content = content.replace("TRAP", trap.url).replace("FILE", bait.as_uri())
    xml_peer.writes(lambda text: text.replace(">1000<", f">{content}<"))

    await xml_peer.fails(within_s=0.4)


@pytest.mark.parametrize("content", ["<![CDATA[1000]]>", "1<![CDATA[00]]>0", "&#49;0&#x30;0", "\n 1000\t"])
async def test_the_same_text_written_otherwise_is_the_same_value(content, xml_peer):
    xml_peer.writes(lambda text: text.replace(">1000<", f">{content}<"))

    assert xml_peer.dialect.right == await xml_peer.ask()


@pytest.mark.parametrize(
    "before",
    [
        '<?xml-stylesheet type="text/xsl" href="TRAP/x.xsl"?>',
        "<?xml-model href='TRAP/x'?>",
        "<!-- <!DOCTYPE x> -->",
        "\n",
    ],
)
async def test_instructions_before_the_document_are_not_followed(before, trap, xml_peer):
    xml_peer.writes(lambda text: before.replace("TRAP", trap.url) + _DECLARATION.sub("", text))

    assert xml_peer.dialect.right == await xml_peer.ask()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + text,
        lambda text: text + "<x/>",
        lambda text: text + "text",
        lambda text: text + "<?xml version='1.0'?>",
        lambda text: "text" + text,
        lambda text: text.replace("1000", "1000\x0b"),
        lambda text: text.replace(">1000<", " a='1' a='2'>1000<"),
        lambda text: text.replace(">1000<", " p:a='1'>1000<"),
        lambda text: text.replace(">1000<", " a=1>1000<"),
        lambda text: text.replace(">1000<", f" a='{'x' * 11_000_000}'>1000<"),
        lambda text: text.replace(SECRET, "<a " + " ".join(f"a{n}=''" for n in range(200_000)) + "/>"),
        lambda text: text.replace(SECRET, "<a>" * 300 + "</a>" * 300),
        lambda text: text.replace(SECRET, "<a>" * 200_000),
        lambda text: text.replace(SECRET, "<a/>" * 200_000),
        lambda text: text.replace(SECRET, "<!-- -->" * 200_000),
        lambda text: text.replace(SECRET, "<![CDATA[]]>" * 200_000),
        lambda text: text.upper(),
    ],
    ids=[
        "twice", "second root", "text behind", "declaration behind", "text before", "control character",
        "attribute twice", "undeclared prefix", "bare attribute", "huge attribute", "many attributes", "deep",
        "deep and open", "many elements", "many comments", "many sections", "other case",
    ],
)  # fmt: skip
async def test_what_is_not_one_modest_document_is_refused(change, xml_peer):
    xml_peer.writes(lambda text: change(_DECLARATION.sub("", text)))

    await xml_peer.fails(within_s=0.5)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("<s:Body>", "<s:Body/><s:Body>"),
        lambda text: text.replace("</s:Envelope>", "<s:Body/></s:Envelope>"),
        lambda text: text.replace("</s:Envelope>", "<s:Header/></s:Envelope>"),
        lambda text: text.replace("<s:Body>", '<x:Body xmlns:x="urn:x">').replace("</s:Body>", "</x:Body>"),
        lambda text: text.replace("s:Body>", "s:Header>"),
        lambda text: text.replace("<s:Body>", "<s:Body><s:Envelope><s:Body>").replace(
            "</s:Body>", "</s:Body></s:Envelope></s:Body>"
        ),
        lambda text: f"<x>{text}</x>",
        lambda text: text.replace(
            "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
        ),
        lambda text: text.replace("</s:Body>", "<s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body>"),
        lambda text: text.replace("<s:Body>", "<s:Body><wrapper>").replace("</s:Body>", "</wrapper></s:Body>"),
        lambda text: text.replace("<s:Body>", "<s:Body>text"),
        lambda text: text.replace(">1000<", ' xsi:nil="true">1000<'),
        lambda text: text.replace(">1000<", ' xsi:nil="maybe">1000<'),
    ],
)
async def test_an_envelope_that_is_not_one_answer_is_refused(change, peer):
    if peer.dialect.name != "soap":
        return
    peer.writes(change)

    await peer.fails()
