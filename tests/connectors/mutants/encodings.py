"""An XML answer in other character encodings, said truly or not: in the byte order mark, the declaration, the transport."""

import re

from hypothesis import strategies as st

from tests.connectors.mutants.mutant import Effect, Mutant

WRITTEN = (
    *(
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-be",
        "utf-7",
        "us-ascii",
        "iso-8859-1",
    ),
    *(
        "iso-8859-15",
        "windows-1252",
        "windows-1251",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-kr",
        "cp037",
        "cp1140",
    ),
)
"""Encodings to write an answer in, by Python's names."""

SAID = (None, "", *WRITTEN, "UTF-8", "utf8", "none-such", "base64", "rot13", "unicode_escape", "idna", "hex", "\x00")
"""What may be said of it, true or not. None: nothing is said."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def recoded(body: bytes) -> st.SearchStrategy[Mutant]:
    """*body*, which is UTF-8, in any encoding that can carry it, with anything said of that."""
    text = _DECLARATION.sub("", body.decode())
    able = [name for name in WRITTEN if _can(text, name)]
    written, said = (
        st.sampled_from(able),
        st.sampled_from([name for name in SAID if name is None or name.isprintable()]),
    )
    honest = written.flatmap(lambda name: st.builds(_recoded, st.just(text), st.just(name), _true(name), _true(name)))
    return honest | st.builds(_recoded, st.just(text), written, said, said)


def _true(name: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, name.removesuffix("-sig")])


def _can(text: str, name: str) -> bool:
    try:
        text.encode(name)
    except UnicodeEncodeError:
        return False
    return True


def _recoded(text: str, written: str, declared: str | None, charset: str | None) -> Mutant:
    declaration = "" if declared is None else f'<?xml version="1.0" encoding="{declared}"?>'
    kind = f"written in {written}, declared {declared}, sent as {charset}"
    return Mutant(kind=kind, effect=Effect.OTHER, body=(declaration + text).encode(written), charset=charset)
