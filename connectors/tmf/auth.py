"""Credentials of a TMF server, put into each request: HTTP Basic or a bearer token."""

import base64
from collections.abc import Callable, Iterator

import httpx
from pydantic import SecretStr

from connectors.tmf.settings import TMFSettings


class _Header(httpx.Auth):
    """An Authorization header whose value is made when it is needed, so that no object keeps a secret in the open."""

    def __init__(self, value: Callable[[], str]) -> None:
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["Authorization"] = self._value()
        yield request


def credentials(settings: TMFSettings) -> httpx.Auth | None:
    """What the settings say a request must carry; None for a server that asks for nothing."""
    if settings.token is not None:
        token = settings.token
        return _Header(lambda: f"Bearer {token.get_secret_value()}")
    if settings.user is not None and settings.password is not None:
        user, password = settings.user, settings.password
        return _Header(lambda: _basic(user, password))
    return None


def _basic(user: str, password: SecretStr) -> str:
    # RFC 7617 leaves the charset to the server; UTF-8 is the one it names.
    pair = f"{user}:{password.get_secret_value()}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"
