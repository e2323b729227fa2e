"""What an operator says of the ways in which a running gateway is told something."""

from pydantic import BaseModel, ConfigDict, Field

from connectors.settings import ConfigPath, Secret


class ControlSettings(BaseModel):
    """The point of control, for people and scripts on the same machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    socket: ConfigPath | None = Field(
        default=None,
        description="Path of the unix socket that `switchboard control` speaks to; only its owner may use it. "
        "Not given: none.",
    )


class EventSettings(BaseModel):
    """What systems may tell of themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: Secret | None = Field(
        default=None,
        description="What a system must show to tell of changes at /events/tmf: env:NAME or file:PATH. "
        "Not given: there is no such address.",
    )
