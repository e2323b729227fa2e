"""Questions whose answers are remembered, and what stands behind them."""

from typing import Any

import orjson

from gateway.operations.answers import Answers
from gateway.operations.outcome import Outcome
from tests.gateway.guarded import World
from tests.resolvers.fakes import IMSI
from tests.resolvers.support import MSISDN, SCHEMA

CUSTOMER = 'query Q($id: ID! = "1000042") { customer(by: {id: $id}) { name status bills(first: 3) { nodes { id } } } }'
LINE = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ apns }} balances {{ name }} }} }}'
BY_NUMBER = f'{{ customer(by: {{msisdn: "{MSISDN}"}}) {{ name }} }}'
BY_SIM = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn }} }}'
SCHEMA_CORE = SCHEMA._schema


def written(outcome: Any) -> bytes:
    assert not outcome.errors
    return orjson.dumps(outcome.data)


async def remembered(world: World, text: str = CUSTOMER, variables: dict[str, Any] | None = None) -> bytes:
    """Ask until the answer is remembered; what it is."""
    await world.ask(text, variables)
    assert world.asked()
    outcome = await world.ask(text, variables)
    assert not world.asked()
    assert len(world.answers)
    return written(outcome)


SOMETHING = Outcome(data=None, errors=(), executed=True)


def answers_of(**bounds: int) -> Answers:
    """An empty memory of answers about the graph."""
    return Answers(SCHEMA_CORE, **bounds)


class Always:
    """Something that can always be found again."""

    async def holds(self) -> bool:
        return True

    def tell(self) -> None:
        """Nobody."""

    def watch(self, gone: Any) -> None:
        """Never."""


class Fails(Always):
    """Something that cannot even be looked up."""

    async def holds(self) -> bool:
        raise OSError
