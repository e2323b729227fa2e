"""Records: one way to write each, and nobody in it by number or name."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.guard.subject import Subject, SubjectKind, customer, line
from gateway.audit.record import (
    BadRecordError,
    Basis,
    BasisKind,
    Changed,
    Entry,
    Outcome,
    canonical,
    people_of,
    read,
    record_of,
    time_of,
    written_time,
)
from gateway.audit.times import instant, micros
from tests.gateway.audit.making import ANNA, CLOCK, SECRETS, entry

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)
KEYS = st.text("0123456789", min_size=8, max_size=15)
TIMES = st.datetimes(
    min_value=dt.datetime(1970, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8))]),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Any operation; some of its words hold the key of somebody it is about."""
    about = draw(st.frozensets(st.builds(Subject, st.sampled_from(SubjectKind), KEYS), max_size=4))
    named = st.sampled_from([each.key for each in about]) if about else KEYS
    words = TEXT | named | st.builds("{}-{}".format, TEXT, named)
    basis = st.none() | st.builds(Basis, st.sampled_from(BasisKind), words)
    return Entry(
        caller=draw(TEXT.filter(lambda text: not any(c.isdigit() for c in text))),
        subject=draw(st.none() | named),
        about=about,
        read=draw(st.lists(st.sampled_from(["Line.msisdn", "Customer.name", "Bill.number"]))),
        digest="ab" * 32,
        operation=draw(st.none() | words),
        purpose=draw(st.none() | words),
        basis=draw(basis),
        systems=draw(st.frozensets(st.sampled_from(["crm", "hss"]))),
        outcome=draw(st.sampled_from(Outcome)),
        request="4f2a",
    )


@given(entries(), TIMES)
def test_a_record_is_read_as_it_was_written_and_in_no_other_way(found: Entry, at: dt.datetime) -> None:
    said = record_of(found, at=at, secrets=SECRETS).said

    body = canonical({**said, "seq": 2, "at": written_time(at)})

    again = read(body)
    assert body == canonical(again)
    # Anybody can write it so: members by name, no spaces, nothing but ASCII.
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert body.isascii()
    assert at == time_of(again)


@given(entries())
def test_nobody_is_in_a_record_by_any_key(found: Entry) -> None:
    record = record_of(found, at=CLOCK.now(), secrets=SECRETS)

    body = canonical(record.said).decode()
    people = "".join(people_of(record.said))
    for each in found.about:
        assert each.key not in body
        assert SECRETS.hashed(each.kind.value, each.key) in people


@pytest.mark.parametrize(
    "said",
    [
        {"operation": "Of99960000042"},
        {"operation": "of060000042"},
        {"operation": "Somebody12345678"},
        {"basis": Basis(BasisKind.CASE, "call from 0600-00042")},
        {"basis": Basis(BasisKind.CONSENT, "+999 6000 0042")},
        {"purpose": "99960000042"},
        {"operation": "ünïcode"},
        {"purpose": "x" * 300},
    ],
)
def test_words_that_name_somebody_or_are_none_are_hashed(said: dict[str, Any]) -> None:
    record = record_of(entry(**said), at=CLOCK.now(), secrets=SECRETS)

    ((name, given_as),) = said.items()
    text = given_as.reference if isinstance(given_as, Basis) else given_as
    kept: Any = record.said[name]
    assert SECRETS.hashed("text", text) == (kept["reference"] if name == "basis" else kept)


def test_half_a_character_stops_no_record() -> None:
    half = "\ud83d"
    found = entry([line(half)], subject=half, operation=half, purpose=half, basis=Basis(BasisKind.CASE, half))
    for each in (found, Changed(by=half, why=f"why {half}", what=half)):
        body = canonical(record_of(each, at=CLOCK.now(), secrets=SECRETS).said)

        assert body == canonical(read(body))


def test_words_that_name_nobody_stay_as_they_are() -> None:
    found = entry([*[ANNA], customer("7")], operation="Balance7", purpose="dpv:ServiceProvision")

    said = record_of(found, at=CLOCK.now(), secrets=SECRETS).said

    assert ("Balance7", "dpv:ServiceProvision", "desk", "4f2a") == (
        said["operation"],
        said["purpose"],
        said["caller"],
        said["request"],
    )


def test_an_entry_is_not_printed_with_people_in_it() -> None:
    found = entry(subject="anna@example", basis=Basis(BasisKind.CASE, "anna's"), operation="Anna")

    assert not any(word in repr(found) for word in ("99960000042", "anna", "Anna"))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b'{"a":1,"a":2}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":1}\n', b"\xff", b'{"a":"\\u0041"}'],
)
def test_what_was_not_written_by_us_is_no_record(body: bytes) -> None:
    with pytest.raises(BadRecordError):
        read(body)


@given(TIMES)
def test_times_are_exact(at: dt.datetime) -> None:
    assert at == instant(micros(at))


@pytest.mark.parametrize("at", ["2026-03-01T00:00:00", "2026-03-01T00:00:00+00:00", "yesterday", 7, None])
def test_a_time_written_otherwise_is_none(at: object) -> None:
    assert time_of({"at": at}) is None


def test_one_person_is_another_where_kinds_differ() -> None:
    assert SECRETS.hashed("line", "1") != SECRETS.hashed("customer", "1")
    assert line("1") != customer("1")
