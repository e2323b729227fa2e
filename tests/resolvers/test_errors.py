"""What a caller may read of a failure, and what the log may: codes and places, nothing personal, nothing unbounded."""

import asyncio
import json
import math
import re
import ssl
from typing import Any

import httpx
import orjson
import pytest
import zeep.exceptions
from graphql import GraphQLError, GraphQLSyntaxError, Source

from connectors.errors import (
    BadData,
    DeadlineReached,
    Misconfigured,
    NotKnown,
    Rejected,
    TimedOut,
    Unavailable,
)
from resolvers.errors import MAX_BYTES, MAX_ERRORS, MAX_MESSAGE, present
from resolvers.failures import BadInput, NotFound
from schema.parts import ABSENT, CustomerPart
from schema.period import TimePeriod
from tests.connectors.support import Reports
from tests.resolvers.support import MSISDN, FakeOperator, presented

CANARY = "a canary at /srv/switchboard/connectors/wire.py, line 12"
SECRET = "somebody's number 99960000042"


def _shown(cause: Exception, *, language: Any = "en", path: list[str | int] | None = None) -> dict[str, Any]:
    error = GraphQLError(str(cause), path=path or ["customer"], original_error=cause)
    (shown,) = present([error], request_id="r1", language=language, report=Reports())
    return shown


def test_a_failed_system_is_shown_by_code_and_name_and_a_sentence_of_ours() -> None:
    shown = _shown(Unavailable("a reason for operators", system="hss", operation="Get"))

    assert {"code": "UPSTREAM_UNAVAILABLE", "system": "hss", "requestId": "r1"} == shown["extensions"]
    assert "reason" not in shown["message"]


@pytest.mark.parametrize(("said", "told"), [(0.25, 250), (0.0, None), (None, None), (math.inf, None)])
def test_when_to_ask_again_is_told_where_it_is_a_time(said: float | None, told: int | None) -> None:
    shown = _shown(Unavailable("HTTP 503", system="hss", retry_after_s=said))

    assert told == shown["extensions"].get("retryAfterMs")


def test_a_failure_of_the_graph_is_shown_by_code_alone() -> None:
    assert {"code": "NOT_FOUND", "requestId": "r1"} == _shown(NotFound())["extensions"]


def test_bad_input_is_told_in_its_own_words() -> None:
    assert "`first` must be small." == _shown(BadInput("`first` must be small."))["message"]


def test_sentences_come_in_the_language_asked_for() -> None:
    assert "没有与该标识对应的记录。" == _shown(NotFound(), language="zh")["message"]


def test_a_surprise_is_internal_and_its_text_stays_inside() -> None:
    shown = _shown(ValueError(SECRET))

    assert "INTERNAL" == shown["extensions"]["code"]
    assert SECRET not in json.dumps(shown)


def test_a_surprise_is_logged_by_its_kind_and_place_and_not_by_its_text() -> None:
    report = Reports()
    try:
        raise ValueError(SECRET)  # noqa: TRY301 - for the traceback
    except ValueError as exc:
        cause = exc

    present([GraphQLError(SECRET, path=["customer"], original_error=cause)], request_id="r1", report=report)

    ((event, values),) = report.events
    assert "field_failed" == event
    assert "ValueError" == values["kind"]
    assert str(values["where"]).startswith("test_errors.py:")
    assert "99960000042" not in repr(report.events)


@pytest.mark.parametrize("cause", [BadInput("x"), NotFound()])
def test_mistakes_of_callers_are_not_logged(cause: Exception) -> None:
    report = Reports()

    present([GraphQLError("x", path=["customer"], original_error=cause)], request_id="r1", report=report)

    assert [] == report.events


def test_a_mistake_in_the_document_is_bad_input_with_its_place() -> None:
    error = GraphQLSyntaxError(Source("{ ("), 2, "Unexpected (.")

    (shown,) = present([error], request_id="r1", report=Reports())

    assert "BAD_INPUT" == shown["extensions"]["code"]
    assert [{"line": 1, "column": 3}] == shown["locations"]
    assert "path" not in shown


def test_a_message_that_quotes_the_question_quotes_no_number() -> None:
    error = GraphQLError('Expected value of type "CustomerKey", found: { x: "99960000042" }.')

    (shown,) = present([error], request_id="r1", report=Reports())

    assert "99960000042" not in shown["message"]
    assert "CustomerKey" in shown["message"]


async def test_nothing_quoted_from_a_question_holds_a_number() -> None:
    for query in (
        '{ customer(by: {x: "99960000042"}) { name } }',
        "{ customer(by: {id: 99960000042, imsi: 99960000042}) { name } }",
        '{ line(by: {msisdn: "+44 99960000042"}) { msisdn } }',
        '{ customer(by: "99960000042") { name } }',
        '{ customer(by: {id: "1"}) { bills(first: 99960000042) { totalCount } } }',
        '{ customer(by: {id: "1"}) { bills(first: "99960000042") { totalCount } } }',
        "query ($x: Int = 99960000042) { customer(by: $x) { name } }",
    ):
        errors = presented(await FakeOperator().ask(query))

        assert errors
        assert MSISDN not in json.dumps(errors)


@pytest.mark.parametrize(
    "by", [{"msisdn": "tel 99960000042"}, "99960000042", 99960000042, {"x": "99960000042"}, [["99960000042"]]]
)
async def test_nothing_quoted_from_variables_holds_a_number(by: object) -> None:
    outcome = await FakeOperator().ask("query ($by: CustomerKey!) { customer(by: $by) { name } }", by=by)

    assert presented(outcome)
    assert MSISDN not in json.dumps(presented(outcome))


