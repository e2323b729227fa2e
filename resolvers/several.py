"""
One question where several systems may know the answer: two billing systems, two provinces.

Two ways to put answers together: exactly one system knows (whose number is this?), or each adds its part (all bills).
A part that is missing never passes silently.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from connectors.errors import NotKnown
from resolvers.failures import AmbiguousIdentity

K = TypeVar("K")
T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A value, the name of the system that knew it, and why others beside it could not say whether they do."""

    system: str
    value: T
    failures: tuple[Exception, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Merged(Generic[T]):
    """The parts that came, in the order asked, and why others did not. What a system does not know is neither."""

    parts: tuple[T, ...]
    failures: tuple[Exception, ...] = ()


async def the_one_that_knows(systems: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> Found[T]:
    """
    What the only one of *systems* that knows it says; all are asked side by side.

    Raises NotKnown when none knows, AmbiguousIdentity when several do, and what went wrong when none knows as far as
    can be told.
    """
    if len(systems) == 1:  # Nobody is beside it: a task of its own would only cost.
        try:
            return Found(systems[0], await ask(systems[0]))
        except NotKnown:
            raise _nobody_knows(systems) from None
    outcomes = await _side_by_side(systems, ask)
    found = [Found(system, each) for system, each in zip(systems, outcomes, strict=True) if _came(each)]
    if len(found) > 1:
        raise AmbiguousIdentity
    if found:
        return Found(found[0].system, _value(found[0].value), _failures(outcomes))
    raise next(iter(_failures(outcomes)), _nobody_knows(systems))


async def only(systems: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> T:
    """The value alone of `the_one_that_knows`; it says itself which system it came from."""
    return (await the_one_that_knows(systems, ask)).value


async def each_part(keys: Iterable[K], ask: Callable[[K], Awaitable[T]]) -> Merged[T]:
    """
    What is known of every one of *keys*, asked side by side.

    Raises the first failure when nothing came at all: then there is no answer, rather than an empty one.
    """
    keys = tuple(keys)
    if len(keys) == 1:
        try:
            return Merged(parts=(await ask(keys[0]),))
        except NotKnown:
            return Merged(parts=())
    outcomes = await _side_by_side(keys, ask)
    parts = tuple(_value(each) for each in outcomes if _came(each))
    failures = _failures(outcomes)
    if failures and not parts:
        raise failures[0]
    return Merged(parts=parts, failures=failures)


async def _side_by_side(keys: Sequence[K], ask: Callable[[K], Awaitable[T]]) -> Sequence[T | BaseException]:
    return await asyncio.gather(*(ask(key) for key in keys), return_exceptions=True)


def _nobody_knows(systems: Sequence[str]) -> NotKnown:
    return NotKnown("no system serves this key", system=" or ".join(systems) or "none")


def joined(found: Sequence[Merged[T]], *, failures: Sequence[Exception] = ()) -> Merged[T]:
    """
    Several merged answers as one, with further *failures*, each told once.

    Raises the first failure when nothing came at all, as `each_part` does.
    """
    parts = tuple(part for each in found for part in each.parts)
    told = tuple(dict.fromkeys((*failures, *(failure for each in found for failure in each.failures))))
    if told and not parts:
        raise told[0]
    return Merged(parts=parts, failures=told)


def _came(outcome: object) -> bool:
    return not isinstance(outcome, BaseException)


def _value(outcome: T | BaseException) -> T:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _failures(outcomes: Iterable[object]) -> tuple[Exception, ...]:
    for each in outcomes:
        if isinstance(each, BaseException) and not isinstance(each, Exception):
            raise each  # A cancellation is nobody's failure.
    return tuple(each for each in outcomes if isinstance(each, Exception) and not isinstance(each, NotKnown))
