"""What an operator says of the clients that may ask."""

import re
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from gateway.access.scopes import PURPOSE, SCOPE
from gateway.access.tokens.issuer_settings import is_this_machine
from gateway.callers import ClassName
from gateway.consent.settings import ConsentTerms
from gateway.demand.settings import DemandChanges
from gateway.trusted.settings import OPEN, OperationSettings

Audience: TypeAlias = Literal["partner", "self_care", "agent", "operator"]
"""Whose view of the graph a client has."""


_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?", re.ASCII)


def _scope(text: str) -> str:
    if not SCOPE.fullmatch(text):
        raise ValueError("it is no scope; write one word without quotes (RFC 6749, 3.3)")
    if text.startswith(PURPOSE):
        raise ValueError("it is a purpose; write it into `purposes`")
    return text


def _purpose(text: str) -> str:
    if not text.startswith(PURPOSE) or not SCOPE.fullmatch(text):
        raise ValueError(f"it is no purpose; write one word that begins with {PURPOSE}")
    return text


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError("it is no origin; write scheme, host and port alone, in small letters: https://shop.example")
    if text.startswith("http:") and not is_this_machine(text.removeprefix("http://").partition(":")[0]):
        raise ValueError("whoever is on the way could change this page; use https")
    return text


ClientId = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[ -~]+$")]


class ClientSettings(ConsentTerms):
    """One application that may ask."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    class_: ClassName = Field(alias="class", description="Its class: agent, self_care, partner or batch.")
    audience: Audience = Field(
        default="partner", description="Whose view of the graph it has: partner, self_care, agent or operator."
    )
    issuer: str | None = Field(
        default=None, description="Whose tokens for it are believed. Not given: those of each issuer."
    )
    scopes: list[Annotated[str, AfterValidator(_scope)]] | None = Field(
        default=None, description="All that it may ever use, whatever its tokens say. Not given: as they say."
    )
    purposes: list[Annotated[str, AfterValidator(_purpose)]] | None = Field(
        default=None, description="The purposes (dpv:...) that it may ever name. Not given: as its tokens say."
    )
    customer_claim: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="The claim by which its tokens name their customer, as the CRM numbers customers. Its tokens "
        "without it are refused. For the audience self_care it has to be given: each reads about themselves.",
    )
    case_claim: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="The claim by which its tokens name the case they were issued for, such as a trouble ticket, which "
        "is put on record. Its tokens without it are refused.",
    )
    forbidden: Literal["null", "refuse"] = Field(
        default="null",
        description="What becomes of a field that its token may not read: null, or the whole operation is refused.",
    )
    origins: list[Annotated[str, AfterValidator(_origin)]] = Field(
        default_factory=list, description="Origins of its web pages, such as https://shop.example, that may ask."
    )
    operations: OperationSettings = Field(
        default=OPEN, description="Which operations it may ask: a manifest or folder alone keeps it to those in there."
    )
    demand: DemandChanges | None = Field(default=None, description="How much it may ask, where not as its audience.")

    @model_validator(mode="after")
    def _customers_read_their_own(self) -> Self:
        if self.audience == "self_care" and self.customer_claim is None:
            raise ValueError("customers may read about themselves alone; say in `customer_claim` how tokens name them")
        return self
