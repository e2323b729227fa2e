"""Compiled completion reaches into code that nobody promised to keep; when it changes, we must look at it again."""

from typing import Any

import pytest
import structlog

from gateway.execution import run, shape
from tests.gateway.execution.both import completion_of
from tests.gateway.execution.zoo import ZOO


def test_the_code_reached_into_is_the_code_that_this_was_written_for() -> None:
    """
    Failing after an upgrade: read what changed in graphql-core or Strawberry, adapt `gateway.execution`, run the full
    differential test (`make soak`), and only then write the new digests down.
    """
    assert dict(shape.KNOWN) == dict(shape.digests())


async def test_other_code_is_run_by_graphql_core_alone_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, str] = dict(shape.KNOWN)
    name = next(iter(known))
    monkeypatch.setattr(shape, "KNOWN", {**known, name: "other"})
    shape.changed.cache_clear()

    try:
        with structlog.testing.capture_logs() as logs:
            found: list[Any] = []
            for _ in range(3):
                made = completion_of(ZOO, "{ everything { text } }", {})
                found.append((await run(made, variables=None, context=None)).data)
                assert made._compiled is None
    finally:
        shape.changed.cache_clear()

    assert [{"everything": {"text": "text"}}] * 3 == found
    assert [("completion_not_compiled", (name,))] == [(each["event"], each["changed"]) for each in logs]


async def test_code_whose_text_is_gone_counts_as_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Any:
        raise OSError("could not get source code")

    monkeypatch.setattr(shape, "digests", gone)
    shape.changed.cache_clear()
    try:
        with structlog.testing.capture_logs():
            assert not shape.is_as_known()
    finally:
        shape.changed.cache_clear()


async def test_nothing_is_shown_when_transforms_cannot_be_vouched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "KNOWN", {})
    shape.changed.cache_clear()
    try:
        with structlog.testing.capture_logs():
            made = completion_of(ZOO, "{ everything { text } }", {}, transforms=lambda _: None)
            found = await run(made, variables=None, context=None)
    finally:
        shape.changed.cache_clear()

    assert found.data is None
    assert [RuntimeError] == [type(error.original_error) for error in found.errors or ()]
