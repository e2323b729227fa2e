"""What an operator says about a system that keeps consents (TMF644), and how what it writes is to be read."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.guard import GuardSettings
from connectors.guard.freshness import windows_of
from connectors.tmf.settings import FilterName, Path, ServerSettings
from schema.consent import is_purpose

OPERATION: Final = "GET /partyPrivacyAgreement"
"""How questions for agreements are called in sources, errors and limits, wherever the collection stands."""

MOST_S: Final = 60.0
"""
Seconds after which a withdrawal that nobody told us of counts at the latest.

Between an answer's last use and the instant at which its system looked lie the windows for which it is kept, and the
time that the answer took to arrive: a system may look, be told of the withdrawal, and send what it saw.
"""


def _known_purpose(text: str) -> str:
    if not is_purpose(text):
        raise ValueError("a purpose is written dpv: and a term of the Data Privacy Vocabulary, such as dpv:Marketing")
    return text


Word = Annotated[str, Field(min_length=1, max_length=200)]
Purpose = Annotated[str, AfterValidator(_known_purpose)]


class TMFConsentSettings(ServerSettings):
    """A system that speaks TMF644 v4."""

    dialect: Literal["tmf644"] = Field(description="Always `tmf644`.")
    agreement_path: Path = Field(
        default="/tmf-api/privacyManagement/v4/partyPrivacyAgreement",
        description="Where TMF644 keeps the agreements about privacy.",
    )
    agreement_by_party: FilterName = Field(
        default="engagedParty.id", description="Filter of agreements by the id of a party that is engaged in them."
    )
    subject_roles: Annotated[frozenset[Word], Field(min_length=1)] = Field(
        default=frozenset({"customer", "user"}),
        description="Roles of those in `engagedParty` whose data an agreement is about. Others agree with them, or for "
        "them.",
    )
    partner_types: Annotated[frozenset[Word], Field(min_length=1)] = Field(
        default=frozenset({"Organization"}),
        description="What a partner is by `@referredType`. Ids of other types are others' ids.",
    )
    characteristics: Annotated[frozenset[Word], Field(min_length=1)] = Field(
        default=frozenset({"personalData"}),
        description="Names of the characteristics that stand for all personal data of a customer. Consent to less, "
        "such as to the e-mail address alone, is passed over.",
    )
    statuses: Annotated[frozenset[Word], Field(min_length=1)] = Field(
        default=frozenset({"validated", "approved"}),
        description="The statuses of agreements that are agreed to. Any other is not in force.",
    )
    purposes: dict[Word, Purpose] = Field(
        default_factory=dict,
        description="The system's own words for purposes and which purpose each is. Not named: as it is written.",
    )

    @model_validator(mode="after")
    def _withdrawals_count_in_time(self) -> Self:
        self.check_guard(self.guard)
        return self

    def check_guard(self, guard: GuardSettings) -> None:
        """What is kept of consents must not outlive the time in which a withdrawal counts."""
        kept_s = _kept_s(guard)
        if kept_s and kept_s + guard.timeout_s > MOST_S:
            raise ValueError(
                f"guard keeps the answers of `{OPERATION}` for {kept_s:g} seconds, stale_s and revalidate_s included, "
                f"and timeout_s is {guard.timeout_s:g}; a consent that was withdrawn must not be used for more "
                f"than {MOST_S:g} seconds, so give all of these together no more"
            )


def _kept_s(guard: GuardSettings) -> float:
    windows = windows_of(OPERATION, guard)
    return 0.0 if windows is None else windows.fresh_s + windows.beyond_s
