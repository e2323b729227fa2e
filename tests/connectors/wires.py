"""What tests of the wire share: its settings, and what the system at the other end does."""

from connectors.settings import SystemSettings
from tests.connectors.peer import Exchange, Peer


def settings(peer: Peer, **changes) -> SystemSettings:
    return SystemSettings.model_validate({"url": peer.url, **changes})


def scripted(*, body: bytes = b"", headers: str = "", status: str = "200 OK"):
    async def script(exchange: Exchange) -> None:
        await exchange.answer(body, headers=headers, status=status)

    return script
