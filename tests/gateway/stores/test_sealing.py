"""What leaves the process sealed opens with its key, under its name and whole, and not otherwise; the same of envelopes."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.stores.envelope import headed, parted, unwrapped, wrapped
from gateway.stores.sealing import Plain, Sealed

OLD, NEW = b"an old key that is long enough", b"a new key that is long enough"


@given(value=st.binary(max_size=200), name=st.text(max_size=20))
def test_what_was_sealed_opens(value: bytes, name: str) -> None:
    assert value == Sealed([NEW]).open(Sealed([NEW]).seal(value, name), name)
    assert value == Plain().open(Plain().seal(value, name), name)


def test_an_old_key_opens_and_the_first_one_seals() -> None:
    both = Sealed([NEW, OLD])

    assert b"x" == both.open(Sealed([OLD]).seal(b"x", "a"), "a")
    assert b"x" == Sealed([NEW]).open(both.seal(b"x", "a"), "a")
    assert Sealed([OLD]).open(both.seal(b"x", "a"), "a") is None


def test_what_was_sealed_for_one_name_does_not_open_under_another() -> None:
    sealing = Sealed([NEW])

    assert sealing.open(sealing.seal(b"x", "a"), "b") is None


def test_the_same_value_never_looks_the_same() -> None:
    sealing = Sealed([NEW])

    assert 100 == len({sealing.seal(b"x", "a") for _ in range(100)})


@given(at=st.integers(0, 200), change=st.integers(1, 255))
def test_a_changed_byte_is_nothing(at: int, change: int) -> None:
    sealing = Sealed([NEW])
    sealed = bytearray(sealing.seal(b"x" * 50, "a"))
    sealed[at % len(sealed)] ^= change

    assert sealing.open(bytes(sealed), "a") is None


@given(st.binary(max_size=100))
def test_garbage_is_nothing(garbage: bytes) -> None:
    assert Sealed([NEW, OLD]).open(garbage, "a") is None
    assert unwrapped(garbage, "a") is None


@given(
    name=st.text(max_size=20),
    tags=st.lists(st.text(max_size=9), max_size=5),
    ends_s=st.floats(0, 1e12),
    got_s=st.none() | st.floats(0, 1e12),
    value=st.recursive(st.none() | st.integers(-(2**60), 2**60) | st.text(), st.lists, max_leaves=9),
)
def test_an_envelope_gives_back_what_was_put_in(
    name: str, tags: list[str], ends_s: float, got_s: float | None, value: object
) -> None:
    body = msgspec.msgpack.encode(value)

    told, rest = parted(headed(tags, wrapped(name, ends_s=ends_s, got_s=got_s, body=body))) or ((), b"")
    found = unwrapped(rest, name)

    assert found is not None
    assert (name, ends_s, got_s, body) == (found.name, found.ends_s, found.got_s, bytes(found.body))
    assert tuple(tags) == told


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_cut_envelope_is_nothing(cut: int) -> None:
    whole = wrapped("a", ends_s=1.5, got_s=None, body=msgspec.msgpack.encode("body"))

    assert unwrapped(whole[:-cut], "a") is None


def test_the_envelope_of_another_name_is_nothing() -> None:
    assert unwrapped(wrapped("a", ends_s=1.0, got_s=None, body=b"\xc0"), "b") is None
