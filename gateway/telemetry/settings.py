"""What an operator says about traces and metrics."""

from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from connectors.settings import Secret


class TraceSettings(BaseModel):
    """Where spans go. Without an endpoint there are none, but trace ids still go on to the systems."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    endpoint: AnyHttpUrl | None = Field(
        default=None, description="OTLP/HTTP address for traces, such as http://collector.example:4318/v1/traces"
    )
    headers: dict[str, Secret] = Field(default_factory=dict, description="Headers for the endpoint, by name.")
    ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.1, description="How many of the questions that nobody has decided about are traced."
    )
    believe_callers: bool = Field(
        default=True,
        description="Whether a caller's `traceparent` is continued, with its decision whether to trace.",
    )
    keep_state: bool = Field(
        default=False,
        description="Whether a caller's `tracestate` goes on with its trace, into spans and to the systems. Anything "
        "can be written there, also about a person: only for a gateway that your own systems alone ask.",
    )


class TelemetrySettings(BaseModel):
    """Traces and metrics."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service_name: str = Field(default="switchboard", max_length=100, description="Name of this gateway in traces.")
    metrics: bool = Field(default=True, description="Whether /metrics tells numbers, in Prometheus' text format.")
    traces: TraceSettings = Field(default_factory=TraceSettings)
