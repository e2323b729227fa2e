"""
Limits that a registered operation has of its own, in place of those that its client's documents usually have.

What is registered was looked at by somebody, so it may be longer or dearer than what a stranger makes up. What nobody's
document may be, however well it is known, is a bound of each figure here: what one document may take of the time of
the parser, the validation and the stack.
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.demand.settings import DemandChanges
from gateway.limits.settings import LimitSettings


class RegisteredLimits(BaseModel):
    """What is not named is as for every other document of the client."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    characters: int | None = Field(default=None, ge=100, le=200_000, description="Characters of the document.")
    tokens: int | None = Field(default=None, ge=100, le=20_000, description="Its words and signs.")
    depth: int | None = Field(default=None, ge=1, le=50, description="Fields inside each other, fragments followed.")
    aliases: int | None = Field(default=None, ge=0, le=500, description="Its aliases.")
    root_fields: int | None = Field(default=None, ge=1, le=100, description="Fields at its root.")
    directives: int | None = Field(default=None, ge=0, le=500, description="Its directives.")
    fields: int | None = Field(default=None, ge=1, le=10_000, description="Fields that it selects.")
    cost: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="What it may cost, as estimated before anything is asked; never more than its client's burst.",
    )
    calls: int | None = Field(default=None, ge=1, le=10_000, description="Calls that it may make to one system.")

    @property
    def named(self) -> dict[str, int]:
        """What is said, by the names of the settings and manifests."""
        found: dict[str, int] = self.model_dump(exclude_none=True)
        return found

    @property
    def demand(self) -> DemandChanges | None:
        """What is said of how much it may ask; None where nothing is."""
        said = {"max_cost": self.cost, "max_calls_per_system": self.calls}
        found = {name: most for name, most in said.items() if most is not None}
        return DemandChanges(**found) if found else None

    def over(self, usual: LimitSettings) -> LimitSettings:
        """The bounds of the document, where others have the *usual* ones."""
        said = {
            "max_characters": self.characters,
            "max_tokens": self.tokens,
            "max_depth": self.depth,
            "max_aliases": self.aliases,
            "max_root_fields": self.root_fields,
            "max_directives": self.directives,
            "max_selected_fields": self.fields,
            "max_written_fields": self.fields,
            "max_cost": self.cost,
        }
        return usual.model_copy(update={name: most for name, most in said.items() if most is not None})


class LimitsError(ValueError):
    """Limits that cannot be. The text is for the operator, and quotes nothing but the names of limits."""


def read(said: object) -> RegisteredLimits | None:
    """The limits that *said* names, as JSON has them; None for none. Raises LimitsError."""
    if said is None:
        return None
    try:
        found = RegisteredLimits.model_validate(said)
    except ValidationError as exc:
        raise LimitsError(_why(exc)) from None
    return found if found.named else None


def _why(exc: ValidationError) -> str:
    first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    known = ", ".join(RegisteredLimits.model_fields)
    if first["type"] == "extra_forbidden" or not first["loc"]:
        return f"its limits can be {known}, and nothing else"
    words = first["msg"].removeprefix("Input should be ")
    return f"its limit `{first['loc'][0]}` should be {words}"
