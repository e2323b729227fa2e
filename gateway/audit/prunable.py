"""How far each chain may be cut: to where its records are old, witnessed and as they were written. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.times import micros

STEP: Final = 1000
"""So many records are taken away at once: while that is done nobody else may write to a SQLite file."""


class Prunable:
    """
    Is handed every record, by chain and in the order of their places, as a verification is.

    *before* is where old ends. *heads* are what chains are witnessed by: only what is well signed. *begins* is where
    those chains begin that were cut already.
    """

    def __init__(self, before: dt.datetime, heads: Iterable[Witnessed], begins: Mapping[str, Head]) -> None:
        self._before_us = micros(before)
        self._witnessed = {each.head.chain: each.head.length for each in heads}
        self._begins = begins
        self._steps: dict[str, list[Head]] = {}
        self._chain = ""
        self._is_open = False

    def row(self, row: Row) -> None:
        """The next record."""
        if row.chain != self._chain:
            self._chain, self._is_open = row.chain, row.chain in self._witnessed
        if not self._is_open:
            return
        if row.at_us >= self._before_us or row.seq > self._witnessed[row.chain]:
            self._is_open = False  # What is old again after that stays: a chain is cut in one place.
            return
        steps = self._steps.setdefault(row.chain, [])
        if steps and steps[-1].length % STEP:
            steps.pop()
        steps.append(Head(row.chain, row.seq, row.hash))

    def steps(self, chain: str) -> list[Head]:
        """Where *chain* is to be cut, step by step; nowhere where nothing in it is old."""
        return self._steps.get(chain, [])

    @property
    def chains(self) -> list[str]:
        """The chains that can be cut."""
        return sorted(self._steps)

    def records(self, chain: str) -> int:
        """How many records of *chain* that takes away."""
        begin = self._begins.get(chain)
        return self._steps[chain][-1].length - (0 if begin is None else begin.length)
