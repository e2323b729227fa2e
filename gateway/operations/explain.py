"""`switchboard plan`: what an operation means here, told without asking any system and without any settings."""

import json
import pathlib
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.plan.plan import Plan
from resolvers.graph import build


class ExplainError(Exception):
    """There is no such operation, or it would be refused. The text says why, a line for each reason."""


def explain(file: pathlib.Path, *, name: str | None, variables: dict[str, Any] | None) -> str:
    """
    The plan of the operation in *file* called *name*, or of the only one, as indented JSON.

    Without *variables* sizes that hang on them are the usual ones. Limits are the default ones. Raises ExplainError.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ExplainError(f"{file}: cannot be read ({getattr(exc, 'strerror', None) or 'it is not UTF-8'}).") from None
    operations = Operations(build(), limits=LimitSettings())
    prepared = operations.prepare(text)
    if prepared.errors:
        raise ExplainError(_lines(file, prepared.errors))
    if variables is None:
        return _written(file, operations.outlook(prepared, name=name))
    planned = operations.plan(prepared, name=name, variables=variables)
    if isinstance(planned, Outcome):
        raise ExplainError(_lines(file, planned.errors))
    return json.dumps(planned.plan.describe(planned.variables), indent=2)


def _written(file: pathlib.Path, plan: Plan | None) -> str:
    if plan is None:
        raise ExplainError(f"{file}: name one of its operations with --operation.")
    return json.dumps(plan.describe(), indent=2)


def _lines(file: pathlib.Path, errors: Iterable[GraphQLError]) -> str:
    return "\n".join(
        f"{file}:{error.locations[0].line}: {error.message}" if error.locations else f"{file}: {error.message}"
        for error in errors
    )
