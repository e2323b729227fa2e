"""What an operator says about how a system may be used: time, places, freshness."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0, le=600)]


class GuardSettings(BaseModel):
    """Limits of one system. Defaults are careful: a legacy system is asked little at once and not for long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_s: Seconds = Field(default=1.8, description="The longest one call may take, in seconds.")
    max_concurrent: int = Field(default=16, ge=1, le=1000, description="Calls the system has to bear at once.")
    max_waiting: int = Field(default=256, ge=0, le=100_000, description="Calls that may wait for a place.")
    fresh_s: dict[str, Annotated[float, Field(ge=0, le=86_400)]] = Field(
        default_factory=dict,
        description="Per operation, for how many seconds an answer may be given again. Not named: not kept.",
    )
