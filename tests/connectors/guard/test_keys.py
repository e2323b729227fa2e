"""Keys and tags: no key fits two questions, none shows a number, and who shares the secret finds the same."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.capabilities import Period
from connectors.guard import Keys, Subject, SubjectKind, subject
from connectors.guard.keys import _canonical
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import call

NUMBER = "99960000042"


def test_whoever_shares_the_secret_finds_the_same_and_nobody_else_does() -> None:
    one, same, other, alone = Keys(b"secret"), Keys(b"secret"), Keys(b"Secret"), Keys()

    assert one.key(call(NUMBER)) == same.key(call(NUMBER))
    assert one.tags([subject.line(NUMBER)]) == same.tags([subject.line(NUMBER)])
    assert 3 == len({each.key(call(NUMBER)) for each in (one, other, alone)})
    assert 3 == len({each.tags([subject.line(NUMBER)]) for each in (one, other, alone)})


def test_releases_that_differ_in_what_they_keep_share_tags_but_no_keys() -> None:
    before, after = Keys(b"secret", version="1"), Keys(b"secret", version="2")

    assert before.key(call(NUMBER)) != after.key(call(NUMBER))
    assert before.tags([subject.line(NUMBER)]) == after.tags([subject.line(NUMBER)])


def test_a_tag_names_a_kind_in_plain_words_and_a_key_never() -> None:
    (line,) = Keys().tags([subject.line(NUMBER)])

    assert line.startswith("line:")
    assert NUMBER not in line
    assert ("system:crm",) == Keys().tags((), ["crm"])


def test_one_key_of_two_kinds_has_two_tags_that_nobody_can_match() -> None:
    hashes = {tag.partition(":")[2] for tag in Keys().tags([Subject(kind, NUMBER) for kind in SubjectKind])}

    assert len(SubjectKind) == len(hashes)


def test_who_is_named_twice_has_one_tag() -> None:
    asked = dataclasses.replace(call(), about=(subject.line(NUMBER),), names=lambda value: [subject.line(value)] * 3)

    assert 2 == len(Keys().tags_of(asked, NUMBER))
    assert 3 == len(Keys().tags_of(asked, "99960000043"))
    assert 2 == len(Keys().tags_of(asked))


def test_a_subject_is_printed_without_its_key() -> None:
    assert NUMBER not in repr(subject.line(NUMBER))


def test_a_key_may_be_any_text() -> None:
    assert Keys().tags([subject.customer("\ud800")])


@dataclasses.dataclass(frozen=True)
class Pair:
    one: str
    two: str = dataclasses.field(repr=False)


arguments = st.recursive(
    st.text(max_size=5)
    | st.integers()
    | st.booleans()
    | st.none()
    | st.binary(max_size=3)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.sampled_from(PrepaidPart)
    | st.datetimes(timezones=st.just(dt.UTC)).map(lambda at: Period(start=at, end=at + dt.timedelta(0)))
    | st.builds(Pair, st.text(max_size=3), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "bc"), ("ab", "c")), (("astrb",), ("a", "b")), ((1,), ("1",)), ((1,), (True,)), ((), ((),))],
)
def test_arguments_that_look_alike_when_joined_have_keys_of_their_own(one, other):
    assert _canonical(one) != _canonical(other)


@settings(max_examples=60)
@given(arguments, arguments)
def test_only_equal_arguments_have_equal_keys(one, other):
    if _canonical(one) == _canonical(other):
        assert one == other


@settings(max_examples=40)
@given(arguments)
def test_a_key_does_not_depend_on_the_order_of_a_set(argument):
    members = [argument, "x", 7, Decimal("1.5")]

    assert _canonical(frozenset(members)) == _canonical(frozenset(reversed(members)))
