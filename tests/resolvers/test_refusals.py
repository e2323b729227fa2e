"""What was refused without asking a system is summed up in the log, and never lost among the calls that failed."""

from graphql import GraphQLError

from connectors.errors import Busy, ConnectorError, DeadlineReached, Ill, TimedOut, UnderMaintenance
from resolvers.errors import present
from resolvers.refusals import EVERY_S, Refusals
from tests.connectors.support import FixedClock, Reports


class Log:
    """The error contract with a log, and a clock that stands still."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.report = Reports()
        self._refusals = Refusals(monotonic=self.clock.monotonic)

    def tell(self, *causes: ConnectorError) -> None:
        errors = [GraphQLError("", path=["customer"], original_error=cause) for cause in causes]
        present(errors, request_id="r", report=self.report, refusals=self._refusals)

    @property
    def lines(self) -> list[tuple[str, object, object, object]]:
        return [
            (event, values["code"], values.get("refused"), values.get("seconds"))
            for event, values in self.report.events
        ]


ILL = Ill("it is not asked for now", system="billing", operation="Get")


def test_the_first_refusal_is_told_at_once_and_the_rest_once_a_minute() -> None:
    log = Log()

    for _ in range(481):
        log.tell(ILL)
        log.clock.advance(0.25)

    code = "UPSTREAM_UNAVAILABLE"
    assert [(code, 1, 0), (code, 240, 60), (code, 240, 60)] == [line[1:] for line in log.lines]
    assert {"calls_refused"} == {line[0] for line in log.lines}


def test_systems_and_codes_are_counted_apart() -> None:
    log = Log()

    for _ in range(3):
        log.tell(ILL, Ill("x", system="crm"), Busy("x", system="crm"), UnderMaintenance("x", system="crm"))

    assert 4 == len(log.lines)
    assert ["UPSTREAM_UNAVAILABLE", "UPSTREAM_UNAVAILABLE", "UPSTREAM_BUSY", "MAINTENANCE"] == [
        code for _, code, *_ in log.lines
    ]


def test_what_came_after_the_last_line_is_told_by_the_next_one() -> None:
    log = Log()
    log.tell(ILL, ILL, ILL)
    log.clock.advance(EVERY_S * 10)

    log.tell(ILL)

    assert [("calls_refused", "UPSTREAM_UNAVAILABLE", 1, 0), ("calls_refused", "UPSTREAM_UNAVAILABLE", 3, 600)] == (
        log.lines
    )


def test_calls_that_were_made_and_failed_have_a_line_each() -> None:
    log = Log()

    for _ in range(3):
        log.tell(TimedOut("x", system="crm"), DeadlineReached("x", system="crm"))

    assert ["call_failed"] * 6 == [event for event, *_ in log.lines]


def test_callers_read_of_a_refusal_what_they_ever_did() -> None:
    error = GraphQLError("", path=["customer"], original_error=Busy("x", system="crm", retry_after_s=0.25))

    (shown,) = present([error], request_id="r", report=Reports(), refusals=Refusals(monotonic=lambda: 0.0))

    assert {"code": "UPSTREAM_BUSY", "system": "crm", "retryAfterMs": 250, "requestId": "r"} == shown["extensions"]
