"""Ids: the same thing has the same id, nobody without the secret can read or make one, and secrets can be changed."""

import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resolvers.ids import MAX_REMEMBERED, ForeignIdError, IdCodec
from schema.source import Ref

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
REFS = st.builds(Ref, kind=TEXTS, system=TEXTS, key=st.lists(TEXTS, max_size=4).map(tuple))
CODEC = IdCodec([b"a secret"])
LINE = Ref("line", "", ("99960000042",))


def _bytes(text: str) -> bytes:
    text = text.removeprefix("sb1")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@given(REFS)
def test_an_id_opens_to_what_was_sealed(ref: Ref) -> None:
    assert ref == CODEC.open(CODEC.seal(ref))


@given(REFS)
def test_the_same_thing_has_the_same_id_on_every_replica(ref: Ref) -> None:
    assert CODEC.seal(ref) == IdCodec([b"a secret"]).seal(ref)
    assert CODEC.cursor(ref) == IdCodec([b"a secret"]).cursor(ref)


@given(REFS, REFS)
def test_different_things_have_different_ids_and_cursors(one: Ref, other: Ref) -> None:
    assume(one != other)

    assert CODEC.seal(one) != CODEC.seal(other)
    assert CODEC.cursor(one) != CODEC.cursor(other)


def test_parts_of_a_key_are_not_run_together() -> None:
    assert CODEC.seal(Ref("bill", "b", ("1", "23"))) != CODEC.seal(Ref("bill", "b", ("12", "3")))


@given(REFS)
def test_an_id_is_plain_letters_that_need_no_quoting(ref: Ref) -> None:
    assert set(CODEC.seal(ref)) <= set(string.ascii_letters + string.digits + "-_")


@given(REFS)
def test_another_secret_makes_other_ids_and_opens_none(ref: Ref) -> None:
    other = IdCodec([b"another secret"])

    assert other.seal(ref) != CODEC.seal(ref)
    with pytest.raises(ForeignIdError):
        other.open(CODEC.seal(ref))


@given(REFS)
def test_a_new_first_secret_seals_anew_and_old_ids_still_open(ref: Ref) -> None:
    changed = IdCodec([b"a new secret", b"a secret"])

    assert ref == changed.open(CODEC.seal(ref))
    assert IdCodec([b"a new secret"]).seal(ref) == changed.seal(ref)


@given(REFS, st.data())
def test_an_id_with_one_letter_changed_is_refused(ref: Ref, data: st.DataObject) -> None:
    sealed = CODEC.seal(ref)
    place = data.draw(st.integers(3, len(sealed) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_"))
    assume(letter != sealed[place])

    with pytest.raises(ForeignIdError):
        CODEC.open(sealed[:place] + letter + sealed[place + 1 :])


@pytest.mark.parametrize("key", ["1", "12", "123"])
def test_the_last_letter_has_one_right_form(key: str) -> None:
    """
    Base64 leaves bits of it unused, and texts that differ there would otherwise be ids of the same thing.
    """
    sealed = CODEC.seal(Ref("line", "", (key,)))

    for letter in set(string.ascii_letters + string.digits + "-_+/=") - {sealed[-1]}:
        with pytest.raises(ForeignIdError):
            CODEC.open(sealed[:-1] + letter)


@given(REFS, st.text(max_size=5).filter(bool))
def test_an_id_with_something_added_is_refused(ref: Ref, added: str) -> None:
    with pytest.raises(ForeignIdError):
        CODEC.open(CODEC.seal(ref) + added)


@given(st.text())
def test_any_text_is_an_id_of_ours_or_foreign_or_no_id_and_nothing_else(text: str) -> None:
    assert text.startswith("sb1") or CODEC.open(text) is None
    with pytest.raises(ForeignIdError):
        CODEC.open(f"sb1{text}")


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_neither_an_id_nor_its_bytes_hold_the_number(msisdn: str) -> None:
    ref = Ref("line", "", (msisdn,))

    for text in (CODEC.seal(ref), CODEC.cursor(ref)):
        assert msisdn not in text
        assert msisdn.encode() not in _bytes(text)


def test_a_refusal_does_not_quote_the_id_and_does_not_chain_what_does() -> None:
    with pytest.raises(ForeignIdError) as caught:
        CODEC.open("sb1§99960000042")

    assert "99960000042" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_form_of_an_id_does_not_change_between_versions() -> None:
    """
    Callers keep ids. This one was made by version 0.1.
    """
    assert LINE == IdCodec([b"kept"]).open("sb1YOukJ685nGTPNCrmSYUZLnw2bt706m1Wl_bcv1VxgYzmHH315btY2fc")


def test_ids_that_were_made_before_are_kept_within_a_bound() -> None:
    codec, fresh = IdCodec([b"secret"]), IdCodec([b"secret"])
    refs = [Ref("bill", "billing", ("A", str(n))) for n in range(MAX_REMEMBERED + 1)]

    assert [codec.seal(ref) for ref in refs[:100]] == [fresh.seal(ref) for ref in refs[:100]]
    assert [codec.seal(ref) for ref in refs[:100]] == [fresh.seal(ref) for ref in refs[:100]]
    for ref in refs:
        codec.seal(ref)
    assert MAX_REMEMBERED == codec._seal_remembered.cache_info().currsize
    assert fresh.open(codec.seal(refs[-1])) == refs[-1]


def test_things_that_are_alike_have_ids_of_their_own() -> None:
    codec = IdCodec([b"secret"])
    refs = [
        Ref("bill", "a", ("b", "c")),
        Ref("bill", "a", ("bc",)),
        Ref("bil", "la", ("b", "c")),
        Ref("bill", "a", ("b",)),
    ]

    assert len(refs) == len({codec.seal(ref) for ref in refs})
