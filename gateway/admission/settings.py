"""What an operator says of the gateway's own protection."""

from pydantic import BaseModel, ConfigDict, Field


class AdmissionSettings(BaseModel):
    """When this process has too much to do itself, and what becomes of the questions then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="Whether questions are refused when there is too much to do.")
    least: int = Field(
        default=4, ge=1, le=1000, description="So many questions are always worked on at once, whatever they cost."
    )
    turn_s: float = Field(
        default=0.001, ge=0.0005, le=1, description="Seconds that a turn of the event loop may take on average."
    )
    wait_s: float = Field(
        default=0.01,
        ge=0.001,
        le=5,
        description="Seconds that an agent's question may wait to be begun while there is too much to do; others less.",
    )
    burst_s: float = Field(
        default=0.4,
        ge=0.05,
        le=30,
        description="For twice so many seconds more may come than are answered, before anybody is refused for it.",
    )
