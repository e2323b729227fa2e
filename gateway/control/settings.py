"""What an operator says of the ways in which a running gateway is told something."""

import pathlib

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from connectors.settings import ConfigPath, Secret


class ApiSettings(BaseModel):
    """The point of control as a graph of its own, for operators with a token; it needs [access]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address to listen at: this machine's own.")
    port: int = Field(ge=0, le=65535, description="Port to listen at; 0 is any free one.")
    url: AnyHttpUrl | None = Field(
        default=None,
        description="Its address as operators know it, for tokens that are bound to a key (DPoP). Not given: those are "
        "refused here.",
    )


class ControlSettings(BaseModel):
    """The point of control, for people and scripts on the same machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    socket: ConfigPath | None = Field(
        default=None,
        description="Path of the unix socket that `switchboard control` speaks to; only its owner may use it. "
        "Not given: none.",
    )
    overrides: ConfigPath | None = Field(
        default=None,
        description="File for what operators say over the settings; not the same for two gateways. Without cache.redis "
        "the workers of this machine share it, with it it is a copy to start from. Not given: beside the socket.",
    )

    api: ApiSettings | None = Field(default=None, description="A graph for operators. Not given: none.")

    @property
    def overrides_path(self) -> pathlib.Path | None:
        """Where the overrides are kept on this machine, if anywhere."""
        if self.overrides is not None or self.socket is None:
            return self.overrides
        return self.socket.with_name(f"{self.socket.name}.overrides.json")


class EventSettings(BaseModel):
    """What systems may tell of themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: Secret | None = Field(
        default=None,
        description="What a system must show to tell of changes at /events/tmf: env:NAME or file:PATH. "
        "Not given: there is no such address.",
    )
