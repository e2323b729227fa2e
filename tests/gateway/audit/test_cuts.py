"""Statements of cuts: what is left is proven, and whatever else is done to a chain or its statement is found."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import START, Head, witnessed
from gateway.audit.cuts import Cut
from gateway.audit.prunable import STEP, Prunable
from gateway.audit.secrets import Secrets
from gateway.audit.verify import Wrong, begins, forged, of_kept
from tests.gateway.audit.making import CLOCK, SECRETS, chain, findings

COUNT = 6
HEAD, ROWS = chain(COUNT)
PLACES = st.integers(1, COUNT + 1)
LATER = CLOCK.now() + dt.timedelta(days=1)


def _cut(place: int, *, secrets: Secrets = SECRETS) -> Cut:
    head = Head("c1", place, ROWS[place - 1].hash)
    return Cut(head=head, at=LATER, before=LATER, by="ann", why="retention").signed(secrets)


@given(PLACES)
def test_what_is_left_after_a_cut_is_right(place: int) -> None:
    cut = _cut(place)

    assert [] == findings(ROWS[place:], [HEAD], begins=begins([cut], SECRETS))
    assert [] == list(forged([cut], SECRETS, where="the table"))


@given(PLACES)
def test_without_its_statement_a_cut_is_theft(place: int) -> None:
    found = findings(ROWS[place:], [HEAD])

    assert {Wrong.CUT if place == COUNT + 1 else Wrong.MISSING} == {each.wrong for each in found}


@given(PLACES, PLACES)
def test_a_chain_that_does_not_begin_where_its_statement_says_is_found(said: int, gone: int) -> None:
    assert bool(findings(ROWS[gone:], [HEAD], begins=begins([_cut(said)], SECRETS))) == (said != gone)


@given(PLACES, st.sampled_from(["chain", "length", "hash", "at", "before", "by", "why", "signature"]))
def test_whatever_is_changed_in_a_statement_is_found_and_it_says_nothing_any_more(place: int, what: str) -> None:
    cut = _cut(place)
    head = cut.head
    of_head: dict[str, Any] = {"chain": "c9", "length": 99, "hash": bytes(32)}
    others: dict[str, Any] = {"at": CLOCK.now(), "before": CLOCK.now(), "by": "bob", "why": "x", "signature": "a:b"}
    changes = {"head": dataclasses.replace(head, **{what: of_head[what]})} if what in of_head else {what: others[what]}

    changed = dataclasses.replace(cut, **changes)

    assert [Wrong.FORGED] == [each.wrong for each in forged([changed], SECRETS, where="the table")]
    assert {} == begins([changed], SECRETS)


def test_a_statement_of_somebody_without_the_secret_is_none() -> None:
    cut = _cut(3, secrets=Secrets([b"another"]))

    assert {} == begins([cut], SECRETS)
    assert "signed with a secret that is not in" in next(forged([cut], SECRETS, where="the table")).why


def test_a_head_is_no_statement_and_a_statement_no_head() -> None:
    cut = _cut(3)

    assert {} == begins([dataclasses.replace(cut, signature=HEAD.signature)], SECRETS)
    head = dataclasses.replace(HEAD, head=cut.head, at=cut.at, signature=cut.signature)
    assert [Wrong.FORGED] == [each.wrong for each in forged([head], SECRETS, where="the table")]


def test_a_record_put_before_the_place_of_a_cut_is_found() -> None:
    found = findings([ROWS[1], *ROWS[3:]], [HEAD], begins=begins([_cut(3)], SECRETS))

    assert [(Wrong.UNWITNESSED, 2)] == [(each.wrong, each.seq) for each in found]


def test_a_chain_cut_whole_whose_head_is_gone_is_found() -> None:
    found = findings([], [], begins=begins([_cut(COUNT + 1)], SECRETS))

    assert [Wrong.UNWITNESSED] == [each.wrong for each in found]


@pytest.mark.parametrize(("length", "is_right"), [(2, True), (3, True), (5, True)])
def test_heads_that_were_kept_before_a_cut_still_fit(length: int, is_right: bool) -> None:  # noqa: FBT001
    kept = witnessed(Head("c1", length, ROWS[length - 1].hash), at=CLOCK.now(), secrets=SECRETS)

    assert is_right == (not findings(ROWS[3:], [HEAD], of_kept([kept]), begins([_cut(3)], SECRETS)))


def test_another_hash_witnessed_at_the_place_of_a_cut_is_found() -> None:
    kept = witnessed(Head("c1", 3, bytes(32)), at=CLOCK.now(), secrets=SECRETS)

    found = findings(ROWS[3:], [HEAD], of_kept([kept]), begins([_cut(3)], SECRETS))

    assert [(Wrong.REWRITTEN, 3)] == [(each.wrong, each.seq) for each in found]


def _prunable(old: int, *, witnessed_to: int = COUNT + 1, begin: int = 0) -> Prunable:
    """As if the first *old* of the records were from before."""
    head = dataclasses.replace(HEAD, head=Head("c1", witnessed_to, b""))
    began = {"c1": Head("c1", begin, ROWS[begin - 1].hash if begin else START)}
    found = Prunable(LATER, [head], began if begin else {})
    for row in ROWS[begin:]:
        day = dt.timedelta(days=0 if row.seq <= old else 2)
        found.row(dataclasses.replace(row, at_us=row.at_us + round(day.total_seconds() * 1_000_000)))
    return found


@pytest.mark.parametrize(("old", "cut"), [(0, []), (1, [1]), (4, [4]), (COUNT + 1, [COUNT + 1])])
def test_a_chain_is_cut_to_where_it_is_old(old: int, cut: list[int]) -> None:
    found = _prunable(old)

    assert cut == [head.length for head in found.steps("c1")]
    assert (["c1"] if cut else []) == found.chains


def test_what_nobody_witnessed_is_not_cut() -> None:
    assert [4] == [head.length for head in _prunable(COUNT + 1, witnessed_to=4).steps("c1")]
    assert [] == Prunable(LATER, [], {}).chains


def test_what_was_cut_before_is_not_counted_again() -> None:
    assert 3 == _prunable(5, begin=2).records("c1")


def test_many_records_are_cut_in_steps() -> None:
    head = dataclasses.replace(HEAD, head=Head("c1", 3 * STEP, b""))
    found = Prunable(LATER, [head], {})
    for seq in range(1, 2 * STEP + 500):
        found.row(dataclasses.replace(ROWS[0], seq=seq))

    assert [STEP, 2 * STEP, 2 * STEP + 499] == [each.length for each in found.steps("c1")]
    assert 2 * STEP + 499 == found.records("c1")


def test_what_is_old_behind_what_is_not_stays() -> None:
    """Clocks go back, and chains are cut in one place."""
    found = Prunable(LATER, [HEAD], {})
    for row in ROWS:
        found.row(dataclasses.replace(row, at_us=row.at_us + (1 << 50 if row.seq == 3 else 0)))

    assert [2] == [head.length for head in found.steps("c1")]
