"""Money and measured amounts."""

import enum
from decimal import Decimal

import strawberry
from strawberry import federation

from schema.policy import DataClass, governed
from schema.scalars import Long


@governed(DataClass.OPERATIONAL)
@federation.type(shareable=True, description="An amount of money, exact to the digits the system keeps.")
class Money:
    """An amount of money, exact to the digits the system keeps."""

    amount: Decimal = strawberry.field(description='Exact decimal number, such as "12.50". Negative is a credit.')
    currency: str = strawberry.field(description="ISO 4217 code, such as EUR.")


@strawberry.enum(description="What a quantity counts.")
class Unit(enum.Enum):
    """What a quantity counts."""

    SECONDS = strawberry.enum_value("SECONDS", description="Seconds of calls.")
    BYTES = strawberry.enum_value("BYTES", description="Bytes of data.")
    ITEMS = strawberry.enum_value("ITEMS", description="Countable things, such as messages.")


@governed(DataClass.OPERATIONAL)
@federation.type(shareable=True, description="A measured amount that is not money.")
class Quantity:
    """A measured amount that is not money."""

    value: Long = strawberry.field(description="How many units.")
    unit: Unit = strawberry.field(description="What is counted.")
