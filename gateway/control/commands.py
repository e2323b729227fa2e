"""What may be told to a running gateway: a closed set of commands, read strictly, in which no number is printed."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from connectors.guard.subject import Subject, SubjectKind
from gateway.control.answers import CONFLICT
from gateway.overrides.override import Name, Override, Words

MAX_SUBJECTS = 1000


class Refused(Exception):
    """A command that cannot be done. The text is for the operator and holds nothing of what was asked about."""

    code: ClassVar[str | None] = None


class Conflicting(Refused):
    """One that was made for an earlier version than there is."""

    code = CONFLICT


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class About(_Command):
    """Whom an invalidation is about."""

    kind: SubjectKind
    key: Annotated[str, Field(min_length=1, max_length=200, repr=False)]

    @property
    def subject(self) -> Subject:
        """As the guard knows it."""
        return Subject(self.kind, self.key)


class Status(_Command):
    """Tell how things are."""

    do: Literal["status"] = "status"


class Invalidate(_Command):
    """Forget what is kept about these subjects, and all that this system gave."""

    do: Literal["invalidate"] = "invalidate"
    subjects: Annotated[tuple[About, ...], Field(max_length=MAX_SUBJECTS)] = ()
    system: str | None = None

    @model_validator(mode="after")
    def _of_something(self) -> "Invalidate":
        if not self.subjects and self.system is None:
            raise ValueError("name a subject or a system")
        return self


class ForceBreaker(_Command):
    """Keep the breaker of a system open or closed, or let it decide by itself again."""

    do: Literal["breaker"] = "breaker"
    system: str
    state: Literal["open", "closed", "auto"]
    operation_class: str | None = None


class Reload(_Command):
    """Look now at the settings file, and at the files of credentials and certificates."""

    do: Literal["reload"] = "reload"


class Usage(_Command):
    """Tell which fields clients ask: by client, or of this client, or who asks this field, or what is not asked."""

    do: Literal["usage"] = "usage"
    client: Annotated[str, Field(max_length=256)] | None = None
    field: Annotated[str, Field(max_length=256)] | None = None
    unused: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> "Usage":
        if self.field is not None and (self.client is not None or self.unused):
            raise ValueError("of a field its users are told; leave out the client and what is unused")
        return self


class _ByHand(_Command):
    """Something that is kept: who says it and why, and which version was seen last, where that matters."""

    by: Name
    why: Words
    expected: Annotated[int, Field(ge=0)] | None = None
    by_then: AwareDatetime | None = None
    """Not to be done any more at that time: whoever told it has told another process, or gave up."""


class Put(_ByHand):
    """Have an override hold, everywhere."""

    do: Literal["put"] = "put"
    override: Override
    until: AwareDatetime | None = None


class Lift(_ByHand):
    """Have an override hold no more: the one that is about *key*."""

    do: Literal["lift"] = "lift"
    key: Annotated[tuple[Name, ...], Field(min_length=2, max_length=3)]


class GoBack(_ByHand):
    """Have all overrides be as they were at a version."""

    do: Literal["rollback"] = "rollback"
    to: Annotated[int, Field(ge=0)]


class Overrides(_Command):
    """Tell which overrides hold."""

    do: Literal["overrides"] = "overrides"


class History(_Command):
    """Tell who has changed which overrides when and why, the last change first."""

    do: Literal["history"] = "history"
    most: Annotated[int, Field(ge=1, le=200)] = 20


class Note(_Command):
    """Put on record that an operator does something that is not kept: what, who and why."""

    do: Literal["note"] = "note"
    by: Name
    why: Words
    what: Name


class Look(_Command):
    """Look now whether somebody has changed overrides."""

    do: Literal["look"] = "look"


Change = Put | Lift | GoBack
"""Commands that one process does for all."""

Question = Overrides | History | Note
"""Commands to which one answer is enough."""

Command = Status | Invalidate | ForceBreaker | Reload | Usage | Put | Lift | GoBack | Overrides | History | Note | Look

_COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="do")])


def read(told: bytes | dict[str, Any]) -> Command:
    """The command in *told*: JSON, or what was read from it. Raises Refused."""
    try:
        return _COMMAND.validate_json(told) if isinstance(told, bytes) else _COMMAND.validate_python(told)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        # The first step is the command's own name.
        place = ".".join(str(step) for step in first["loc"][1:])
        why = first["msg"].removeprefix("Value error, ")
        raise Refused(f"{place}: {why}" if place else why) from None


def written(command: Command) -> dict[str, Any]:
    """*command* as JSON holds it; for a channel between processes of ours, never for a log."""
    return command.model_dump(mode="json")
