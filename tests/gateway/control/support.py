"""A desk that writes down what it was told, and what it hangs on."""

import contextlib
import pathlib
import socket
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

from connectors.guard.subject import Subject, SubjectKind
from connectors.numbering import NumberingPlan
from gateway.control.attendance import _among_others
from gateway.control.client import told
from gateway.control.commands import Command, written
from gateway.control.desk import Desk
from gateway.control.hub import Hub
from gateway.control.invalidation import Invalidation
from tests.connectors.support import PLAN, DictStore

LINE = Subject(SubjectKind.LINE, "99960000001")


def tell(path: pathlib.Path, command: Command) -> list[dict[str, Any]]:
    """What every process of the gateway at *path* says to *command*."""
    return told(path, written(command))


class Dropping(DictStore):
    """A store that writes down which tags it was told to drop."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped: list[set[str]] = []

    async def drop(self, tags: Collection[str]) -> None:
        self.dropped.append(set(tags))


class PlainTags:
    """Tags that can be read."""

    def tags(self, subjects: Iterable[Subject], systems: Iterable[str]) -> Collection[str]:
        return {*(f"{subject.kind}:{subject.key}" for subject in subjects), *(f"system:{name}" for name in systems)}


class Forgetful:
    """A memory of identities that writes down what it was told to forget."""

    def __init__(self) -> None:
        self.forgot: list[Subject | str] = []

    def forget_about(self, subjects: Collection[Subject]) -> None:
        self.forgot += subjects

    def forget_tagged(self, tags: Collection[str]) -> None:
        self.forgot += tags

    def forget_all(self) -> None:
        self.forgot.append("all")


class FakeBreakers:
    """Breakers that do as they are told."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, str | None], str] = {}

    def snapshot(self) -> Iterable[Mapping[str, Any]]:
        plain = {"forced": True, "why": None, "ill_s": None}
        return [
            {"system": system, "class": name, "state": state, **plain} for (system, name), state in self.states.items()
        ]

    def force(self, system: str, state: str | None, operation_class: str | None) -> None:
        if operation_class == "none":
            raise LookupError("there is no such class")
        if state is None:
            self.states.pop((system, operation_class), None)
        else:
            self.states[system, operation_class] = state


class Process:
    """One process: its desk and what hangs on it."""

    def __init__(self, *, numbering: NumberingPlan = PLAN) -> None:
        self.store = Dropping()
        self.memory = Forgetful()
        self.breakers = FakeBreakers()
        self.reloads = 0
        self.desk = Desk(
            systems={"crm", "billing"},
            numbering=numbering,
            invalidation=Invalidation(store=self.store, tagging=PlainTags(), memory=self.memory),
            reload=self._reload,
            breakers=self.breakers,
            sections={"process": lambda: {"pid": 7}},
        )

    async def _reload(self) -> dict[str, Any]:
        self.reloads += 1
        return {"systems": {"crm": "renewed"}}

    @property
    def told(self) -> set[str]:
        """Every tag that was dropped."""
        return set().union(*self.store.dropped)


@contextlib.asynccontextmanager
async def working(hub: Hub, place: int, process: Process | None, *, ready: bool = True) -> AsyncIterator[socket.socket]:
    """A worker at *place*; without a *process* one that hangs. Gives the worker's end."""
    ours, theirs = socket.socketpair()
    async with hub.member(place, ours):
        if ready:
            hub.note_ready(place)
        if process is None:
            with theirs:
                yield theirs
        else:
            async with _among_others(process.desk, theirs):
                yield theirs
