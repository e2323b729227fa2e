"""A queue by criticality, then by arrival. Pure: it knows what waits, not what for."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from connectors.terms import Criticality

T = TypeVar("T", bound=Hashable)

_CLASSES = tuple(Criticality)


class ClassQueue(Generic[T]):
    """Every item waits once. All that is asked of it costs the same however many wait."""

    def __init__(self) -> None:
        self._waiting: tuple[OrderedDict[T, None], ...] = tuple(OrderedDict() for _ in _CLASSES)
        self._class: dict[T, Criticality] = {}

    def __len__(self) -> int:
        return len(self._class)

    def add(self, item: T, criticality: Criticality) -> None:
        """*item* comes last in its class."""
        self._class[item] = criticality
        self._waiting[criticality][item] = None

    def first(self) -> tuple[T, Criticality] | None:
        """Whose turn it is."""
        for criticality in _CLASSES:
            if self._waiting[criticality]:
                return next(iter(self._waiting[criticality])), criticality
        return None

    def last(self) -> tuple[T, Criticality] | None:
        """Who goes first when there is no room: of the least important class the one that has waited least."""
        for criticality in reversed(_CLASSES):
            if self._waiting[criticality]:
                return next(reversed(self._waiting[criticality])), criticality
        return None

    def ahead_of(self, criticality: Criticality) -> int:
        """How many would be served before a newcomer of this class."""
        return sum(len(self._waiting[each]) for each in _CLASSES[: criticality + 1])

    def promote(self, item: T, criticality: Criticality) -> bool:
        """Somebody of a more important class wants *item* as well: it comes last in that class. False: no change."""
        now = self._class.get(item)
        if now is None or now <= criticality:
            return False
        self.discard(item)
        self.add(item, criticality)
        return True

    def discard(self, item: T) -> None:
        """*item* waits no more, if it did."""
        criticality = self._class.pop(item, None)
        if criticality is not None:
            del self._waiting[criticality][item]
