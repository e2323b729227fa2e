"""Systems whose connectors went wrong: somewhere in what they answer stands what may not stand there."""

import asyncio
import copy
import dataclasses
import datetime as dt
import inspect
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from strawberry.types import get_object_definition

from connectors.capabilities import BillingProfile
from connectors.guard import Answer
from schema.money import Money
from schema.parts import ABSENT
from tests.gateway.execution.support import RichOperator


class Promise:
    """Something to await that nobody minds not awaiting."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return self._value


BAD: tuple[Callable[[Any], Any], ...] = (
    lambda _: None,
    lambda _: None,
    lambda _: ABSENT,
    lambda _: ValueError("a value that is an exception"),
    Promise,
    lambda _: Promise(None),
    lambda _: "text",
    lambda _: 7,
    lambda _: 2**40,
    lambda _: 10**5000,
    lambda _: True,
    lambda _: float("nan"),
    lambda _: Decimal("NaN"),
    lambda _: Decimal("1E+30"),
    lambda _: dt.datetime(2026, 1, 1),  # noqa: DTZ001
    lambda _: dt.date(2026, 1, 1),
    lambda _: [],
    lambda value: [value, None],
    lambda value: (value,),
    lambda value: iter([value]),
    lambda _: {"amount": "1.00"},
    lambda _: Money(amount=None, currency="EUR"),  # type: ignore[arg-type]
    lambda _: object(),
)


def corrupt(operator: RichOperator, *, seed: int, rate: float) -> RichOperator:
    """*operator*, with about *rate* of all attributes wrong: the same ones for the same *seed*, whoever asks when."""
    for system in (operator.crm, operator.billing, operator.hss, operator.recharge, operator.history):
        for name, operation in inspect.getmembers(system, inspect.iscoroutinefunction):
            if name != "aclose":
                setattr(system, name, _wrapped(operation, f"{seed}/{system.system}/{name}", rate))
    return operator


def _wrapped(operation: Callable[..., Any], seed: str, rate: float) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = await operation(*args, **kwargs)
        return _Changing(random.Random(f"{seed}/{args!r}"), rate).changed(found)

    return wrapped


class _Changing:
    def __init__(self, dice: random.Random, rate: float) -> None:
        self._dice = dice
        self._rate = rate

    def changed(self, value: Any) -> Any:
        if isinstance(value, Answer):
            return dataclasses.replace(value, value=self.changed(value.value))
        if isinstance(value, BillingProfile):
            lists = {"accounts": self.changed(value.accounts), "subscribers": self.changed(value.subscribers)}
            return dataclasses.replace(value, **lists)
        if isinstance(value, Mapping):
            return {key: self.changed(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(self.changed, value))
        return self._object(value) if value is not ABSENT and get_object_definition(value) else value

    def _object(self, value: Any) -> Any:
        found = copy.copy(value)
        for field in get_object_definition(value, strict=True).fields:
            if field.base_resolver is not None:
                continue
            attribute = self.changed(getattr(value, field.python_name))
            if self._dice.random() < self._rate:
                attribute = self._dice.choice(BAD)(attribute)
            setattr(found, field.python_name, attribute)
            if self._dice.random() < self._rate / 5:
                _raises(found, field.python_name)
        return found


def _raises(found: Any, name: str) -> None:
    def value(_: Any) -> Any:
        raise LookupError(f"{name} cannot be read")

    kind = type(found)
    found.__class__ = type(kind.__name__, (kind,), {name: property(value, lambda _self, _value: None)})
