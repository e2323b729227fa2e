"""GraphiQL on a gateway that wants tokens: without one it shows nothing, with one the view of whoever it is for."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import ROOT, RunningGateway, running
from tests.e2e.browser import Visit, missing, open_page


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningGateway]:
    if reason := missing():
        pytest.skip(reason)
    with running("--tokens") as found:
        yield found


@pytest.fixture
async def visit(gateway: RunningGateway) -> AsyncIterator[Visit]:
    async with open_page(gateway.url) as opened:
        yield opened
        assert not opened.outside
        assert not opened.violations


def token(*arguments: str) -> str:
    command = [sys.executable, "-m", "gateway", "token", "issue", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.strip()


async def enter(visit: Visit, written: str) -> None:
    await visit.page.get_by_role("button", name="Headers").click()
    await visit.page.locator(".graphiql-editor-tool .view-lines").last.click()
    await visit.page.keyboard.insert_text(json.dumps({"Authorization": f"Bearer {written}"}))
    async with visit.page.expect_response(lambda answer: answer.request.method == "POST"):
        await visit.page.get_by_role("button", name="Re-fetch GraphQL schema").click()


async def test_an_agents_token_shows_what_agents_have(visit: Visit) -> None:
    await enter(visit, token("--client", "desk", "--scope", "customer:read"))
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    await visit.panel.get_by_text("CreditProfile", exact=True).wait_for()

    shown = await visit.panel.inner_text()
    answer = await visit.run()

    assert "_Service" not in shown
    assert isinstance(answer, dict)
    assert answer["data"]["customer"]["name"]
    assert {"FORBIDDEN"} == {each["extensions"]["code"] for each in answer["errors"]}
