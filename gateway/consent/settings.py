"""What an operator says of a client's access to personal data: who it is in agreements, and what it needs none for."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.consent.decision import LegalGround, Reader
from schema.consent import is_purpose


def _known_form(text: str) -> str:
    if not is_purpose(text):
        raise ValueError(
            "a purpose is written as tokens name it: dpv: and a term of the Data Privacy Vocabulary, such as "
            "dpv:FraudPreventionAndDetection"
        )
    return text


Purpose = Annotated[str, AfterValidator(_known_form)]


class ConsentTerms(BaseModel):
    """A client's part of the settings; to be a base of the client's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="How customers' agreements name the partner behind the client (`relatedParty.id`). Not given: by "
        "the client's own name here.",
    )
    legal_grounds: dict[Purpose, LegalGround] = Field(
        default_factory=dict,
        description="Purposes for which the client may read personal data without consent, and on what ground: "
        "contract, legal_obligation, vital_interests, public_task or legitimate_interests.",
    )

    def reader(self, *, client: str, purpose: str) -> Reader:
        """The client with that name, reading for *purpose*."""
        return Reader(party=self.party or client, purpose=purpose, grounds=self.legal_grounds)
