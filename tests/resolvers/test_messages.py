"""What callers read: a sentence for every code in both languages, and the language they prefer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import errors
from resolvers import failures
from resolvers.messages import CODES, message, preferred

RAISED = {found.code for found in vars(errors).values() if isinstance(found, type) and hasattr(found, "code")} | {
    found.code for found in vars(failures).values() if isinstance(found, type) and hasattr(found, "code")
}


def test_every_code_that_can_be_raised_has_its_sentence() -> None:
    assert {"NOT_FOUND", "BAD_INPUT", "INTERNAL"} < RAISED
    assert RAISED <= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_has_a_sentence_in_english_and_in_chinese(code: str) -> None:
    english, chinese = message(code, "en"), message(code, "zh")

    assert english.isascii()
    assert english.endswith(".")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert chinese.endswith("。")


def test_sentences_differ_from_code_to_code() -> None:
    assert len(CODES) == len({message(code, "en") for code in CODES}) == len({message(code, "zh") for code in CODES})


def test_an_unknown_code_is_internal() -> None:
    assert message("INTERNAL") == message("NO_SUCH_CODE")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("ZH-Hant-HK", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("en;q=0.5, zh;q=0.5", "en"),
        ("fr, de;q=0.9, zh;q=0.1", "zh"),
        ("fr", "en"),
        ("*", "en"),
        ("zh;q=0, en", "en"),
        ("zh;q=0.000", "en"),
        ("zh ; q = 0.7 , en;q=0.6", "zh"),
        ("zh;q=9", "en"),
        ("zh;q=abc", "en"),
        ("zho", "en"),
    ],
)
def test_the_language_with_the_most_weight_is_used(header: str | None, language: str) -> None:
    assert language == preferred(header)


@given(st.text())
def test_no_header_is_too_odd(header: str) -> None:
    assert preferred(header) in {"en", "zh"}
