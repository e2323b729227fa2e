"""
What one record says, and its canonical bytes. It holds nobody's number or name: people are keyed hashes.

An `Entry` is what the gateway knows when an operation ends, people in clear; it lives for as long as the request does.
A `Record` is what is kept. Between the two lies `record_of`, the one place where a person becomes a hash.
"""

import dataclasses
import datetime as dt
import enum
import functools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import orjson

from connectors.guard.subject import Subject
from gateway.audit.secrets import Secrets

TOKEN: Final = "token"  # noqa: S105 - a word, and no secret
"""The kind of a hash of what a token says in `sub`."""

TEXT: Final = "text"
"""The kind of a hash of words that somebody else chose and that may name a person."""

_PRINTABLE = re.compile(r"[ -~]{1,256}", re.ASCII)
_MANY_DIGITS = re.compile(r"[0-9]{7}", re.ASCII)
_NO_SIGN = re.compile(r"[^0-9a-z]", re.ASCII)
_TELLING = 7
"""So many last characters of a key tell whom it is of, however the number before them is written."""

_TOO_SHORT = 5
"""A shorter key is found in any text by chance, and says little there."""


class Outcome(enum.StrEnum):
    """What became of an operation."""

    ANSWERED = "answered"
    PARTLY = "partly"  # Something in the answer is null because of an error.
    REFUSED = "refused"
    FAILED = "failed"


class BasisKind(enum.StrEnum):
    """What allowed the operation."""

    CONSENT = "consent"
    GROUND = "ground"  # A legal ground that is set for the client.
    CASE = "case"


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """What allowed the operation, and the reference by which that can be found."""

    kind: BasisKind
    reference: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One operation that has ended, or is about to answer.

    *caller* is the id of a registered client, *subject* what its token says in `sub`. *about* is whom it was about,
    *read* the coordinates of personal fields that were read. *digest* is the operation's SHA-256, *operation* its name.
    *purpose* is as the token has it; *systems* were asked. *request* is the id that the client also got.
    """

    caller: str
    subject: str | None = dataclasses.field(default=None, repr=False)
    about: Collection[Subject] = dataclasses.field(default=(), repr=False)
    read: Collection[str] = ()
    digest: str
    operation: str | None = dataclasses.field(default=None, repr=False)
    purpose: str | None = None
    basis: Basis | None = None
    systems: Collection[str] = ()
    outcome: Outcome
    request: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """
    One thing that an operator changed in a running gateway: *what* in our own words, *by* whom and *why* in theirs.

    *version* is the one that it made, where what was changed has versions. None of it names a subscriber.
    """

    by: str
    why: str
    what: str
    version: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """What is kept of an entry, without its place in a chain. Some of what is *said* may be written as JSON already."""

    at: dt.datetime
    said: Mapping[str, Any]


class BadRecordError(ValueError):
    """These bytes are no record, or not the only way to write it. Quotes none of it."""


def record_of(entry: Entry | Changed, *, at: dt.datetime, secrets: Secrets) -> Record:
    """What is kept of *entry*. Words that others chose and that name one of its people are hashed, too."""
    if isinstance(entry, Changed):
        return Record(at, {"kind": "change", **{name: _written(value) for name, value in _fields(entry)}})
    tails = _tails(entry)
    basis = entry.basis
    said = {
        "kind": "operation",
        "caller": _words(entry.caller, (), secrets),
        "subject": None if entry.subject is None else secrets.hashed(TOKEN, entry.subject),
        "about": sorted({secrets.hashed(each.kind.value, each.key) for each in entry.about}),
        "read": _listed(frozenset(entry.read)),
        "digest": entry.digest,
        "operation": None if entry.operation is None else _name(entry.operation, tails, secrets),
        "purpose": None if entry.purpose is None else _words(entry.purpose, tails, secrets),
        "basis": basis and {"kind": basis.kind.value, "reference": _words(basis.reference, tails, secrets)},
        "systems": _listed(frozenset(entry.systems)),
        "outcome": entry.outcome.value,
        "request": _words(entry.request, (), secrets),  # Made by us, by chance.
    }
    return Record(at, said)


def canonical(said: Mapping[str, Any]) -> bytes:
    """
    The one way to write a record: JSON in UTF-8, members in order of their names, no spaces, no fractions.

    Whoever reads an exported record gets the same bytes again by writing it so.
    """
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def read(body: bytes) -> dict[str, Any]:
    """What the record *body* says. Raises BadRecordError for anything that `canonical` would not have written."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRecordError("it is not JSON") from None
    if not isinstance(said, dict) or canonical(said) != body:
        # A second member of one name, for instance: two readers could read two things.
        raise BadRecordError("it is not written as a record is")
    return said


def written_time(at: dt.datetime) -> str:
    """*at* as records have it: RFC 3339, in UTC, to the microsecond."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_of(said: Mapping[str, Any]) -> dt.datetime | None:
    """When the record was made, if it says so as records do."""
    try:
        found = dt.datetime.fromisoformat(said["at"])
        return found if written_time(found) == said["at"] else None
    except (KeyError, TypeError, ValueError):
        return None


def people_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The hashes by which the record is found: whom it is about, and on whose behalf it was asked; each once."""
    about, subject = said.get("about"), said.get("subject")
    named: Sequence[Any] = [*(about if isinstance(about, list) else ()), subject]
    return tuple(sorted({each for each in named if isinstance(each, str)}))


# All operations of one plan read the same; the longest part of a record is written once for them.
@functools.lru_cache(maxsize=1024)
def _listed(words: frozenset[str]) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(sorted(words)))


def _fields(entry: Changed) -> list[tuple[str, str | int | None]]:
    return [("by", entry.by), ("why", entry.why), ("what", entry.what), ("version", entry.version)]


def _written(value: str | int | None) -> str | int | None:
    # Half a character, which JSON can write and UTF-8 cannot, must not keep others from being written.
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _tails(entry: Entry) -> list[str]:
    keys = [each.key for each in entry.about]
    squeezed = (_squeezed(key) for key in (keys if entry.subject is None else [*keys, entry.subject]))
    return [each[-_TELLING:] for each in squeezed if len(each) >= _TOO_SHORT]


def _squeezed(text: str) -> str:
    return _NO_SIGN.sub("", text.lower())


def _words(text: str, tails: Sequence[str], secrets: Secrets) -> str:
    squeezed = _squeezed(text) if tails else ""
    named = any(tail in squeezed for tail in tails)
    return text if _PRINTABLE.fullmatch(text) and not named else secrets.hashed(TEXT, text)


def _name(text: str, tails: Sequence[str], secrets: Secrets) -> str:
    # Callers name their operations as they like; one may write the number into the name.
    return secrets.hashed(TEXT, text) if _MANY_DIGITS.search(text) else _words(text, tails, secrets)