def test_at_most_twenty_errors_are_given() -> None:
    errors = [GraphQLError(str(n), path=["customer"], original_error=NotFound()) for n in range(1000)]

    assert MAX_ERRORS == 20 == len(present(errors, request_id="r1", report=Reports()))


def test_how_many_errors_were_left_out_is_told_in_the_last_one() -> None:
    errors = [GraphQLError(str(n), path=["customer"], original_error=NotFound()) for n in range(1000)]

    shown = present(errors, request_id="r1", report=Reports())

    assert [None] * 19 + [980] == [error["extensions"].get("omitted") for error in shown]
    assert "omitted" not in present(errors[:20], request_id="r1", report=Reports())[-1]["extensions"]


@pytest.mark.parametrize(
    "error",
    [
        GraphQLError("x" * 10_000, path=["a" * 100] * 20),
        GraphQLError("\0" * 10_000, path=["a" * 100] * 20, original_error=BadInput("\0" * 10_000)),
        GraphQLError("你" * 10_000, original_error=BadInput("你" * 10_000)),
        GraphQLError("x", source=Source("x" * 2000), positions=list(range(1000))),
        GraphQLError("x", path=["a" * 100_000]),
        GraphQLError("x", path=["a", 1] * 50_000, original_error=NotFound()),
    ],
    ids=["long", "escaped", "wide", "many places", "long alias", "deep"],
)
@pytest.mark.parametrize("count", [1, 2, 20, 1000])
def test_errors_take_sixteen_kilobytes_at_most_whatever_is_in_them(error: GraphQLError, count: int) -> None:
    shown = present([error] * count, request_id="r1", report=Reports())

    assert MAX_BYTES == 16_000 >= len(orjson.dumps(shown))
    assert 1 <= len(shown) <= MAX_ERRORS
    assert count == len(shown) + shown[-1]["extensions"].get("omitted", 0)


def test_an_error_has_five_places_at_most() -> None:
    (shown,) = present(
        [GraphQLError("x", source=Source("x" * 100), positions=list(range(90)))], request_id="r1", report=Reports()
    )

    assert 5 == len(shown["locations"])


EVERY_KIND: list[Exception] = [
    Unavailable(CANARY, system="hss"),
    TimedOut(CANARY, system="hss"),
    DeadlineReached(CANARY, system="hss"),
    Rejected(CANARY, system="hss"),
    NotKnown(CANARY, system="hss"),
    BadData(CANARY, system="hss"),
    Misconfigured(CANARY, system="hss"),
    TypeError(f"'NoneType' object {CANARY}"),
    ValueError(CANARY),
    KeyError(CANARY),
    AttributeError(CANARY),
    RecursionError(CANARY),
    MemoryError(CANARY),
    OSError(2, CANARY, "/srv/switchboard/secret"),
    UnicodeDecodeError("utf-8", b"canary", 0, 1, CANARY),
    asyncio.CancelledError(CANARY),  # type: ignore[list-item]
    TimeoutError(CANARY),
    httpx.ConnectError(CANARY),
    zeep.exceptions.Fault(CANARY, detail=CANARY),
    ssl.SSLError(1, CANARY),
]


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_of_a_cause_is_shown(kind: Exception, language: Any) -> None:
    text = json.dumps(_shown(kind, language=language), ensure_ascii=False)

    assert not re.search(f"canary|NoneType|{type(kind).__name__}|Traceback|\\.py|/srv", text)


def test_no_message_is_longer_than_five_hundred_characters() -> None:
    for error in (GraphQLError("x" * 10_000), GraphQLError("", path=["a"], original_error=BadInput("x" * 10_000))):
        (shown,) = present([error], request_id="r1", report=Reports())

        assert MAX_MESSAGE == 500 == len(shown["message"])
        assert shown["message"].endswith("…")


async def test_a_value_that_cannot_be_written_is_our_mistake_and_not_the_callers() -> None:
    operator = FakeOperator()
    operator.crm.valid_for = TimePeriod(start="yesterday", end=None)  # type: ignore[arg-type]
    report = Reports()

    outcome = await operator.ask('{ customer(by: {id: "1000042"}) { customerNumber validFor { start } } }')

    (shown,) = presented(outcome, report=report)
    assert "INTERNAL" == shown["extensions"]["code"]
    assert [("field_failed", {"kind": "GraphQLError", "where": report.events[0][1]["where"], "field": "start"})] == (
        report.events
    )


async def test_a_part_that_was_not_fetched_is_our_mistake() -> None:
    operator = FakeOperator()
    operator.crm.never = frozenset({CustomerPart.NAME})

    outcome = await operator.ask('{ customer(by: {id: "1000042"}) { name status } }')

    (shown,) = presented(outcome)
    assert {"customer": {"name": None, "status": "Approved"}} == outcome.data
    assert "INTERNAL" == shown["extensions"]["code"]
    assert repr(ABSENT) not in shown["message"]


async def test_a_surprise_in_a_connector_costs_its_field_and_shows_nothing() -> None:
    operator = FakeOperator()
    operator.hss.failure = RuntimeError(SECRET)
    report = Reports()

    outcome = await operator.ask(f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn network {{ imsi }} }} }}')

    assert {"line": {"msisdn": MSISDN, "network": None}} == outcome.data
    assert SECRET not in json.dumps(presented(outcome, report=report))
    assert "99960000042" not in repr(report.events)
