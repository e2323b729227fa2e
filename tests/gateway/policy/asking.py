"""Operations over systems in memory, asked by callers with rights."""

import json
from typing import Any

from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.policy.asker import Asker
from gateway.policy.rights import rights_of
from resolvers.errors import present
from resolvers.reach import Reach
from schema.policy import Audience
from tests.connectors.support import Reports
from tests.resolvers.support import SCHEMA, FakeOperator

ALL = frozenset(
    [
        "customer:read",
        "party:read",
        "credit:read",
        "billing:read",
        "line:read",
        "network:read",
        "balance:read",
        "recharge:read",
    ]
)


def operations(audience: Audience, **limits: Any) -> Operations:
    return Operations(SCHEMA, limits=LimitSettings(**limits), audience=audience, pseudonyms=b"a secret")


def asker(
    audience: Audience,
    scopes: frozenset[str] = ALL,
    *,
    client: str | None = None,
    reach: Reach | None = None,
    refuses: bool = False,
) -> Asker:
    rights = rights_of(audience, scopes, pseudonymous=client)
    return Asker(
        rights,
        whose=repr((sorted(scopes), client)).encode(),
        reach=None if reach is None else lambda _: reach,
        refuses=refuses,
    )


async def ask(
    found: Operations, text: str, who: Asker | None, operator: FakeOperator, **variables: Any
) -> tuple[Any, list[dict[str, Any]]]:
    """The data and the errors as the caller reads them; no data where nothing was executed."""
    outcome = await found.execute(
        found.prepare(text),
        name=None,
        variables=variables,
        graph=operator.graph,
        within=Terms.after(5, operator.clock),
        asker=who,
    )
    errors = present(outcome.errors, request_id="r-1", report=Reports())
    data = outcome.data if isinstance(outcome.data, dict | None) else json.loads(bytes(outcome.data))
    return (data if outcome.executed else None), errors
