"""The table for people and the JSON for scripts: the same rows, no wider than the terminal, no colours."""

import json

import pytest

from gateway.check import Row, State, as_json, as_text, exit_code
from gateway.check.rows import Area, sentence

OK = Row(State.OK, "crm", "crm.example:8080/base", "It answered in 12 ms.", "", Area.SYSTEM, 12)
WARNING = Row(State.WARNING, "secrets", "/etc/switchboard.toml", "Too open.", "chmod o-r " + "/run/secrets/x " * 9)
ERROR = Row(State.ERROR, "billing", "10.0.0.1:443/services/Bc", "Nothing there. " * 9, "Correct it. " * 9, Area.SYSTEM)
WRONG = Row(State.ERROR, "settings", "/etc/switchboard.toml: server.port", "Is too large.", "Correct it there.")
ROWS = [OK, WARNING, ERROR, WRONG]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 300])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, as_text(ROWS, width=width).splitlines())) <= width


def test_a_terminal_of_no_width_gets_a_narrow_table() -> None:
    assert max(map(len, as_text(ROWS, width=0).splitlines())) <= 40


def test_everything_a_row_says_is_there() -> None:
    words = as_text(ROWS, width=80).split()

    for row in ROWS:
        for text in (row.what, row.where, row.why, row.do):
            assert set(text.split()) <= set(words)


def test_why_and_what_to_do_stand_on_lines_of_their_own() -> None:
    lines = as_text([WRONG], width=80).splitlines()

    assert "          why: Is too large." in lines
    assert "          do:  Correct it there." in lines


def test_nothing_colours_the_terminal() -> None:
    assert "\x1b" not in as_text(ROWS, width=80)


@pytest.mark.parametrize(
    ("rows", "strict", "code", "told"),
    [
        ([OK], False, 0, "1 ok, 0 warnings, 0 errors: all is well (exit 0)."),
        ([OK, WARNING], False, 0, "1 ok, 1 warning, 0 errors: all is well (exit 0)."),
        ([OK, WARNING], True, 1, "1 ok, 1 warning, 0 errors: there are warnings (--strict) (exit 1)."),
        ([OK, ERROR], False, 1, "1 ok, 0 warnings, 1 error: a system does not answer as it should (exit 1)."),
        ([ERROR, WRONG], False, 2, "0 ok, 0 warnings, 2 errors: the settings cannot be used (exit 2)."),
        ([WRONG, WARNING], True, 2, "0 ok, 1 warning, 1 error: the settings cannot be used (exit 2)."),
    ],
)
def test_the_last_line_says_how_it_stands(rows: list[Row], strict: bool, code: int, told: str) -> None:  # noqa: FBT001
    assert code == exit_code(rows, strict=strict)
    assert told == as_text(rows, width=100, strict=strict).splitlines()[-1]


def test_scripts_get_the_same_rows() -> None:
    told = json.loads(as_json(ROWS))

    assert 2 == told["exit"]
    assert [(row.state.value, row.what, row.where, row.why, row.do, row.took_ms) for row in ROWS] == [
        (row["state"], row["what"], row["where"], row["why"], row["do"], row["took_ms"]) for row in told["rows"]
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("is missing", "Is missing."), ("a.wsdl is none", "a.wsdl is none."), ("`x` is it.", "`x` is it."), ("", "")],
)
def test_a_sentence_begins_and_ends_as_one(text: str, told: str) -> None:
    assert told == sentence(text)
