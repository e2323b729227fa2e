"""What an answer says of its characters is believed only where nothing speaks against it."""

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.charset import _CODECS, CharsetError, head_of, text_of, vouched

NAME = '"王小明"'


def read(body: bytes, *said: str | None) -> str:
    return text_of(body, said=said)


@pytest.mark.parametrize("said", [(), (None,), (None, None), ("",), ("utf-8",), ("UTF-8", None), ("utf8", "Utf-8")])
def test_utf_8_is_what_is_meant_when_nothing_or_that_is_said(said):
    assert NAME == read(NAME.encode(), *said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gbk", "GBK"),
        ("gbk", "gb2312"),
        ("gb18030", "GB18030"),
        ("big5", "Big5"),
        ("shift_jis", "Shift_JIS"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "utf-16be"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_another_charset_is_read_when_it_is_said(written, said):
    text = '"王小日"' if written == "big5" else NAME

    assert text == read(text.encode(written), said)


@pytest.mark.parametrize(
    ("text", "written", "said"),
    [
        ("José Müller", "latin-1", "ISO-8859-1"),
        ("5 €", "iso-8859-15", "iso-8859-15"),
        ("5 € – “José”", "cp1252", "windows-1252"),
        ("Иван", "cp1251", "windows-1251"),
        ("Иван", "koi8-r", "KOI8-R"),
        ("Γιώργος", "iso-8859-7", "ISO-8859-7"),
    ],
)
def test_charsets_of_one_byte_a_character_are_read_when_they_are_said(text, written, said):
    assert text == read(text.encode(written), said)


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_enough_and_is_no_part_of_the_text(written):
    assert NAME == read(NAME.encode(written))


def test_a_byte_order_mark_may_stand_before_what_it_agrees_with():
    assert NAME == read(codecs.BOM_UTF16_BE + NAME.encode("utf-16-be"), "utf-16be", "UTF-16")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (NAME.encode(), ("gbk",)),
        (NAME.encode(), ("utf-8", "gbk")),
        (NAME.encode("gbk"), ("utf-8", "gbk")),
        (NAME.encode("gbk"), ("gbk", "big5")),
        (NAME.encode("utf-8-sig"), ("gbk",)),
        (NAME.encode("utf-16"), ("utf-8",)),
        (codecs.BOM_UTF16_LE + NAME.encode("utf-16-le"), ("utf-16be",)),
        (b'"ASCII"', ("utf-16",)),
        (b'"ASCII"', ("utf-8", "utf-16le")),
    ],
)
def test_words_that_contradict_each_other_or_the_bytes_are_refused(body, said):
    with pytest.raises(CharsetError):
        read(body, *said)


@pytest.mark.parametrize("said", [("gbk", "utf-8"), ("iso-8859-1", "us-ascii", "big5"), ("windows-1252", "gb18030")])
def test_they_may_contradict_each_other_where_all_read_the_same(said):
    assert "Jo Miller" == read(b"Jo Miller", *said)


def test_windows_letters_sent_as_iso_8859_are_refused():
    with pytest.raises(CharsetError):
        read("5 €".encode("cp1252"), "iso-8859-1")


@pytest.mark.parametrize("said", ["iso-8859-1", "windows-1252", "gbk", "koi8-r"])
def test_utf_8_sent_as_something_else_is_never_mojibake(said):
    with pytest.raises(CharsetError):
        read("José".encode(), said)


