"""What a caller may say about the age of values, beside what sources say of it."""

import enum

import strawberry


@strawberry.enum(description="What is given where nothing as young as asked for can be had.")
class FreshElse(enum.Enum):
    """What is given where nothing as young as asked for can be had."""

    ERROR = strawberry.enum_value("ERROR", description="Null, with the error NOT_FRESH.")
    STALE = strawberry.enum_value("STALE", description="The older value if there is one; its source says STALE.")
