"""FAULTS 42: whatever an answer says of its encoding, a name in it is right or there is no answer."""

import codecs
import re

import pytest

from connectors.errors import BadData
from tests.security.neighbours.neighbour import DIALECTS, Neighbour, neighbour

NAME = "王小明 José €"
CHINESE = "王小明"
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")


@pytest.fixture
async def crm():
    async with neighbour(DIALECTS[2]) as found:
        yield found


async def name_from(crm: Neighbour, body: bytes, charset: str | None) -> str | None:
    """The customer's name, or None when the answer is refused."""
    crm.writes(lambda _: body, charset=charset)
    try:
        return await crm.ask()
    except BadData:
        return None


def document(name: str) -> str:
    return f'{{"id": "1", "name": "{name}"}}'


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
async def test_a_name_is_right_in_the_encoding_that_is_said(written, crm):
    said = None if written == "utf-8-sig" else written

    assert NAME == await name_from(crm, document(NAME).encode(written), said)


UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
OLDER = ["gbk", "gb18030", "big5hkscs", "iso-8859-15"]
SAID_UNICODE = [None, "utf-8", "UTF-16", "utf-16le", "utf-16be", "utf-32", "utf-7", "us-ascii"]
SAID = [
    *(*SAID_UNICODE, "gbk", "GB2312", "gb18030", "Big5", "iso-8859-1", "iso-8859-15", "windows-1252", "koi8-r"),
    *("cp037", "base64", "rot13", "unicode_escape", "punycode", "idna", "none", "utf-8;q=1", "'utf-8'", "utf-8\xff"),
]


@pytest.mark.parametrize("written", [*UNICODE, *OLDER])
async def test_no_lie_about_an_encoding_makes_another_name(written, crm):
    """
    But for one: nothing in GBK that is said to be Big5 tells that it is not.
    """
    for name in (NAME, CHINESE, "José"):
        if written in OLDER and name.encode(written, "ignore").decode(written) != name:
            continue
        for said in SAID if written in UNICODE else SAID_UNICODE:
            assert await name_from(crm, document(name).encode(written), said) in {name, None}, (name, said)


@pytest.mark.parametrize("written", [*UNICODE, *OLDER, "cp037"])
async def test_no_lie_in_a_declaration_does_either(written, xml_peer):
    """
    The value here is ASCII and its neighbour is not, so that nothing but the whole document's encoding is in question.
    """
    for declared in SAID:
        for said in (None, declared, "utf-8", "gbk"):

            def recoded(text: str, declared: str | None = declared) -> bytes:
                declaration = "" if declared is None else f'<?xml version="1.0" encoding="{declared}"?>'
                text = _DECLARATION.sub("", text).replace(
                    "hunter2", NAME if written not in {"iso-8859-15", "cp037"} else "é"
                )
                return (declaration + text).encode(written, "xmlcharrefreplace")

            xml_peer.writes(recoded, charset=said)
            await xml_peer.is_right_or_fails()


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\x00",
        b"\x01",
        b"\xef\xbf\xbe",
        b"\xef\xbf\xbf",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
    ],
    ids=lambda damage: damage.hex(),
)
async def test_bytes_that_are_no_text_spoil_the_answer(damage, peer):
    peer.writes(lambda text: text.encode().replace(b"hunter2", b"hunter2" + damage))

    await peer.fails()


@pytest.mark.parametrize(
    "digits", ["١٠٠٠", "１０００", "१०००", "𝟏𝟎𝟎𝟎", "Ⅰ000", "1００0", "①000", "1000\u200b", "\ufeff1000", "1\u00a0000"]
)
async def test_digits_of_other_scripts_are_no_number(digits, xml_peer):
    xml_peer.writes(lambda text: text.replace(">1000<", f">{digits}<"))

    await xml_peer.fails()


async def test_a_byte_order_mark_is_passed_over_and_two_are_not(peer):
    peer.writes(lambda text: codecs.BOM_UTF8 + text.strip().encode())
    assert peer.dialect.right == await peer.ask()

    peer.writes(lambda text: codecs.BOM_UTF8 * 2 + text.strip().encode())
    await peer.fails()


async def test_two_charsets_in_one_header_are_no_charset(peer):
    peer.writes(lambda text: text, charset="utf-8; charset=gbk")

    await peer.fails()
