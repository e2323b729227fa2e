"""What an operator says to reach a CAI3G provisioning gateway (EMA, EDA, Dynamic Activation) in front of the HSS."""

import enum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from connectors.cai3g.faults import Meaning
from connectors.settings import ConfigFile, Secret, SystemSettings

GSM_HLR = "Subscription@http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"

Path = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._~-]+)*/?$")]
FaultCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(/[0-9]{1,12})?$")]
MoType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][_A-Za-z0-9]*@\S+$")]


class MoIdNamespace(enum.StrEnum):
    """The namespace in which the key inside MOId stands; installations differ."""

    MO = "mo"
    CAI3G = "cai3g"


class ImsiLookup(enum.StrEnum):
    """How a subscription is found by IMSI."""

    GET = "get"
    SEARCH = "search"


class CAI3GSettings(SystemSettings):
    """Settings of one CAI3G system."""

    dialect: Literal["cai3g"] = Field(description="Always cai3g.")
    wsdl: ConfigFile = Field(description="The system's WSDL, its schema beside it. Only files are read.")
    path: Path = Field(default="/services/CAI3G1.2", description="Path of the service below `url`.")
    session_path: Path | None = Field(
        default=None, description="Path of Login and Logout where they have one of their own; else `path`."
    )
    user: str | None = Field(default=None, min_length=1, description="The userId of Login.")
    password: Secret | None = Field(default=None, description="Its password: env:NAME or file:PATH.")
    fixed_session_id: Secret | None = Field(
        default=None,
        description="A session id that is always valid, for systems without Login: env:NAME or file:PATH.",
    )
    sessions: int = Field(
        default=2, ge=1, le=64, description="Sessions held at most; one serves one call at a time. Licences limit them."
    )
    login_cool_down_s: float = Field(
        default=1.0, ge=0, le=60, description="After a failed login, seconds until another is tried for new callers."
    )
    mo_type: MoType = Field(default=GSM_HLR, description="The MOType of a subscription: name@namespace.")
    mo_id_namespace: MoIdNamespace = Field(
        default=MoIdNamespace.MO, description="Namespace of the key inside MOId: mo (that of mo_type) or cai3g."
    )
    imsi_lookup: ImsiLookup = Field(
        default=ImsiLookup.GET, description="Find an IMSI by get, or by search and then get where Get takes no IMSI."
    )
    fault_codes: dict[FaultCode, Meaning] = Field(
        default_factory=dict,
        description=(
            "What fault codes of this installation mean, beside those built in: the Cai3gFault's faultcode, or "
            "faultcode/code of the element below it, such as 4006/13001: not-known."
        ),
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        login = self.user is not None and self.password is not None
        either = self.user is not None or self.password is not None
        if self.fixed_session_id is None and not login:
            raise ValueError("give user and password for Login, or fixed_session_id where there is no Login")
        if self.fixed_session_id is not None and either:
            raise ValueError("give either user and password or fixed_session_id, not both")
        return self

    @property
    def mo_name(self) -> str:
        """The managed object's name, the part of `mo_type` before the @."""
        return self.mo_type.partition("@")[0]

    @property
    def mo_namespace(self) -> str:
        """The managed object's namespace, the part of `mo_type` after the @."""
        return self.mo_type.partition("@")[2]
