"""The log: structlog, one event name per line and fields beside it. Nothing personal is ever handed to it."""

import logging
import sys
from typing import Any

import structlog

from gateway.settings import LogSettings


def configure(settings: LogSettings) -> None:
    """Set up structlog, and silence libraries that would write payloads, addresses or credentials."""
    level = getattr(logging, settings.level.upper())
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for talkative in ("zeep", "httpx", "httpcore", "strawberry", "uvicorn.access"):
        # zeep prints whole envelopes at DEBUG, httpx whole addresses at INFO.
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """The gateway's logger."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found
