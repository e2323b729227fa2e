"""The settings tree: everything an operator can say, typed and frozen. How it is read is in `settings_file`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.acctmgr import AcctMgrSettings
from connectors.cai3g import CAI3GSettings
from connectors.cbs import CBSSettings
from connectors.numbering import NumberingPlan
from connectors.settings import ConfigPath, Secret
from connectors.tmf import TMFConsentSettings, TMFSettings
from connectors.ucip import UCIPSettings
from gateway.access.settings import AccessSettings
from gateway.access.tokens.issuer_settings import is_this_machine
from gateway.admission.settings import AdmissionSettings
from gateway.audit.settings import AuditSettings
from gateway.callers import CallerSettings
from gateway.control.settings import ControlSettings, EventSettings
from gateway.demand.settings import DemandSettings
from gateway.limits.settings import LimitSettings
from gateway.mistakes import Mistake as Mistake  # noqa: PLC0414 - wrong settings are told where settings are
from gateway.mistakes import SettingsError as SettingsError  # noqa: PLC0414 - as above
from gateway.routing import Route, RouteSettings
from gateway.stores.settings import RedisSettings
from gateway.telemetry.settings import TelemetrySettings

AnySystem = Annotated[
    TMFSettings | TMFConsentSettings | CBSSettings | CAI3GSettings | UCIPSettings | AcctMgrSettings,
    Field(discriminator="dialect"),
]
DIALECTS = "tmf, tmf644, cbs, cai3g, ucip or acctmgr"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ServerSettings(_Section):
    """Where the gateway listens and how much it takes."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 chooses a free one.")
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="A longer request body is refused with 413.")
    deadline_s: float = Field(default=2.2, gt=0, le=60, description="Seconds a question may take in all.")
    max_connections: int = Field(default=2000, ge=1, le=60_000, description="Connections open at once; more get 503.")
    max_headers: int = Field(default=100, ge=10, le=1000, description="A request with more header lines gets 431.")
    max_header_bytes: int = Field(
        default=32 * 1024, ge=4096, le=1024 * 1024, description="A longer request line with headers gets 431."
    )
    header_timeout_s: float = Field(
        default=10.0, gt=0, le=120, description="Seconds the headers of a request may take to arrive."
    )
    body_timeout_s: float = Field(
        default=15.0, gt=0, le=120, description="Seconds a whole request may take to arrive, body included."
    )
    keep_alive_s: float = Field(
        default=65.0, gt=0, le=3600, description="Seconds a connection may be idle; longer than your proxy keeps it."
    )
    write_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="Seconds a client may take to read what it asked for."
    )
    shutdown_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that running questions get at shutdown.")
    workers: Annotated[int, Field(ge=1, le=64)] | Literal["auto"] = Field(
        default=1, description="Processes that serve the address together; auto is one for each core."
    )
    admission: AdmissionSettings = Field(
        default_factory=AdmissionSettings, description="What becomes of questions when there is too much to do."
    )


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
    max_bytes: int = Field(
        default=256 * 1024 * 1024, ge=1024 * 1024, description="About how much memory they may take in each process."
    )
    redis: RedisSettings | None = Field(default=None, description="A Redis or Valkey in which replicas keep answers.")


class PlanSettings(_Section):
    """What is known of the questions before they come."""

    warm_up: list[ConfigPath] = Field(
        default_factory=list,
        description="Files with operations, or folders of *.graphql, that are worked out before the gateway is ready.",
    )


class IdentitySettings(_Section):
    """How long it is remembered who a number, an account or a SIM belongs to."""

    remember_s: float = Field(
        default=3600.0,
        ge=0,
        le=86_400,
        description="For how many seconds it is remembered, only to start calls early; 0: never.",
    )
    max_age_s: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="For how many seconds after billing said whose a number is it is not asked again; 0: always.",
    )
    max_entries: int = Field(
        default=20_000, ge=1, le=1_000_000, description="Entries kept at most, some four for a customer."
    )


