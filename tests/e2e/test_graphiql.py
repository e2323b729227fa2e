"""GraphiQL in a real browser with the network closed: story tabs, an answer, docs, explorer, what survives a reload."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.conftest import PLAIN
from tests.e2e.browser import Visit, missing, open_page, reload
from tests.e2e.gateway import Gateway


@pytest.fixture(autouse=True)
def _browser() -> None:
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture
async def visit(running_gateway: Gateway) -> AsyncIterator[Visit]:
    """GraphiQL, open; afterwards it must have stayed at home and been quiet."""
    async with open_page(running_gateway.url) as opened:
        yield opened
        opened.assert_clean()


async def _stories(gateway: Gateway) -> list[dict[str, str]]:
    async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as client:
        answer = await client.get(f"{gateway.url}/stories")
    stories: list[dict[str, str]] = answer.raise_for_status().json()
    assert stories, "the sandbox tells no stories"
    return stories


def _leaves(value: object) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case str():
            yield value


def _short_text_in(data: object) -> str:
    """The first text of an answer that the pane shows on one line; it breaks what is as long as an id."""
    return next(text for text in _leaves(data) if 3 <= len(text) <= 24)


async def _wait_for_storage(visit: Visit, text: str) -> None:
    # The stored text is JSON, so a quotation mark in it stands escaped.
    await visit.page.wait_for_function("(text) => localStorage['graphiql:tabState'].includes(text)", arg=text)


# A visit costs seconds of start-up, so each test follows one visitor through a few steps.


async def test_a_story_tab_shows_its_answer_and_the_history_keeps_it(visit: Visit, running_gateway: Gateway) -> None:
    """
    A first visit shows a titled tab per story; the last one's question answers in the result pane.
    """
    stories = await _stories(running_gateway)
    titles = await visit.tabs.all_inner_texts()
    await visit.tabs.last.click()

    answer = await visit.run()

    assert "Switchboard" == await visit.page.title()
    assert len(stories) == len(titles) == len(set(titles))
    assert "<untitled>" not in titles
    assert isinstance(answer, dict)
    assert "errors" not in answer
    await visit.answer.get_by_text(_short_text_in(answer["data"])).first.wait_for()
    assert '"data": {' in await visit.answer_text()
    await visit.page.get_by_role("button", name="Show History").click()
    await visit.panel.get_by_text(titles[-1]).first.wait_for()


async def test_docs_and_explorer_show_the_graph(visit: Visit) -> None:
    """
    Introspection feeds the docs, down to the field for a customer; the explorer lists the question in front.
    """
    title = await visit.tabs.first.inner_text()

    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    await visit.panel.get_by_role("link", name="Query", exact=True).first.click()
    await visit.panel.get_by_role("link", name="customer", exact=True).wait_for()
    await visit.page.get_by_role("button", name="Show GraphiQL Explorer").click()

    await visit.panel.get_by_text("customer", exact=True).first.wait_for()
    assert title == await visit.panel.locator("input").first.input_value()


async def test_an_edited_tab_is_laid_out_and_survives_a_reload(visit: Visit) -> None:
    """
    What a visitor typed is there after a reload, in front, and no story's tab is doubled.

    The prettifier lays out variables with our small stand-in for Prettier's JavaScript plugins.
    """
    before = await visit.tabs.all_inner_texts()
    await visit.tabs.last.click()
    await visit.editor.click()
    await visit.page.keyboard.press("Control+Home")
    await visit.page.keyboard.insert_text("# my own words\n")
    await visit.page.get_by_role("button", name="Variables").click()
    await visit.variables.click()
    await visit.page.keyboard.insert_text('{"a":[1,{"b":2}]}')
    await visit.page.get_by_role("button", name="Prettify").click()
    await visit.variables.get_by_text('"b": 2').wait_for()
    await _wait_for_storage(visit, "# my own words")
    await _wait_for_storage(visit, r"\"b\": 2")

    await reload(visit)

    assert before == await visit.tabs.all_inner_texts()
    await visit.editor.get_by_text("# my own words").wait_for()
    await visit.variables.get_by_text('"b": 2').wait_for()


async def test_a_gateway_without_stories_opens_a_welcome(running_gateway: Gateway) -> None:
    """
    Where there is no sandbox the page opens one tab that says where to start, and it runs.
    """
    async with open_page(running_gateway.url, stories=[]) as visit:
        answer = await visit.run()

        assert ["WhereToStart"] == await visit.tabs.all_inner_texts()
        assert isinstance(answer, dict)
        assert "errors" not in answer
        visit.assert_clean()
