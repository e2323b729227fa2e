"""Answers of a node written by hand, member by member, and what the connector makes of them."""

from typing import Any

from tests.connectors.mutants import Effect, Mutant
from tests.connectors.ucip.hostile import TRANSACTION, Case, put


def document(**members: str) -> bytes:
    """A response with these members, each given as what stands inside its <value>."""
    return in_response("".join(member(name, content) for name, content in members.items()))


def member(name: str, content: str) -> str:
    return f"<member><name>{name}</name><value>{content}</value></member>"


def in_response(members: str) -> bytes:
    return f"<methodResponse><params><param><value><struct>{members}</struct></value></param></params></methodResponse>".encode()


def of(**members: str) -> str:
    """The content of a value that is an array of one struct."""
    inside = "".join(member(name, content) for name, content in members.items())
    return f"<array><data><value><struct>{inside}</struct></value></data></array>"


SOUND = {
    "responseCode": "<i4>0</i4>",
    "originTransactionID": f"<string>{TRANSACTION}</string>",
    "currency1": "<string>EUR</string>",
    "accountValue1": "<string>1250</string>",
}


async def asked(body: bytes, operation: str = "balances", **configured: Any) -> Any:
    mutant = Mutant(kind="by hand", effect=Effect.OTHER, body=body)
    return await put(Case(operation, lambda: body), mutant, **configured)


async def main_balance(**changes: str) -> Any:
    """The main balance, with these members in place of the sound ones; or what kind of error."""
    found = await asked(document(**SOUND | changes))
    return found[0] if isinstance(found, list) else type(found)
