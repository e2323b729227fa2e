"""The settings tree: everything an operator can say, typed and frozen. How it is read is in `settings_file`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.acctmgr import AcctMgrSettings
from connectors.cai3g import CAI3GSettings
from connectors.cbs import CBSSettings
from connectors.numbering import NumberingPlan
from connectors.settings import Secret
from connectors.tmf import TMFSettings
from connectors.ucip import UCIPSettings

AnySystem = Annotated[
    TMFSettings | CBSSettings | CAI3GSettings | UCIPSettings | AcctMgrSettings, Field(discriminator="dialect")
]
DIALECTS = "tmf, cbs, cai3g, ucip or acctmgr"


class SettingsError(Exception):
    """The settings are wrong. The text has a line for each mistake: where it is and what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ServerSettings(_Section):
    """Where the gateway listens and how much it takes."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 chooses a free one.")
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="A longer request body is refused with 413.")
    max_tokens: int = Field(default=4000, ge=100, description="A longer GraphQL document is refused.")
    deadline_s: float = Field(default=2.2, gt=0, le=60, description="Seconds a question may take in all.")
    body_timeout_s: float = Field(default=15.0, gt=0, le=120, description="Seconds a request body may take to arrive.")
    shutdown_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that running questions get at shutdown.")


class GraphiQLSettings(_Section):
    """The page for people."""

    enabled: bool = Field(default=True, description="Whether a browser gets GraphiQL at the graph's address.")
    stories_url: str | None = Field(default=None, description="Where the page's example questions come from.")


class NumberingSettings(_Section):
    """The operator's numbering plan."""

    country_code: str = Field(pattern=r"^[1-9][0-9]{0,2}$", description="Country code without plus, such as 44.")
    national_prefix: str = Field(default="0", pattern=r"^[0-9]{0,3}$", description="What is dialled before a number.")
    international_prefix: str = Field(default="00", pattern=r"^[0-9]{1,4}$", description="What is dialled for abroad.")
    national_lengths: list[int] = Field(min_length=1, description="How many digits national numbers have.")

    def plan(self) -> NumberingPlan:
        """The plan, as connectors and resolvers use it."""
        return NumberingPlan(
            country_code=self.country_code,
            national_prefix=self.national_prefix,
            international_prefix=self.international_prefix,
            lengths=frozenset(self.national_lengths),
        )


class IdSettings(_Section):
    """Secrets that seal the graph's ids."""

    secrets: list[Secret] = Field(
        min_length=1, description="The first seals new ids; all of them open ids. Keep the same on every replica."
    )


class RouteSettings(_Section):
    """Which system answers for which capability."""

    customers: str
    billing: str
    network: str
    recharging: str
    recharge_history: str


class LogSettings(_Section):
    """How the gateway writes its log."""

    format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people.")
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level written.")


class HistorySettings(_Section):
    """How far the past reaches."""

    days: int = Field(
        default=730, ge=1, le=3660, description="How far back bills, payments and recharges are asked for."
    )


class CacheSettings(_Section):
    """The answers kept in this process."""

    max_entries: int = Field(default=10_000, ge=1, description="Answers kept at most; the oldest go first.")


class Settings(_Section):
    """Everything an operator can say. Defaults are safe for production."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    graphiql: GraphiQLSettings = Field(default_factory=GraphiQLSettings)
    numbering: NumberingSettings
    ids: IdSettings
    systems: dict[str, AnySystem] = Field(min_length=1)
    routes: RouteSettings
    cache: CacheSettings = Field(default_factory=CacheSettings)
    history: HistorySettings = Field(default_factory=HistorySettings)
    log: LogSettings = Field(default_factory=LogSettings)

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> "Settings":
        for capability, system in self.routes:
            if system not in self.systems:
                known = ", ".join(sorted(self.systems))
                raise ValueError(f"routes.{capability} names `{system}`, but the systems are: {known}")
        return self
