"""Pages: together they are the list, once and in order, and a mark that is gone is an error instead of a guess."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.connections import MAX_FIRST, Connection, page
from resolvers.failures import BadInput
from tests.resolvers.support import MSISDN, FakeOperator, codes

LISTS = st.lists(st.integers(), unique=True, max_size=60)
FIRST = st.integers(1, 5) | st.integers(1, MAX_FIRST)
"""Small ones often, so that there are several pages."""


def _mark(item: int) -> str:
    return f"mark of {item}"


def _page(items: list[int], *, first: int, after: str | None = None) -> Connection[int]:
    return page(items, first=first, after=after, cursor=_mark)


def _pages(items: list[int], first: int) -> list[Connection[int]]:
    """Every page, as a caller would turn them."""
    pages = [_page(items, first=first)]
    while pages[-1].page_info.has_next_page:
        pages.append(_page(items, first=first, after=pages[-1].page_info.end_cursor))
        assert len(pages) <= len(items) + 1, "turning pages does not end"
    return pages


@given(LISTS, FIRST)
def test_pages_together_are_the_list_once_and_in_order(items: list[int], first: int) -> None:
    assert items == [item for found in _pages(items, first) for item in found.nodes]


@given(LISTS, FIRST)
def test_only_the_first_page_has_none_before_and_only_the_last_has_none_after(items: list[int], first: int) -> None:
    pages = _pages(items, first)

    assert max(1, math.ceil(len(items) / first)) == len(pages), "no page is empty unless the list is"
    assert [False] + [True] * (len(pages) - 1) == [found.page_info.has_previous_page for found in pages]
    assert [True] * (len(pages) - 1) + [False] == [found.page_info.has_next_page for found in pages]


@given(LISTS, st.integers(0, MAX_FIRST))
def test_every_page_knows_its_marks_and_the_size_of_the_whole(items: list[int], first: int) -> None:
    found = _page(items, first=first)

    assert len(items) == found.total_count
    assert [_mark(item) for item in found.nodes] == [edge.cursor for edge in found.edges]
    assert found.nodes == [edge.node for edge in found.edges]
    marks = [edge.cursor for edge in found.edges]
    assert (marks[0] if marks else None) == found.page_info.start_cursor
    assert (marks[-1] if marks else None) == found.page_info.end_cursor


@given(LISTS.filter(bool), st.data())
def test_what_follows_an_item_stays_the_same_when_newer_ones_come(items: list[int], data: st.DataObject) -> None:
    after = data.draw(st.sampled_from(items))
    newer = max(items) + 1

    assert (
        _page(items, first=MAX_FIRST, after=_mark(after)).nodes
        == _page([newer, *items], first=MAX_FIRST, after=_mark(after)).nodes
    )


@given(LISTS.filter(bool), st.data())
def test_the_mark_of_an_item_that_is_gone_is_bad_input(items: list[int], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(items))
    left = [item for item in items if item != gone]

    with pytest.raises(BadInput):
        _page(left, first=10, after=_mark(gone))


@pytest.mark.parametrize("first", [-1, MAX_FIRST + 1, -(2**31)])
def test_first_out_of_bounds_is_bad_input(first: int) -> None:
    with pytest.raises(BadInput, match=str(MAX_FIRST)):
        _page([1, 2], first=first)


def test_a_page_of_none_tells_how_many_there_are() -> None:
    found = _page([1, 2], first=0)

    assert ([], 2, True) == (found.nodes, found.total_count, found.page_info.has_next_page)


def _recharges(arguments: str) -> str:
    return (
        f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ recharges{arguments} '
        "{ nodes { id } totalCount pageInfo { endCursor hasNextPage } } } }"
    )


async def test_a_list_of_the_graph_can_be_paged_through() -> None:
    operator = FakeOperator()
    seen: list[str] = []
    arguments = "(first: 7)"
    while arguments:
        outcome = await operator.ask(_recharges(arguments))
        assert outcome.data is not None
        found = outcome.data["line"]["recharges"]
        seen += [item["id"] for item in found["nodes"]]
        info = found["pageInfo"]
        arguments = f'(first: 7, after: "{info["endCursor"]}")' if info["hasNextPage"] else ""

    assert 30 == found["totalCount"] == len(seen) == len(set(seen))


async def test_a_list_gives_ten_items_when_not_told() -> None:
    outcome = await FakeOperator().ask(_recharges(""))

    assert outcome.data is not None
    assert 10 == len(outcome.data["line"]["recharges"]["nodes"])


@pytest.mark.parametrize("arguments", ["(first: 201)", "(first: -1)", '(after: "x")', '(after: "")'])
async def test_arguments_that_mean_nothing_are_bad_input_of_that_list_only(arguments: str) -> None:
    outcome = await FakeOperator().ask(_recharges(arguments))

    assert {"line": {"recharges": None}} == outcome.data
    assert ["BAD_INPUT"] == codes(outcome)


async def test_cursors_do_not_tell_the_number() -> None:
    outcome = await FakeOperator().ask(_recharges(""))

    assert outcome.data is not None
    assert MSISDN not in outcome.data["line"]["recharges"]["pageInfo"]["endCursor"]
