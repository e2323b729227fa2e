"""Credentials that requests carry in their Authorization header, made when needed so that no object shows a secret."""

import base64
from collections.abc import Callable

from pydantic import SecretStr

Credential = Callable[[], str]
"""Gives the value of the Authorization header."""


def basic(user: str, password: SecretStr) -> Credential:
    """HTTP Basic (RFC 7617), in UTF-8: the RFC leaves the charset to the server and names this one."""

    def value() -> str:
        pair = f"{user}:{password.get_secret_value()}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    return value


def bearer(token: SecretStr) -> Credential:
    """A bearer token (RFC 6750)."""
    return lambda: f"Bearer {token.get_secret_value()}"
