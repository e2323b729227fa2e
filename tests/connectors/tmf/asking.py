"""What the connector's tests share: how to ask it for customers, and how to look at what came."""

from typing import Any

from connectors.errors import ConnectorError
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.customer import Customer
from schema.parts import CustomerPart
from tests.connectors.support import soon

NAME = frozenset({CustomerPart.NAME})

Outcomes = dict[str, Answer[Customer] | ConnectorError]


async def customers(connector: TMFConnector, *ids: str, parts: frozenset[CustomerPart] = NAME) -> Outcomes:
    return dict(await connector.customers(ids, parts=parts, within=soon()))


def names(outcomes: Outcomes) -> dict[str, Any]:
    """Each customer's name by id, or the kind of error."""
    return {key: each.value.name if isinstance(each, Answer) else type(each) for key, each in outcomes.items()}


def numbers(answer: Answer[tuple[Customer, ...]]) -> list[str]:
    return [each.customer_number for each in answer.value]