class CheckSettings(_Section):
    """What `switchboard check` asks about."""

    msisdn: str | None = Field(
        default=None,
        pattern=r"^\+?[0-9]{3,20}$",
        repr=False,
        description="Number of a test SIM of yours to ask every system about. Not given: a number of zeros.",
    )


def shows_graph(limits: LimitSettings, graphiql: GraphiQLSettings) -> bool:
    """Whether callers may see the graph itself: as `limits.introspection` says, else where there is a page for it."""
    return graphiql.enabled if limits.introspection is None else limits.introspection


class Settings(_Section):
    """Everything an operator can say. Defaults are safe for production."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    graphiql: GraphiQLSettings = Field(default_factory=GraphiQLSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    callers: CallerSettings = Field(default_factory=CallerSettings)
    access: AccessSettings | None = Field(
        default=None, description="Who may ask. Not given: whoever reaches the address."
    )
    demand: DemandSettings = Field(
        default_factory=DemandSettings, description="How much clients may ask, by the audience they are of."
    )
    audit: AuditSettings | None = Field(default=None, description="Who saw what of whom. Not given: nobody keeps it.")
    numbering: NumberingSettings
    ids: IdSettings
    systems: dict[str, AnySystem] = Field(min_length=1)
    routes: RouteSettings
    cache: CacheSettings = Field(default_factory=CacheSettings)
    history: HistorySettings = Field(default_factory=HistorySettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    plans: PlanSettings = Field(default_factory=PlanSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
    control: ControlSettings = Field(default_factory=ControlSettings)
    events: EventSettings = Field(default_factory=EventSettings)
    check: CheckSettings = Field(default_factory=CheckSettings)

    @property
    def shows_graph(self) -> bool:
        """Whether callers may see the graph itself, by introspection or as a federation router does."""
        return shows_graph(self.limits, self.graphiql)

    @property
    def knows_callers(self) -> bool:
        """Whether nobody is answered but by an access token of an issuer that is one."""
        return self.access is not None and bool(self.access.issuers)

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> "Settings":
        for capability, routes in self.routes.by_capability().items():
            for route in routes:
                self._check_route(capability, route)
        return self

    @model_validator(mode="after")
    def _one_says_the_class(self) -> "Settings":
        if self.access is not None and self.callers.class_header is not None:
            raise ValueError(
                "callers.class_header and access.clients both say the class of a caller; leave callers.class_header out"
            )
        return self

    @model_validator(mode="after")
    def _development_stays_here(self) -> "Settings":
        if self.access is not None and self.access.development is not None and not is_this_machine(self.server.host):
            raise ValueError(
                "access.development believes tokens that anybody with its key file can write, and server.host lets "
                "other machines ask; name access.issuers instead, or listen on 127.0.0.1"
            )
        return self

    @model_validator(mode="after")
    def _operators_show_tokens(self) -> "Settings":
        if self.control.api is None:
            return self
        if self.access is None or all(each.audience != "operator" for each in self.access.clients.values()):
            raise ValueError(
                "control.api answers clients of the audience operator alone, and access has none; add one to "
                "access.clients, or leave control.api out"
            )
        if self.control.overrides_path is None and self.cache.redis is None:
            raise ValueError(
                "control.api has nowhere to keep what operators say; set control.socket or cache.redis beside it"
            )
        return self

    @model_validator(mode="after")
    def _what_is_asked_together_is_shared(self) -> "Settings":
        for name, system in self.systems.items():
            if self.cache.redis is None and system.guard.expensive:
                raise ValueError(
                    f"systems.{name}.guard.expensive has all replicas ask once together, and there is no cache.redis "
                    "through which they could; set cache.redis, or leave guard.expensive out"
                )
        return self

    def _check_route(self, capability: str, route: Route) -> None:
        if route.system not in self.systems:
            known = ", ".join(sorted(self.systems))
            raise ValueError(f"routes.{capability} names `{route.system}`, but the systems are: {known}")
        code = self.numbering.country_code
        for beginning in route.numbers:
            if not beginning.startswith(code):
                raise ValueError(
                    f"routes.{capability}: no number of this plan begins with `{beginning}`; write the country code "
                    f"{code} first"
                )
