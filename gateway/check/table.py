"""The outcome as a table for people, as wide as their terminal, and as JSON for scripts. Pure."""

import json
import textwrap
from collections.abc import Sequence

from gateway.check.rows import Row, State, exit_code

_NARROWEST = 40
_STATE = 9
_SHOWN = {State.ERROR: "ERROR", State.WARNING: "warning"}


def as_text(rows: Sequence[Row], *, width: int, strict: bool = False) -> str:
    """A line for what is well, a block for what is not: what and where, then why and what to do. No colours."""
    width = max(width, _NARROWEST)
    what = max((len(each.what) for each in rows), default=0)
    lines = [f"{'state':<{_STATE}} {'what':<{what}}  where", "-" * min(width, 79)]
    for each in rows:
        lines += _block(each, what=what, width=width)
    return "\n".join([*lines, "", *_wrapped(_summary(rows, strict=strict), width, "")])


def as_json(rows: Sequence[Row], *, strict: bool = False) -> str:
    """`{"exit": 0, "rows": [{"state", "what", "where", "why", "do", "took_ms"}]}`; unknown times are null."""
    told = [
        {
            "state": each.state.value,
            "what": each.what,
            "where": each.where,
            "why": each.why,
            "do": each.do,
            "took_ms": each.took_ms,
        }
        for each in rows
    ]
    return json.dumps({"exit": exit_code(rows, strict=strict), "rows": told}, indent=2, ensure_ascii=False)


def _block(told: Row, *, what: int, width: int) -> list[str]:
    head = f"{_SHOWN.get(told.state, told.state.value):<{_STATE}} {told.what:<{what}}  "
    indent = " " * (_STATE + 1)
    lines = _wrapped(told.where, width, head, " " * len(head))
    lines += _wrapped(told.why, width, f"{indent}why: " if told.do else indent, f"{indent}     " if told.do else indent)
    return lines + (_wrapped(told.do, width, f"{indent}do:  ", f"{indent}     ") if told.do else [])


def _wrapped(text: str, width: int, first: str, rest: str = "") -> list[str]:
    # Addresses, paths and commands are copied from here, so words are broken only where nothing else helps.
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=True
    )


def _summary(rows: Sequence[Row], *, strict: bool) -> str:
    counted = {state: sum(each.state is state for each in rows) for state in State}
    parts = [
        f"{counted[State.OK]} ok",
        _many(counted[State.WARNING], "warning"),
        _many(counted[State.ERROR], "error"),
        *([f"{counted[State.NOT_ASKED]} not asked"] if counted[State.NOT_ASKED] else []),
    ]
    meaning = {
        0: "all is well",
        1: "a system does not answer as it should" if counted[State.ERROR] else "there are warnings (--strict)",
        2: "the settings cannot be used",
    }
    code = exit_code(rows, strict=strict)
    return f"{', '.join(parts)}: {meaning[code]} (exit {code})."


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
