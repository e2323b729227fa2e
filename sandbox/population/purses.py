"""Prepaid balances and the recharges that led to them; amounts in 1/100, times local without zone."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Final

MAX_RECHARGES: Final = 60
_AMOUNTS: Final = (500, 1000, 1500, 2000, 3000, 5000)
_GIB: Final = 1024**3
_SHOP_OPENS: Final = dt.time(7)
_SHOP_HOURS_S: Final = 16 * 3600


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recharge:
    """One successful recharge by voucher; *says_currency* is False where the record leaves the currency out."""

    made: dt.datetime
    amount: int
    before: int
    after: int
    batch: str
    serial: str
    says_currency: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What a prepaid line holds now: money (1/100), bonus money (1/100), seconds and bytes."""

    main: int
    bonus: int
    seconds: int
    data_bytes: int
    data_total_bytes: int
    data_expires: dt.date
    supervision_ends: dt.date


def draw_recharges(
    draw: random.Random, *, since: dt.date, today: dt.date, least: int = 0
) -> tuple[int, tuple[Recharge, ...]]:
    """Today's main balance, and the recharges of twelve months, oldest first; the last one ends in that balance."""
    begins = max(since, today - dt.timedelta(days=365)) + dt.timedelta(days=1)
    count = max(least, 0 if draw.random() < 1 / 12 else draw.randint(1, MAX_RECHARGES))
    span_s = max(0, (today - begins).days * _SHOP_HOURS_S)
    offsets = sorted(draw.sample(range(span_s), min(count, span_s)))
    times = [_shop_time(begins, offset) for offset in offsets]
    start = draw.randint(0, 2000)
    recharges = tuple(_run(draw, times, start))
    return (recharges[-1].after if recharges else start), recharges


def draw_purse(draw: random.Random, *, main: int, today: dt.date, data_left_bytes: int | None) -> Purse:
    """What else the line holds beside its main balance."""
    total = draw.choice((5, 10, 20)) * _GIB
    left = draw.randint(total // 50, total)
    return Purse(
        main=main,
        bonus=draw.choice((0, 0, 150, 500)),
        seconds=draw.randrange(0, 36_000, 60),
        data_bytes=left if data_left_bytes is None else data_left_bytes,
        data_total_bytes=total,
        data_expires=today + dt.timedelta(days=draw.randint(1, 30)),
        supervision_ends=today + dt.timedelta(days=draw.randint(10, 300)),
    )


def _shop_time(begins: dt.date, offset_s: int) -> dt.datetime:
    """The moment *offset_s* shop seconds after *begins*. Shops close at night, so summer time plays no tricks."""
    days, seconds = divmod(offset_s, _SHOP_HOURS_S)
    return dt.datetime.combine(begins, _SHOP_OPENS) + dt.timedelta(days=days, seconds=seconds)


def _run(draw: random.Random, times: list[dt.datetime], balance: int) -> Iterator[Recharge]:
    """Recharges at those times; between two of them some of the balance is used up."""
    for made in times:
        before = balance - draw.randint(0, balance)
        amount = draw.choice(_AMOUNTS)
        balance = before + amount
        yield Recharge(
            made=made,
            amount=amount,
            before=before,
            after=balance,
            batch=f"{made:%y}{draw.randrange(1000):03d}",
            serial=f"{draw.randrange(10**12):012d}",
            says_currency=draw.random() < 2 / 3,
        )
