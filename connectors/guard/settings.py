"""What an operator says about how a system may be used: time, places, freshness."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.guard.maintenance_windows import WindowSettings
from connectors.guard.shares import BudgetSettings, Shares

Seconds = Annotated[float, Field(gt=0, le=600)]
Window = Annotated[float, Field(ge=0, le=86_400)]
Places = Annotated[int, Field(ge=1, le=1000)]


DEFAULT_CLASS = "default"
"""The class of every operation that no other is named for."""

OperationClass = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class BreakerSettings(BaseModel):
    """When a system counts as ill, so that it is not asked until a probe has gone well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="Whether a system that is ill is spared at all.")
    failure_rate: float = Field(
        default=0.8, gt=0, le=1, description="The part of the calls of a window that must fail for it to count as ill."
    )
    slow_rate: float = Field(
        default=0.8, gt=0, le=1, description="The part of the calls of a window that must be slow for the same."
    )
    slow_s: Seconds | None = Field(
        default=None, description="A call that takes so many seconds is slow. Not given: 0.8 of `timeout_s`."
    )
    least_calls: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Calls in a window before rates count; as many failures in a row count by themselves.",
    )
    window_s: float = Field(default=10.0, ge=1, le=300, description="Seconds that are looked back on.")
    probe_wait_s: float = Field(
        default=4.0, gt=0, le=5, description="Seconds between probes at most; each wait is half of it at least."
    )
    probes: int = Field(
        default=2, ge=1, le=20, description="Probes in a row that must go well for it to count as well."
    )
    classes: dict[str, OperationClass] = Field(
        default_factory=dict,
        description="Per operation, a class with a breaker of its own. Not named: all share one, `default`.",
    )


class GuardSettings(BaseModel):
    """Limits of one system. Defaults are careful: a legacy system is asked little at once and not for long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_s: Seconds = Field(default=1.8, description="The longest one call may take, in seconds.")
    max_concurrent: Places = Field(default=16, description="Calls the system has to bear at once, in all.")
    min_concurrent: Places | None = Field(
        default=None,
        description="Given below max_concurrent: the limit is found out between the two, by how long calls take.",
    )
    replicas: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Gateways that use the system; each takes its part of places and budget where they share none.",
    )
    max_waiting: int = Field(default=256, ge=0, le=100_000, description="Calls that may wait for a place.")
    fresh_s: dict[str, Window] = Field(
        default_factory=dict,
        description="Per operation, for how many seconds an answer may be given again. `*`: all not named.",
    )
    revalidate_s: dict[str, Window] = Field(
        default_factory=dict,
        description="Per operation, for how many seconds beyond `fresh_s` it is given at once and asked anew behind.",
    )
    stale_s: dict[str, Window] = Field(
        default_factory=dict,
        description="Per operation, for how many seconds beyond `fresh_s` it is given when the system does not answer.",
    )
    negative_s: dict[str, Window] = Field(
        default_factory=dict,
        description="Per operation, for how many seconds it is kept that the system does not know what was asked.",
    )
    jitter: float = Field(
        default=0.1,
        ge=0,
        le=0.5,
        description="Each kept answer is asked for anew sooner by a random share of its time, up to this one.",
    )
    breaker: BreakerSettings = Field(
        default_factory=BreakerSettings, description="When the system counts as ill, and how it is found to be well."
    )
    maintenance: list[WindowSettings] = Field(
        default_factory=list, max_length=50, description="When the system is taken away by those who run it."
    )
    expensive: frozenset[str] = Field(
        default=frozenset(),
        description="Operations of which equal calls are made once by all replicas together; needs `cache.redis`.",
    )

    budget: BudgetSettings | None = Field(default=None, description="Calls per second. Not given: no such limit.")
    shares: Shares = Field(default_factory=Shares, description="The part that each class of callers may use.")
    attempts: int = Field(
        default=2, ge=1, le=3, description="How often one question is sent at most; 1 sends each only once."
    )
    retry_ratio: float = Field(
        default=0.15, ge=0, le=1, description="How many questions may be sent once more, as a part of all questions."
    )
    hedge_after_s: dict[str, Seconds] = Field(
        default_factory=dict,
        description="Per operation, after how many seconds without an answer the same question is sent a second time "
        "beside the first. Not named: never.",
    )

    @model_validator(mode="after")
    def _expensive_answers_are_kept(self) -> "GuardSettings":
        self.check_expensive()
        return self

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "GuardSettings":
        if self.min_concurrent is not None and self.min_concurrent > self.max_concurrent:
            raise ValueError("min_concurrent is above max_concurrent; give it at most as much")
        return self

    @model_validator(mode="after")
    def _nothing_said_that_cannot_be(self) -> "GuardSettings":
        again = self.hedge_after_s or ("attempts" in self.model_fields_set and self.attempts > 1)
        if again and not self.retry_ratio:
            raise ValueError(
                "retry_ratio is 0, so nothing is sent again, whatever attempts and hedge_after_s say; give it more, "
                "or leave those out"
            )
        for operation, after_s in sorted(self.hedge_after_s.items()):
            if after_s >= self.timeout_s:
                raise ValueError(
                    f"hedge_after_s of `{operation}` is no less than timeout_s, and the call has ended by then; "
                    "give it less"
                )
        if self.breaker.slow_s is not None and self.breaker.slow_s > self.timeout_s:
            raise ValueError("breaker.slow_s is above timeout_s, so that no call is ever slow; give it less")
        return self

    @model_validator(mode="after")
    def _replicas_said_once(self) -> "GuardSettings":
        said = None if self.budget is None or "replicas" not in self.budget.model_fields_set else self.budget.replicas
        if None not in (said, self.replicas) and said != self.replicas:
            raise ValueError("budget.replicas is not what replicas says; leave budget.replicas out")
        return self

    def check_expensive(self) -> None:
        """Raises ValueError where something expensive is not kept, which others could wait for."""
        for operation in sorted(self.expensive):
            if not self.fresh_s.get(operation, self.fresh_s.get("*", 0.0)):
                raise ValueError(
                    f"guard.expensive names `{operation}`, whose answers are not kept, so that there is nothing to "
                    "wait for; give it a time in guard.fresh_s"
                )

    @property
    def parts(self) -> int:
        """Into how many parts places and budget are divided where nothing is shared: one for each process."""
        if self.replicas is not None:
            return self.replicas
        return 1 if self.budget is None else self.budget.replicas
