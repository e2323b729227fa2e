"""A memory that forgets."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tokens.brief import Brief


def test_what_is_kept_is_there_until_its_time_is_over():
    memory: Brief[str] = Brief(most=10)
    memory.keep(b"a", "x", until=5)

    assert "x" == memory.get(b"a", 4.9)
    assert memory.get(b"a", 5) is None
    assert 0 == len(memory)


def test_who_came_first_goes_first():
    memory: Brief[int] = Brief(most=2)
    for number, name in enumerate((b"a", b"b", b"a", b"c")):
        memory.keep(name, number, until=9)

    assert [2, None, 3] == [memory.get(name, 0) for name in (b"a", b"b", b"c")]


@given(st.lists(st.tuples(st.binary(max_size=1), st.floats(0, 9)), max_size=60))
def test_it_never_holds_more_than_it_may(kept):
    memory: Brief[int] = Brief(most=7)
    for name, until in kept:
        memory.keep(name, 1, until=until)
        assert len(memory) <= 7
