"""Warming up: the operations an operator knows of are worked out before the first caller comes."""

import pathlib
from collections.abc import Iterable, Iterator

from connectors.environment import Reporter
from gateway.operations.operation import Operations
from gateway.plan.known import Known, known


def warm_up(views: Iterable[Operations], paths: Iterable[pathlib.Path], *, report: Reporter) -> None:
    """
    Work out the operations in *paths* in each of the *views*.

    Each that cannot be in any of them is one line in the log, and hinders nobody.
    """
    everywhere: list[dict[tuple[str, str | None], str]] = [
        {(str(found.file), found.name): why for found, why in refused(view, paths)} for view in views
    ]
    for (file, name), why in everywhere[-1].items():
        if all((file, name) in others for others in everywhere):
            report.warning("operation_not_warmed_up", file=file, operation=name, why=why)


def refused(operations: Operations, paths: Iterable[pathlib.Path]) -> Iterator[tuple[Known, str]]:
    """Work out the operations in *paths*; those that cannot be, with the reason. Holds up whoever else is there."""
    for found in known(paths):
        if found.why:
            yield found, found.why
        for text in found.texts:
            if errors := operations.pin(text):
                yield found, errors[0].message
                break
