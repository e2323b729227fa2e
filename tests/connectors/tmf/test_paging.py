"""When the pages of a collection end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tmf.paging import Paging, PagingError


def test_a_total_that_is_reached_ends_the_pages():
    paging = Paging(limit=10)
    paging.took(items=10, total=15, partial=True)
    assert (True, 10) == (paging.more, paging.offset)

    paging.took(items=5, total=15, partial=True)
    assert not paging.more


def test_a_total_outweighs_a_short_page():
    paging = Paging(limit=100)
    paging.took(items=20, total=45, partial=False)

    assert (True, 20) == (paging.more, paging.offset)


@pytest.mark.parametrize(("items", "total"), [(3, 2), (0, 2)])
def test_a_total_that_does_not_fit_is_an_error(items, total):
    with pytest.raises(PagingError):
        Paging(limit=10).took(items=items, total=total, partial=False)


def test_a_total_once_told_holds_for_pages_that_do_not_repeat_it():
    paging = Paging(limit=10)
    paging.took(items=10, total=15, partial=True)

    with pytest.raises(PagingError, match="fewer"):
        paging.took(items=0, total=None, partial=False)


@pytest.mark.parametrize("total", [20, 14, 10, 25])
def test_a_total_that_changes_between_two_pages_is_an_error(total):
    paging = Paging(limit=10)
    paging.took(items=10, total=15, partial=True)

    with pytest.raises(PagingError, match="changed"):
        paging.took(items=5, total=total, partial=True)


@pytest.mark.parametrize("items", [0, 3, 11])
def test_without_totals_a_page_of_another_size_is_the_last(items):
    paging = Paging(limit=10)
    paging.took(items=items, total=None, partial=False)

    assert not paging.more


def test_without_totals_a_full_page_is_not_the_last():
    paging = Paging(limit=10)
    paging.took(items=10, total=None, partial=False)

    assert paging.more


def test_a_partial_first_page_shows_how_large_pages_really_are():
    paging = Paging(limit=100)
    paging.took(items=20, total=None, partial=True)
    assert paging.more
    paging.took(items=20, total=None, partial=True)
    assert paging.more
    paging.took(items=5, total=None, partial=True)
    assert not paging.more


@given(
    count=st.integers(0, 60),
    limit=st.integers(1, 20),
    largest=st.integers(1, 20),
    totals=st.booleans(),
)
def test_every_item_is_asked_for_and_the_pages_end(count, limit, largest, totals):
    """Whatever size of page the server gives, and whether it tells totals, nothing is left out."""
    paging = Paging(limit=limit)
    pages = 0
    while paging.more:
        pages += 1
        items = min(limit, largest, count - paging.offset)
        paging.took(items=items, total=count if totals else None, partial=items < count)

    assert count == paging.offset
    assert pages <= count // min(limit, largest) + 1
