"""The log: one line per event, and silence from libraries that would write payloads, addresses or credentials."""

import json
import logging

import pytest
import structlog

from gateway import log
from gateway.settings import LogSettings

pytestmark = pytest.mark.usefixtures("logging_put_back")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert not captured.out
    return captured.err.splitlines()


def test_for_machines_an_event_is_one_line_of_json_with_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings(format="json"))

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        log.logger().warning("call_failed", system="hss", reason="two\nlines")

    (line,) = _lines(capsys)
    found = json.loads(line)
    assert found.pop("timestamp").endswith("Z")
    assert {
        "event": "call_failed",
        "level": "warning",
        "system": "hss",
        "reason": "two\nlines",
        "request_id": "r1",
    } == found


def test_for_people_an_event_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings(format="console"))

    log.logger().info("gateway_started", systems=["crm"])

    (line,) = _lines(capsys)
    assert "gateway_started" in line
    assert "\x1b" not in line, "no colours into a file"


def test_less_than_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings(level="warning"))

    log.logger().info("quiet")
    log.logger().warning("loud")

    assert ["loud"] == [json.loads(line)["event"] for line in _lines(capsys)]


@pytest.mark.parametrize(
    "name",
    ["zeep", "zeep.transports", "zeep.wsdl.wsdl", "httpx", "httpcore.http11", "strawberry.execution", "uvicorn.access"],
)
def test_talkative_libraries_are_silent_even_at_debug(name: str) -> None:
    log.configure(LogSettings(level="debug"))

    assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


def test_other_libraries_may_warn() -> None:
    log.configure(LogSettings())

    assert logging.getLogger("asyncio").isEnabledFor(logging.WARNING)
