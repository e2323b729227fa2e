"""The line at the door: by class; within a class mutations before queries; then by arrival. Pure."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from connectors.guard.queue import ClassQueue
from connectors.terms import Criticality

T = TypeVar("T", bound=Hashable)


class Line(Generic[T]):
    """Who waits. Of queries and mutations each class has a queue of its own."""

    def __init__(self) -> None:
        self._mutations: ClassQueue[T] = ClassQueue()
        self._queries: ClassQueue[T] = ClassQueue()
        self._rank: dict[T, tuple[Criticality, bool]] = {}

    def add(self, item: T, criticality: Criticality, *, mutation: bool) -> None:
        """*item* comes last among its like."""
        (self._mutations if mutation else self._queries).add(item, criticality)
        self._rank[item] = (criticality, not mutation)

    def less_important_than(self, item: T) -> list[T]:
        """Of those who wait all that are of a lesser class than *item*, or queries where it is a mutation."""
        rank = self._rank[item]
        return [other for other, its in self._rank.items() if its > rank]

    def criticality(self, item: T) -> Criticality:
        """The class of *item*, who waits."""
        return self._rank[item][0]

    def first(self) -> T | None:
        """Whose turn it is."""
        mutation, query = self._mutations.first(), self._queries.first()
        if mutation is None or (query is not None and query[1] < mutation[1]):
            return None if query is None else query[0]
        return mutation[0]

    def last(self) -> tuple[T, Criticality] | None:
        """Who goes first when there is no room: of the least important the one that has waited least."""
        mutation, query = self._mutations.last(), self._queries.last()
        if query is None or (mutation is not None and mutation[1] > query[1]):
            return mutation
        return query

    def discard(self, item: T) -> None:
        """*item* waits no more, if it did."""
        self._rank.pop(item, None)
        self._mutations.discard(item)
        self._queries.discard(item)
