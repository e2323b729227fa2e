"""What a check finds: rows of what, where, why and what to do, and the exit code they add up to. Pure."""

import dataclasses
import enum
from collections.abc import Iterable

from gateway.settings import Mistake


class State(enum.StrEnum):
    """How it stands with what a row is about. Values are what people and scripts read."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    NOT_ASKED = "not asked"


class Area(enum.Enum):
    """Where a row's trouble lies; the exit code tells the two apart."""

    SETTINGS = "settings"
    SYSTEM = "system"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was found out: why, and what to do about it, each a sentence that holds nothing secret.

    *setting* is the one that is wrong where nothing had to be asked to see it.
    """

    why: str
    do: str = ""
    state: State = State.ERROR
    setting: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One line of the outcome. *took_ms* is how long the system took, where it was asked."""

    state: State
    what: str
    where: str
    why: str
    do: str = ""
    area: Area = Area.SETTINGS
    took_ms: int | None = None


def row(finding: Finding, *, what: str, where: str, area: Area, took_ms: int | None = None) -> Row:
    """The row that tells *finding*."""
    return Row(finding.state, what, where, finding.why, finding.do, area, took_ms)


def row_of(mistake: Mistake) -> Row:
    """The row of a mistake in the settings."""
    where = ": ".join(part for part in (mistake.origin, mistake.place) if part)
    return Row(State.ERROR, "settings", where, sentence(mistake.why), sentence(mistake.advice or "correct it there"))


def sentence(text: str) -> str:
    """*text* with a capital at its beginning, unless it begins with a name such as a file's, and a full stop."""
    first, _, _ = text.partition(" ")
    begun = f"{text[:1].upper()}{text[1:]}" if first.isalpha() else text
    return f"{begun.rstrip('.')}." if text else ""


def exit_code(rows: Iterable[Row], *, strict: bool = False) -> int:
    """0 when all is well, 1 when a system does not answer as it should, 2 when the settings cannot be used."""
    found = {(each.state, each.area) for each in rows}
    states = {state for state, _ in found}
    if (State.ERROR, Area.SETTINGS) in found:
        return 2
    return 1 if State.ERROR in states or (strict and State.WARNING in states) else 0
