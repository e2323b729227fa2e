"""The words of the graph of operators: what they read and write. Plain types; where they come from is in `graph`."""

import datetime as dt
import enum
from typing import Annotated, Any

import strawberry

from connectors.guard.subject import SubjectKind


@strawberry.type(description="Something that holds over the settings.")
class Override:
    """One entry of the overrides."""

    said: str = strawberry.field(description="What holds, in words.")
    kind: str = strawberry.field(
        description="suspended, revoked, banned, limited, system, breaker, system_limits or cache."
    )
    about: str = strawberry.field(description="The client, operation or system.")
    by: str
    why: str
    since: dt.datetime
    until: dt.datetime | None = strawberry.field(description="When it ends by itself; null: when it is taken back.")


@strawberry.type(description="What one change did to one override.")
class Step:
    """In words; null: there was none, or there is none."""

    before: str | None
    after: str | None


@strawberry.type(description="One change, as it is kept for good.")
class Change:
    """One entry of the history."""

    version: int
    at: dt.datetime
    by: str
    why: str
    did: str
    steps: list[Step]


@strawberry.type(description="What holds over the settings now.")
class State:
    """The overrides of the gateway."""

    version: int = strawberry.field(description="Hand it in as expectedVersion, and nobody is overwritten unseen.")
    overrides: list[Override]


@strawberry.type(description="A client as the settings have it, and what holds over that.")
class Client:
    """One of the registry."""

    name: str
    audience: str
    class_: str = strawberry.field(name="class")
    suspended: bool
    overrides: list[Override]


@strawberry.type(description="One process's breaker for a class of a system's operations.")
class Breaker:
    """As one process has it."""

    worker: int
    operation_class: str
    state: str
    forced: bool
    why: str | None


@strawberry.type(description="A system, over all processes of this gateway.")
class System:
    """Its load, added up, and how it stands."""

    name: str
    state: str = strawberry.field(description="on, read_only, off or maintenance, as operators have said.")
    in_use: int
    places: int
    waiting: int
    calls_per_s: float
    window_until: dt.datetime | None = strawberry.field(description="The end of its maintenance window, within one.")
    breakers: list[Breaker]
    overrides: list[Override]


@strawberry.type(description="A change that was made.")
class Changed:
    """What came of a mutation."""

    version: int
    did: str
    not_heard: list[str] = strawberry.field(
        description="Processes of this gateway that do not say that they have heard of it yet; they look by themselves."
    )


@strawberry.type(description="What was forgotten.")
class Invalidated:
    """What came of an invalidation."""

    subjects: int
    not_heard: list[str]


@strawberry.enum(description="How a system may stand.")
class SystemState(enum.Enum):
    """As `connectors.guard.SystemState`, and on."""

    ON = "on"
    READ_ONLY = "read_only"
    OFF = "off"
    MAINTENANCE = "maintenance"


@strawberry.enum(description="What a breaker is kept at; AUTO: it decides by itself.")
class BreakerState(enum.Enum):
    """As the command has it."""

    OPEN = "open"
    CLOSED = "closed"
    AUTO = "auto"


Kind = strawberry.enum(SubjectKind, name="SubjectKind", description="What kind of key it is.")


@strawberry.input(description="Whose kept answers are to be forgotten.")
class Subject:
    """A key, which is personal."""

    kind: Annotated[SubjectKind, Kind]
    key: str


@strawberry.input(
    description="Limits other than usual. What is not named stays as the settings have it; null: no bound."
)
class Limits:
    """As `gateway.demand.settings.DemandChanges`."""

    cost_per_minute: int | None = strawberry.UNSET
    burst: int | None = strawberry.UNSET
    concurrent: int | None = strawberry.UNSET
    max_cost: int | None = strawberry.UNSET
    max_calls_per_system: int | None = strawberry.UNSET
    measure_only: bool | None = strawberry.UNSET

    def said(self) -> dict[str, Any]:
        """Those that were named."""
        return _named(self)


@strawberry.input(
    description="Limits of a system other than usual, of the whole gateway. What is not named stays as the settings "
    "have it."
)
class SystemLimits:
    """As `connectors.guard.SystemLimits`."""

    calls_per_s: float | None = strawberry.field(default=strawberry.UNSET, description="null: no such limit.")
    burst: int | None = strawberry.field(
        default=strawberry.UNSET, description="Calls that may come at once; null: what comes in a fifth of a second."
    )
    max_concurrent: int | None = strawberry.UNSET

    def said(self) -> dict[str, Any]:
        """Those that were named."""
        return _named(self)


@strawberry.input(
    description="For how many seconds answers are good for what. What is not named stays as the settings have it."
)
class CacheTimes:
    """As `connectors.guard.CacheTimes`."""

    fresh_s: float | None = strawberry.field(default=strawberry.UNSET, description="They may be given again.")
    revalidate_s: float | None = strawberry.field(
        default=strawberry.UNSET, description="Beyond freshS: they are given at once, and asked anew behind."
    )
    stale_s: float | None = strawberry.field(
        default=strawberry.UNSET, description="Beyond freshS: they are given when the system does not answer."
    )
    negative_s: float | None = strawberry.field(
        default=strawberry.UNSET, description="It is kept that the system does not know what was asked."
    )

    def said(self) -> dict[str, Any]:
        """Those that were named."""
        return _named(self)


def _named(given: object) -> dict[str, Any]:
    return {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