@pytest.mark.parametrize(
    "name",
    [
        *("base64", "rot13", "rot_13", "hex", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "zip", "uu"),
        *("undefined", "mbcs", "utf-7", "utf-32", "utf_8_sig", "cp037", "cp500", "ebcdic-cp-us", "iso-2022-jp", "hz"),
        *("none-such", "x" * 5000, "utf\x008", "ütf-8", "a b", "../../etc", "encodings.utf_8", "utf-8,gbk"),
    ],
    ids=lambda name: ascii(name[:20]),
)
def test_a_name_that_is_no_charset_we_know_never_decodes(name):
    for body in (b'"aGVsbG8="', "é".encode(), b"+AOk-"):
        with pytest.raises(CharsetError):
            read(body, name)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff", ()),
        (b"\xc0\xae", ()),
        (b"\xed\xa0\x80", ()),
        (b"\xf4\x90\x80\x80", ()),
        ("é".encode(), ("us-ascii",)),
        (b"\x81", ("windows-1252",)),
        (b"\xff", ("gbk",)),
        (NAME.encode("gbk")[:-2], ("gbk",)),
        (NAME.encode("utf-16-le")[:-1], ("utf-16le",)),
        (b"\xff\xfe\x00\xd8", ()),
        (codecs.BOM_UTF8 * 2 + b"x", ()),
        ("x".encode("utf-32"), ()),
        (codecs.BOM_UTF32_BE + b"\x00\x00\x00x", ()),
        ("é".encode("utf-7"), ("utf-7",)),
    ],
)
def test_bytes_that_are_not_of_their_charset_are_refused(body, said):
    with pytest.raises(CharsetError) as caught:
        read(body, *said)

    assert caught.value.__cause__ is None


def test_a_large_text_is_whole_wherever_its_pieces_end():
    text = "x" * 262_143 + "王" * 3 + "😀" * 10

    for written in ("utf-8", "utf-16", "gb18030"):
        assert text == read(text.encode(written), written)


def test_every_label_has_a_codec():
    for codec in _CODECS.values():
        assert "x" == codecs.getincrementaldecoder(codec)().decode("x".encode(codec), final=True)


def test_the_head_is_found_in_wide_characters_too():
    for written in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk"):
        assert "<?xml" == head_of("<?xml version?><a>王</a>".encode(written), size=5)


def _readings(body: bytes, codec: str) -> list[str]:
    """What *body* can mean in *codec*, which may leave the order of bytes open."""
    found = []
    for each in ("utf-16-le", "utf-16-be", "utf-16") if codec == "utf-16" else (codec,):
        with contextlib.suppress(UnicodeDecodeError):
            found.append(body.decode(each).removeprefix("\ufeff"))
    return found


@given(st.text(min_size=1), st.sampled_from(sorted(set(_CODECS.values()))), st.sampled_from(sorted(_CODECS)))
def test_any_text_said_to_be_anything_is_read_right_or_refused(text, written, said):
    """
    Right is what was written, or where another charset was said, what that one makes of it.
    """
    with contextlib.suppress(CharsetError, UnicodeEncodeError):
        body = text.encode(written)
        assert read(body, said) in {text.removeprefix("\ufeff"), *_readings(body, _CODECS[said])}


@given(st.binary(max_size=100), st.lists(st.sampled_from(sorted(_CODECS)), max_size=3))
def test_any_bytes_are_text_or_refused(body, said):
    with contextlib.suppress(CharsetError):
        assert isinstance(read(body, *said), str)
    with contextlib.suppress(CharsetError):
        head_of(body, size=10)


def test_an_operator_can_vouch_for_a_charset_whose_bytes_could_be_utf_8():
    both = "小英"
    assert both.encode("gbk").decode("utf-8") != both, "the same bytes are another text in UTF-8"

    with pytest.raises(CharsetError):
        read(both.encode("gbk"), "gbk")
    assert both == read(both.encode("gbk"), vouched("GBK"))
    assert both == read(both.encode("gbk"), vouched("gbk"), "GB2312")


def test_vouching_makes_wrong_bytes_no_text():
    with pytest.raises(CharsetError):
        read(b"\xff\xff", vouched("gbk"))
    with pytest.raises(CharsetError):
        read("José".encode(), vouched("gbk"), "utf-8")


@pytest.mark.parametrize("name", ["", "base64", "klingon"])
def test_a_charset_that_is_not_known_cannot_be_vouched_for(name):
    with pytest.raises(ValueError, match="not a charset"):
        vouched(name)
