"""Attributes that are worked out when they are first read, for objects that one task reads."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazily(Generic[T]):  # noqa: N801 - a decorator, written as one
    """
    As `functools.cached_property`, but for its lock.

    Until Python 3.12 that one takes a lock at each first reading, which costs more than what is worked out here.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, of: Any, _: type | None = None) -> T:
        # From now on the attribute itself is found before this.
        found = self._work(of)
        vars(of)[self._name] = found
        return found
