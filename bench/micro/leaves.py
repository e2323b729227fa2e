"""Ten thousand leaves of plain data: compiled completion against graphql-core's own execution, which it replaces."""

import asyncio
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode, execute, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from bench.micro.rounds import compared
from bench.results import Timing
from gateway.execution import Completion, run
from schema.billing import Bill, BillLine, BillStatus
from schema.money import Money
from schema.source import Ref, Source

GROUP = "10,000 leaves of plain data"
_BILLS, _LINES = 100, 14
_QUESTION = """{ bills {
  billNumber status issuedAt amount { amount currency }
  lines { number category chargeCode amount { amount currency } tax { amount currency } }
} }"""
_DAY = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def measure(*, rounds: int) -> list[Timing]:
    """CPU of both ways; raises ValueError when their answers differ."""
    schema = _schema(_bills())
    document = parse(_QUESTION)
    operation = document.definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        raise TypeError("the question is no operation")
    completion = Completion(schema, document, operation, {})
    completion.prepare()

    def by_graphql_core() -> ExecutionResult:
        found = execute(schema, document, executor_class=StrawberryGraphQLCoreExecutionContext)
        if not isinstance(found, ExecutionResult):
            raise TypeError("graphql-core waits for something")
        return found

    with asyncio.Runner() as runner:
        # `Runner.run` would take four times as long: to set its signal handler it writes out the result (`repr`).
        loop = runner.get_loop()

        def compiled() -> ExecutionResult:
            return loop.run_until_complete(run(completion, variables=None, context=None))

        if json.dumps(compiled().data) != json.dumps(by_graphql_core().data):
            raise ValueError("compiled completion answers something else than graphql-core")
        return compared(GROUP, {"switchboard": compiled, "graphql-core": by_graphql_core}, rounds=rounds)


def _schema(found: list[Bill]) -> GraphQLSchema:
    @strawberry.type
    class Query:
        @strawberry.field
        def bills(self) -> list[Bill]:
            return found

    schema: Any = strawberry.federation.Schema(Query)
    core: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry has no other way to it.
    return core


def _bills() -> list[Bill]:
    source = Source(system="billing", operation="QueryInvoice", fetched_at=_DAY)
    return [_bill(number, source) for number in range(_BILLS)]


def _bill(number: int, source: Source) -> Bill:
    return Bill(
        ref=Ref("bill", "billing", ("A1", str(number))),
        bill_number=f"{number:012d}",
        account_number="A1",
        status=BillStatus.OPEN,
        period=None,
        issued_at=_DAY - dt.timedelta(minutes=number),
        due_at=None,
        amount=_money(number),
        open_amount=_money(number),
        tax=None,
        discount=None,
        disputed=None,
        lines=[_line(number * _LINES + line) for line in range(_LINES)],
        source=source,
    )


def _line(number: int) -> BillLine:
    return BillLine(
        number=f"{number:014d}",
        category="C03",
        charge_code="C_VOICE",
        amount=_money(number),
        open_amount=None,
        tax=_money(number // 5),
        discount=None,
    )


def _money(units: int) -> Money:
    return Money(amount=Decimal(units).scaleb(-2), currency="EUR")
