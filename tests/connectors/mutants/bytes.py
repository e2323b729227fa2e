"""What a bad line or a broken proxy does to an answer: bits, bytes and chunks changed without a thought of their meaning."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.connectors.mutants.mutant import Effect, Mutant

Cut = tuple[int, int]
"""A start and an end in the body; the end may be the start."""

_LONGEST = 400


def damaged(body: bytes, *, spots: Sequence[int] = ()) -> st.SearchStrategy[Mutant]:
    """
    *body* with one thing wrong in its bytes.

    *spots* are places worth hitting (where the values are); half of the damage begins at one of them, the rest anywhere.
    """
    anywhere = st.integers(0, max(0, len(body) - 1))
    starts = anywhere | st.sampled_from(spots) if spots else anywhere
    lengths = st.integers(1, 12) | st.integers(1, _LONGEST)

    # Nothing is passed to it: hypothesis prints arguments, and the body is long.
    @st.composite
    def mutants(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Mutant:
        kind = draw(st.sampled_from(sorted(_KINDS)))
        first, second = draw(starts), draw(starts)
        cuts = [(start, min(len(body), start + draw(lengths))) for start in (first, second)]
        changed = _KINDS[kind](body, cuts[0], cuts[1], draw(st.integers(0, 255)))
        return Mutant(kind=f"{kind} at {first}", effect=Effect.OTHER, body=changed)

    return mutants()


def truncations(body: bytes, *, steps: int = 40) -> Iterator[bytes]:
    """*body* cut off at about *steps* places from nothing to all but its last byte."""
    for keep in range(0, len(body) - 1, max(1, len(body) // steps)):
        yield body[:keep]
    yield body[:-1]


def _flip(body: bytes, at: Cut, _: Cut, byte: int) -> bytes:
    return _put(body, at, bytes([body[at[0]] ^ (1 << byte % 8)]))


def _put(body: bytes, at: Cut, new: bytes, *, over: int = 1) -> bytes:
    return body[: at[0]] + new + body[at[0] + over :]


def _swap(body: bytes, one: Cut, other: Cut) -> bytes:
    (start, end), (later, last) = sorted((one, other))
    later = max(later, end)
    last = max(last, later)
    return body[:start] + body[later:last] + body[end:later] + body[start:end] + body[last:]


_KINDS: dict[str, Callable[[bytes, Cut, Cut, int], bytes]] = {
    "a bit flipped": _flip,
    "a byte replaced": lambda body, at, _, byte: _put(body, at, bytes([byte])),
    "a byte replaced by a digit": lambda body, at, _, byte: _put(body, at, b"%d" % (byte % 10)),
    "a byte inserted": lambda body, at, _, byte: _put(body, at, bytes([byte]), over=0),
    "a digit inserted": lambda body, at, _, byte: _put(body, at, b"%d" % (byte % 10), over=0),
    "a byte deleted": lambda body, at, _, __: _put(body, at, b""),
    "a run replaced": lambda body, at, _, byte: _put(body, at, bytes([byte]) * (at[1] - at[0]), over=at[1] - at[0]),
    "a chunk dropped": lambda body, at, _, __: body[: at[0]] + body[at[1] :],
    "a chunk doubled": lambda body, at, _, __: body[: at[1]] + body[at[0] :],
    "a chunk repeated elsewhere": lambda body, at, to, _: _put(body, to, body[at[0] : at[1]], over=0),
    "two chunks swapped": lambda body, at, to, _: _swap(body, at, to),
    "cut off": lambda body, at, _, __: body[: at[0]],
    "the beginning lost": lambda body, at, _, __: body[at[1] :],
    "something appended": lambda body, _, __, byte: body + bytes([byte]),
    "the whole twice": lambda body, _, __, ___: body + body,
    "the whole nearly twice": lambda body, at, _, __: body + body[at[0] :],
}
