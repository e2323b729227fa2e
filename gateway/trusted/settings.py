"""What an operator says of the operations of one client."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.settings import ConfigPath
from gateway.trusted.limits import RegisteredLimits

Mode = Literal["open", "registered", "log_unknown"]
Operation = Annotated[str, Field(pattern=r"^(?:[_A-Za-z][_0-9A-Za-z]{0,99}|[0-9a-f]{64})$")]
"""One by its name, or by its hash."""


class OperationSettings(BaseModel):
    """
    Which operations one client may ask. A path alone means: those that are registered there, and no others.

    A client of which nothing is said is OPEN.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Field(
        default="registered",
        description="registered: no others than those at `path`; log_unknown: others run and are told in the log; "
        "open: all run.",
    )
    path: ConfigPath | None = Field(
        default=None,
        description="A manifest of operations (JSON, by SHA-256) or a folder of *.graphql; read again when it changes.",
    )
    automatic: bool = Field(
        default=True,
        description="Whether the client may have documents remembered by their hash (automatic persisted queries); "
        "never in the mode registered.",
    )
    automatic_bytes: int = Field(
        default=1024 * 1024,
        ge=64 * 1024,
        le=64 * 1024 * 1024,
        description="About how much memory they may take in each process; what was not asked for longest goes first.",
    )

    limits: dict[Operation, RegisteredLimits] = Field(
        default_factory=dict,
        max_length=1000,
        description="Limits that registered operations have of their own, by name or hash; they go before what the "
        "manifest says. What is not registered never has them.",
    )

    @model_validator(mode="before")
    @classmethod
    def _a_path_alone(cls, said: Any) -> Any:
        return said if isinstance(said, Mapping | OperationSettings) else {"path": said}

    @model_validator(mode="after")
    def _registered_somewhere(self) -> Self:
        if self.mode != "open" and self.path is None:
            raise ValueError(
                f"the mode {self.mode} needs to know the operations; name their manifest or folder in `path`"
            )
        return self

    @model_validator(mode="after")
    def _limits_of_something(self) -> Self:
        if self.limits and self.path is None:
            raise ValueError("only what is registered has limits of its own; name the manifest or folder in `path`")
        return self


OPEN = OperationSettings(mode="open")
"""Whatever is asked runs, and may be remembered by its hash."""
