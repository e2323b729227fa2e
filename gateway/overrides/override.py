"""
What may be said over the settings: a closed set, each about one client, one operation or one system. Pure.

Two that are about the same have the same key, and the later one stands.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_serializer

from connectors.guard import CacheTimes, SystemLimits, SystemState
from gateway.demand.settings import DemandChanges
from gateway.hand import holds_number

Key = tuple[str, ...]
"""What an override is about: its kind, then names."""


def _no_number(text: str) -> str:
    if holds_number(text):
        raise ValueError("it holds what may be a subscriber's number; it is kept and logged, so name a ticket instead")
    return text


Name = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[ -~]+$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, Field(min_length=3, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"), AfterValidator(_no_number)]
"""Why, for people and for good: one line, and nobody's number in it."""


class Value(BaseModel):
    """One that is kept: frozen, strictly read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _OfClient(Value):
    kind: str
    client: Name

    @property
    def key(self) -> Key:
        return (self.kind, self.client)


class Suspended(_OfClient):
    """The client is refused, whatever its tokens say."""

    kind: Literal["suspended"] = "suspended"

    @property
    def said(self) -> str:
        """In words."""
        return f"client {self.client} suspended"


class Revoked(_OfClient):
    """Tokens for the client are not believed that were issued before an instant, or do not say when they were."""

    kind: Literal["revoked"] = "revoked"
    issued_before: AwareDatetime

    @property
    def said(self) -> str:
        """In words."""
        return f"tokens of client {self.client} revoked that were issued before {_time(self.issued_before)}"


class Limited(_OfClient):
    """How much the client may ask, where not as the settings say."""

    kind: Literal["limited"] = "limited"
    limits: DemandChanges

    @field_serializer("limits")
    def _only_what_was_said(self, limits: DemandChanges) -> dict[str, Any]:
        # What is there and null is unlimited; what is not there is as the settings have it.
        return limits.model_dump(exclude_unset=True)

    @property
    def said(self) -> str:
        """In words."""
        return f"client {self.client} limited: {_told(self._only_what_was_said(self.limits))}"


class Banned(Value):
    """
    An operation is refused: to one client, or to all.

    *operation* is the hash of its document's text, as it is registered by, or of the operation however it is written,
    as the audit and `switchboard plan` have it.
    """

    kind: Literal["banned"] = "banned"
    operation: Digest
    client: Name | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.kind, self.operation) if self.client is None else (self.kind, self.operation, self.client)

    @property
    def said(self) -> str:
        """In words."""
        return f"operation {self.operation} banned{'' if self.client is None else f' for client {self.client}'}"


class SystemIs(Value):
    """A system is not simply on."""

    kind: Literal["system"] = "system"
    system: Name
    state: SystemState

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.kind, self.system)

    @property
    def said(self) -> str:
        """In words."""
        return f"system {self.system} {self.state.value.replace('_', '-')}"


class BreakerIs(Value):
    """The breaker of a system, or of one class of its operations, is kept open or closed."""

    kind: Literal["breaker"] = "breaker"
    system: Name
    state: Literal["open", "closed"]
    operation_class: Name | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        of_class = self.operation_class
        return (self.kind, self.system) if of_class is None else (self.kind, self.system, of_class)

    @property
    def said(self) -> str:
        """In words."""
        of_class = "" if self.operation_class is None else f" for {self.operation_class}"
        return f"breaker of {self.system}{of_class} kept {self.state}"


class SystemLimited(Value):
    """How much a system may be asked, where not as the settings say."""

    kind: Literal["system_limits"] = "system_limits"
    system: Name
    limits: SystemLimits

    @field_serializer("limits")
    def _only_what_was_said(self, limits: SystemLimits) -> dict[str, Any]:
        return limits.changes

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.kind, self.system)

    @property
    def said(self) -> str:
        """In words."""
        return f"system {self.system} limited: {_told(self.limits.changes, none={'burst': 'usual'})}"


class CacheIs(Value):
    """For how long answers of a system are kept, where not as the settings say: of one operation, or of each."""

    kind: Literal["cache"] = "cache"
    system: Name
    operation: Name | None = None
    times: CacheTimes

    @field_serializer("times")
    def _only_what_was_said(self, times: CacheTimes) -> dict[str, Any]:
        return times.changes

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.kind, self.system) if self.operation is None else (self.kind, self.system, self.operation)

    @property
    def said(self) -> str:
        """In words."""
        of_operation = "" if self.operation is None else f" for {self.operation}"
        return f"cache of {self.system}{of_operation}: {_told(self.times.changes)}"


Override = Annotated[
    Suspended | Revoked | Limited | Banned | SystemIs | BreakerIs | SystemLimited | CacheIs,
    Field(discriminator="kind"),
]


class Entry(Value):
    """An override that was said: by whom, why, since when, and until when if it ends by itself."""

    override: Override
    by: str
    why: str
    since: AwareDatetime
    until: AwareDatetime | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.override.key

    def holds(self, now: dt.datetime) -> bool:
        """Whether it does at *now*."""
        return self.until is None or now < self.until


def _told(changes: Mapping[str, Any], *, none: Mapping[str, str] = MappingProxyType({})) -> str:
    """*changes* in words, and what None is in those where it is not `unlimited`."""
    words = {name: none.get(name, "unlimited") if value is None else _plain(value) for name, value in changes.items()}
    return ", ".join(f"{name} {word}" for name, word in words.items())


def _plain(value: Any) -> Any:
    # Not 5.0: nobody has said that.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _time(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")
