"""Who asks: what the gateway knows of the caller, told to the caller itself."""

import datetime as dt

import strawberry

from schema.field import field
from schema.policy import DataClass, governed
from schema.scalars import Long


@governed(DataClass.PUBLIC)
@strawberry.type(
    description="How much the application may ask, and what is left of it beside this very operation, counted when "
    "`viewer` was answered. What the operation is estimated at counts as spent; what it did cost, the headers of the "
    "answer tell."
)
class ViewerBudget:
    """What a client may ask, all its users together; null where there is no bound. Costs are those of `X-Cost`."""

    cost_per_minute: Long | None = field("Cost of all its operations in a minute; null: no bound.")
    cost_left: Long | None = field("Cost that it may ask at once now.")
    cost_whole_at: dt.datetime | None = field("When all of it is there again, if nothing is asked until then.")
    concurrent: Long | None = field("Operations at once; null: no bound.")
    concurrent_left: Long | None = field("Operations that may be begun now beside those that are under way.")


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
    budget: ViewerBudget | None = strawberry.field(
        default=None, description="How much may be asked, and what is left; null where nothing is limited."
    )
