"""
Which characters the bytes of an answer are: what it says of itself, believed only where nothing speaks against it.

An answer says it in up to three places: a byte order mark, the transport's charset parameter, and a declaration in the
document. A wrong guess is somebody's name in wrong letters, so whatever is in doubt is refused. Knows no XML or JSON.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

_BOM = "\ufeff"
_MARKS = (
    # Before UTF-16's, one of which it begins with. Nobody writes UTF-32; with no codec it is refused.
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS_BEGIN = {mark[:1] for mark, _ in _MARKS} | {b""}
_WIDE = {"utf-16-le", "utf-16-be"}
_EITHER_WIDE = "utf-16"
# Decoding holds up every other thread, so a large text is decoded in pieces, between which others take their turn.
_PIECE = 256 * 1024
# Control characters in ISO 8859, letters and quotes in the Windows pages that are often sent under its name.
_C1 = re.compile(rb"[\x80-\x9f]")


def _labels() -> Iterator[tuple[str, str]]:
    # A closed table, because Python's own also knows codecs that are no character sets (`base64`, `unicode_escape`),
    # imports modules by name, and remembers every name it was ever asked for.
    for codec, labels in {
        "utf-8": "utf-8 utf8",
        "ascii": "us-ascii ascii ansi_x3.4-1968 iso646-us",
        "utf-16": "utf-16 utf16",
        "utf-16-le": "utf-16le utf-16-le",
        "utf-16-be": "utf-16be utf-16-be",
        "gbk": "gbk gb2312 cp936 ms936 windows-936 x-gbk euc-cn",  # GB 2312 is a part of it, and is said instead of it.
        "gb18030": "gb18030",
        "big5": "big5 cn-big5 x-x-big5",
        "big5hkscs": "big5-hkscs",
        "shift_jis": "shift_jis shift-jis sjis",
        "cp932": "windows-31j cp932 ms932",
        "euc_jp": "euc-jp",
        "euc_kr": "euc-kr",
        "cp949": "cp949 windows-949 ms949",
        "cp874": "cp874 windows-874",
        "tis_620": "tis-620",
        "koi8_r": "koi8-r",
        "koi8_u": "koi8-u",
    }.items():
        yield from ((label, codec) for label in labels.split())
    for part in (*range(1, 12), *range(13, 17)):
        yield from ((label, f"iso8859_{part}") for label in (f"iso-8859-{part}", f"iso8859-{part}", f"iso_8859-{part}"))
    for page in range(1250, 1259):
        yield from ((label, f"cp{page}") for label in (f"windows-{page}", f"cp{page}"))
    yield from (("latin1", "iso8859_1"), ("latin-1", "iso8859_1"))


_CODECS = dict(_labels())


class Vouched(str):
    """The name of a charset that the operator vouches for: bytes that could be UTF-8 as well are of that charset."""

    __slots__ = ()


def vouched(name: str) -> Vouched:
    """*name*, vouched for; ValueError when no such charset is known here."""
    if name.lower() not in _CODECS:
        raise ValueError("not a charset that is known here; use a name such as utf-8, gbk or iso-8859-1")
    return Vouched(name)


class CharsetError(ValueError):
    """What the bytes of an answer mean is not certain. Says why, and nothing of what stands there."""


def head_of(body: bytes, *, size: int) -> str:
    """The first *size* characters, as far as they are ASCII, for finding a declaration; never for reading values."""
    body, marked = _unmarked(body)
    wide = marked if marked in _WIDE else _shape(body)
    return body[: 2 * size].decode(wide, "replace") if wide else body[:size].decode("latin-1")


def text_of(body: bytes, *, said: Iterable[str | None]) -> str:
    """
    The text of an answer without its byte order mark; UTF-8 when nobody says anything.

    *said* are the names given by transport and document, None where one says nothing. Raises CharsetError where the
    bytes are not of the charset said, where two that are said do not read the bytes alike, and where the bytes are
    UTF-8 although something else is said. (A few characters of GBK can be UTF-8 by accident; they are refused, too,
    unless the operator vouches for GBK.)
    """
    said = tuple(said)
    if len(body) <= _PIECE and body[:1] not in _MARKS_BEGIN and all(not name or _is_plain(name) for name in said):
        # Nearly every answer: nothing is said but UTF-8, and there is nothing to weigh against it.
        return _utf_8(body)
    body, marked = _unmarked(body)
    found = {_codec(name, body, marked) for name in said if name}
    found |= {marked} if marked is not None else set()
    texts = {codec: _decoded(body, codec) for codec in found or {"utf-8"}}
    text, *others = texts.values()
    if any(other != text for other in others):
        raise CharsetError("two different charsets are said")
    if text.startswith(_BOM):
        raise CharsetError("two byte order marks")
    doubted = texts.keys().isdisjoint({"utf-8", *_WIDE}) and not any(isinstance(name, Vouched) for name in said)
    if doubted and not body.isascii() and _is_utf_8(body):
        raise CharsetError("another charset is said, but the bytes are UTF-8")
    return text


def _is_plain(name: str) -> bool:
    return _CODECS.get(name.lower()) == "utf-8"


def _utf_8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        # Not chained: the cause holds the whole body.
        raise CharsetError("not of the charset that is said") from None


def _unmarked(body: bytes) -> tuple[bytes, str | None]:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            if not codec:
                raise CharsetError("a charset that is not known")
            return body[len(mark) :], codec
    return body, None


def _codec(name: str, body: bytes, marked: str | None) -> str:
    codec = _CODECS.get(name.lower())
    if codec is None:
        raise CharsetError("a charset that is not known")
    if codec != _EITHER_WIDE:
        return codec
    wide = marked if marked in _WIDE else _shape(body)
    if wide is None:
        raise CharsetError("not UTF-16, or in an order that nothing tells")
    return wide


def _shape(body: bytes) -> str | None:
    # XML and JSON begin with an ASCII character, so UTF-16 shows by where its zero byte stands.
    if len(body) < 2 or bool(body[0]) is bool(body[1]):
        return None
    return "utf-16-le" if body[0] else "utf-16-be"


def _decoded(body: bytes, codec: str) -> str:
    if codec.startswith("iso8859") and _C1.search(body):
        raise CharsetError("not of the charset that is said")
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        pieces = [decoder.decode(body[start : start + _PIECE]) for start in range(0, len(body), _PIECE)]
        return "".join((*pieces, decoder.decode(b"", final=True)))
    except UnicodeDecodeError:
        # Not chained: the cause holds the whole body.
        raise CharsetError("not of the charset that is said") from None


def _is_utf_8(body: bytes) -> bool:
    try:
        _decoded(body, "utf-8")
    except CharsetError:
        return False
    return True
