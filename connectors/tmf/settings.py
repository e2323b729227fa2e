"""What an operator says about a TMF server: where its collections are and what it supports."""

import enum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.settings import Secret, SystemSettings
from connectors.zone import Zone

_OURS = {"fields", "offset", "limit"}


def _not_ours(name: str) -> str:
    if name in _OURS:
        raise ValueError(f"{name} is not a filter in TMF630; name the attribute to filter by, such as id")
    return name


def _no_dot_segment(path: str) -> str:
    if {".", ".."} & set(path.split("/")):
        raise ValueError("a path may not hold . or .. as a segment")
    return path


Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)+$"), AfterValidator(_no_dot_segment)]
"""Path of a collection below `url`: starts with a slash and does not end with one."""

FilterName = Annotated[str, Field(pattern=r"^[A-Za-z@$_][A-Za-z0-9@$_.\[\]-]*$"), AfterValidator(_not_ours)]
"""Name of a query parameter that filters a collection."""


class Many(enum.StrEnum):
    """How one filter takes several values. Values are what configuration says."""

    COMMA = "comma"  # id=1,2,3 means any of them (TMF630)
    NONE = "none"  # one value per call


class Filters(BaseModel):
    """Names of the filters. TMF630 leaves to each server which attributes it filters by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by_id: FilterName = Field(default="id", description="Filter of every collection by id; used to ask for several.")
    customer_by_party: FilterName = Field(default="engagedParty.id", description="Filter of customers by party id.")
    customer_by_account: FilterName = Field(
        default="account.id", description="Filter of customers by the id of one of their billing accounts."
    )
    many: Many = Field(
        default=Many.COMMA,
        description="`comma` when a filter takes several values joined by commas; `none` when it takes one, so that "
        "every id costs a call of its own.",
    )


class ServerSettings(SystemSettings):
    """What every TMF server has in common. `url` is its root; the paths of its collections stand under it."""

    user: str | None = Field(default=None, min_length=1, description="User for HTTP Basic; goes with `password`.")
    password: Secret | None = Field(default=None, description="Password for HTTP Basic, as env:NAME or file:PATH.")
    token: Secret | None = Field(
        default=None, description="Bearer token instead of user and password, as env:NAME or file:PATH."
    )
    send_fields: bool = Field(
        default=True,
        description="Whether to send `fields=` so that the server leaves out what was not asked for. Servers that do "
        "not know it may be sent it all the same, unless they refuse it.",
    )
    heed_cache_control: bool = Field(
        default=False,
        description="Whether the server's own `Cache-Control` shortens the fresh time of its answers. Many frameworks "
        "say `no-store` to everything, and nothing is fresh then.",
    )
    page_size: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=100,
        description="Items asked for in one page (`limit`), and ids asked for in one call. At most what the server "
        "gives in one page.",
    )
    max_pages: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=10, description="Pages read for one question; an answer with more is refused, never cut."
    )
    zone: Zone | None = Field(
        default=None,
        description="Time zone of times that the server writes without one, such as Europe/Madrid. Unset, such a time "
        "is an error.",
    )

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together; give both or neither")
        if self.user is not None and self.token is not None:
            raise ValueError("give user and password, or token, not both")
        return self


class TMFSettings(ServerSettings):
    """A CRM that speaks TMF629 v4 and TMF632 v4."""

    dialect: Literal["tmf"] = Field(description="Always `tmf`.")
    customer_path: Path = Field(
        default="/tmf-api/customerManagement/v4/customer", description="Where TMF629 keeps its customers."
    )
    individual_path: Path = Field(
        default="/tmf-api/party/v4/individual", description="Where TMF632 keeps parties that are persons."
    )
    organization_path: Path = Field(
        default="/tmf-api/party/v4/organization", description="Where TMF632 keeps parties that are organisations."
    )
    filters: Filters = Field(default_factory=Filters, description="Names of the filters this server understands.")
    heed_etags: bool = Field(
        default=False,
        description="Whether the server's `ETag` is kept with what it answers to a question by id, so that it can be "
        "asked whether that still holds (`If-None-Match`, 304) instead of being asked for all of it anew. Only for "
        "servers whose ETags change with everything they name.",
    )
    default_party_kind: Literal["individual", "organization"] | None = Field(
        default=None,
        description="What the party behind a customer is where `engagedParty` tells neither by `@referredType` nor by "
        "`href`. Unset, such a customer's party is an error.",
    )
