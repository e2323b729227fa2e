"""Who asks: what the gateway knows of the caller, told to the caller itself."""

import datetime as dt

import strawberry

from schema.field import field
from schema.policy import DataClass, governed


@governed(DataClass.PUBLIC)
@strawberry.type(description="What the gateway knows of the caller.")
class Viewer:
    """What the gateway knows of the caller, by its access token and the registry of clients."""

    client_id: str = field("The application that asks, as its tokens name it.")
    audience: str = field("Whose view of the graph it has: partner, self_care, agent or operator.")
    scopes: list[str] = field("The scopes of this token that count here, sorted.")
    purposes: list[str] = field("The purposes that the token names, sorted.")
    unmasked: list[str] = field("The classes of values that are given in clear rather than masked.")
    expires_at: dt.datetime | None = field("When the token ends; null when its issuer does not say.")
