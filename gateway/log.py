"""The log: structlog, one event name per line and fields beside it. Nothing personal is ever handed to it."""

import logging
import sys
from typing import Any

import structlog

from gateway.settings import LogSettings


def configure(settings: LogSettings, *, worker: int | None = None) -> None:
    """
    Set up structlog, and silence libraries that would write payloads, addresses or credentials.

    With *worker*, every line says which of several processes wrote it.
    """
    level = getattr(logging, settings.level.upper())
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for talkative in ("zeep", "httpx", "httpcore", "strawberry", "uvicorn.access", "opentelemetry"):
        # zeep prints whole envelopes at DEBUG, httpx whole addresses at INFO, OpenTelemetry what a collector answers.
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *([] if worker is None else [_said_by(worker)]),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # One write for each line: several workers share the stream, and a print writes the line end by itself.
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _said_by(worker: int) -> structlog.typing.Processor:
    def add(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["worker"] = worker
        return event

    return add


def logger() -> structlog.typing.FilteringBoundLogger:
    """The gateway's logger."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found
