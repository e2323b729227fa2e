"""What may be told to a running gateway: a closed set of commands, read strictly, in which no number is printed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from connectors.guard.subject import Subject, SubjectKind

MAX_SUBJECTS = 1000


class Refused(Exception):
    """A command that cannot be done. The text is for the operator and holds nothing of what was asked about."""


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
    """Look at the files of credentials and certificates now."""

    do: Literal["reload"] = "reload"


Command = Status | Invalidate | ForceBreaker | Reload

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
