"""
Whether the chains are as they were written. Pure: is handed rows in their order, and every witness there is.

One mistake is told once: after a record that does not follow from the one before, the next is measured by it.
"""

import dataclasses
import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.audit.chain import GENESIS, START, Head, Row, Witnessed, hash_of
from gateway.audit.cuts import Cut
from gateway.audit.record import BadRecordError, people_of, read, time_of
from gateway.audit.secrets import Secrets
from gateway.audit.times import micros


class Wrong(enum.StrEnum):
    """What can be wrong with a chain."""

    EDITED = "edited"  # A record is not the one that was written.
    MISSING = "missing"  # Records between others are not there.
    MOVED = "moved"  # A record stands where another belongs.
    CUT = "cut"  # The chain, or its end, is not there.
    REWRITTEN = "rewritten"  # The chain is whole, and another one than was witnessed.
    UNWITNESSED = "unwitnessed"  # There is more than was witnessed.
    FORGED = "forged"  # A head, or the statement of a cut, that we did not sign.
    UNSEARCHABLE = "unsearchable"  # A record cannot be found by whom it is about, or by its time.


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, of which record, where it can be said, and in a sentence."""

    wrong: Wrong
    chain: str
    seq: int | None
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Witness:
    """Somebody saw *head*. *is_last*: it is where the chain ends."""

    head: Head
    who: str
    is_last: bool = False


def of_table(heads: Iterable[Witnessed]) -> list[Witness]:
    """What the table of heads says: where chains end."""
    return [Witness(each.head, "the table of heads", is_last=True) for each in heads]


def of_kept(heads: Iterable[Witnessed]) -> list[Witness]:
    """What heads that were kept elsewhere say: how far chains came at least."""
    return [Witness(each.head, "a head that was kept") for each in heads]


def of_geneses(bodies: Iterable[bytes]) -> list[Witness]:
    """What the first records of chains say of other chains. What is no genesis says nothing; its own chain tells."""
    found = []
    for body in bodies:
        try:
            said = read(body)
            who = f"the beginning of chain {said['chain']}"
            found += [Witness(Head(str(c), int(n), bytes.fromhex(h)), who) for c, n, h in said["seen"]]
        except (BadRecordError, KeyError, TypeError, ValueError):
            continue
    return found


def forged(signed: Iterable[Witnessed | Cut], secrets: Secrets, *, where: str) -> Iterator[Finding]:
    """Heads, or statements of cuts, that none of our *secrets* signed."""
    for each in signed:
        if not is_ours(each, secrets):
            known = secrets.knows(each.signature)
            what = "statement of a cut" if isinstance(each, Cut) else "head"
            why = "its signature is wrong" if known else "it is signed with a secret that is not in audit.secrets"
            yield Finding(Wrong.FORGED, each.head.chain, each.head.length, f"the {what} in {where}: {why}")


def is_ours(signed: Witnessed | Cut, secrets: Secrets) -> bool:
    """Whether one of our *secrets* signed it."""
    return secrets.confirms(signed.said, signed.signature)


def begins(cuts: Iterable[Cut], secrets: Secrets) -> dict[str, Head]:
    """Where chains begin that were cut, by their names. What none of our *secrets* signed says nothing."""
    return {each.head.chain: each.head for each in cuts if is_ours(each, secrets)}


class Verification:
    """
    All chains: `row` for each record, by chain and in the order of their places, then `ended`.

    *begins* is where chains begin that we cut, by their names: only what is well signed.
    """

    def __init__(self, witnesses: Iterable[Witness], begins: Mapping[str, Head] | None = None) -> None:
        self._begins = begins or {}
        self._by_chain: dict[str, list[Witness]] = defaultdict(list, {name: [] for name in self._begins})
        for witness in witnesses:
            self._by_chain[witness.head.chain].append(witness)
        self._now: _ChainCheck | None = None
        self.records = 0
        self.chains = 0

    def row(self, row: Row) -> Iterator[Finding]:
        """What is wrong with the next record."""
        if self._now is None or self._now.chain != row.chain:
            yield from self._chain_ended()
            self._now = self._check(row.chain, self._by_chain.pop(row.chain, ()))
            self.chains += 1
        self.records += 1
        yield from self._now.row(row)

    def ended(self) -> Iterator[Finding]:
        """What is wrong with the ends of chains, and which are not there at all."""
        yield from self._chain_ended()
        for name, witnesses in self._by_chain.items():
            yield from self._check(name, witnesses).ended()

    def _check(self, chain: str, witnesses: Sequence[Witness]) -> "_ChainCheck":
        return _ChainCheck(chain, witnesses, self._begins.get(chain) or Head(chain, 0, START))

    def _chain_ended(self) -> Iterator[Finding]:
        if self._now is not None:
            yield from self._now.ended()


class _ChainCheck:
    """The check of one chain."""

    def __init__(self, chain: str, witnesses: Sequence[Witness], begin: Head) -> None:
        self.chain = chain
        self._begin = begin
        self._witnesses = witnesses
        self._awaited: dict[int, list[Witness]] = defaultdict(list)
        for witness in witnesses:
            self._awaited[witness.head.length].append(witness)
        self._length = begin.length
        self._last: bytes | None = begin.hash

    def row(self, row: Row) -> Iterator[Finding]:
        """What is wrong with the next record."""
        if 0 < row.seq <= self._begin.length:
            yield self._found(Wrong.UNWITNESSED, row.seq, "it stands before the place up to which the chain was cut")
            return
        if row.seq > self._length + 1:
            yield self._found(
                Wrong.MISSING, self._length + 1, f"records {self._length + 1} to {row.seq - 1} are not there"
            )
            self._last = None  # What it follows is not there, so nothing can be said of that.
        elif row.seq <= self._length:
            yield self._found(Wrong.MOVED, row.seq, "there are two records with this number")
        yield from self._said(row)
        yield from self._witnessed(row)
        self._length, self._last = max(row.seq, self._length), row.hash

    def ended(self) -> Iterator[Finding]:
        """What is wrong with where the chain ends."""
        for witness in self._witnesses:
            head = witness.head
            if head.length == self._begin.length and head.hash != self._begin.hash:
                yield self._found(Wrong.REWRITTEN, head.length, f"another record was witnessed here by {witness.who}")
            if head.length > self._length:
                why = f"{head.length} records were witnessed by {witness.who}; the chain ends after {self._length}"
                yield self._found(Wrong.CUT, self._length, why)
            elif witness.is_last and head.length < self._length:
                why = f"{self._length - head.length} records stand after the last that was witnessed"
                yield self._found(Wrong.UNWITNESSED, head.length, why)
        if not any(witness.is_last for witness in self._witnesses):
            yield self._found(Wrong.UNWITNESSED, None, "the table of heads does not know this chain")

    def _said(self, row: Row) -> Iterator[Finding]:
        try:
            said = read(row.body)
        except BadRecordError as exc:
            yield self._found(Wrong.EDITED, row.seq, f"the record cannot be read: {exc}")
            return
        if said.get("seq") != row.seq:
            yield self._found(Wrong.MOVED, row.seq, f"the record is number {_number(said.get('seq'))} of its chain")
        elif self._last is not None and hash_of(self._last, row.body) != row.hash:
            yield self._found(Wrong.EDITED, row.seq, "the record does not follow from the one before it")
        elif (row.seq == 1) != (said.get("kind") == GENESIS) or said.get("chain", row.chain) != row.chain:
            yield self._found(Wrong.MOVED, row.seq, "the record belongs to another chain or place")
        at = time_of(said)
        if at is None or micros(at) != row.at_us or people_of(said) != row.people:
            yield self._found(Wrong.UNSEARCHABLE, row.seq, "what it is searched by is not what the record says")

    def _witnessed(self, row: Row) -> Iterator[Finding]:
        for witness in self._awaited.get(row.seq, ()):
            if witness.head.hash != row.hash:
                yield self._found(Wrong.REWRITTEN, row.seq, f"another record was witnessed here by {witness.who}")

    def _found(self, wrong: Wrong, seq: int | None, why: str) -> Finding:
        return Finding(wrong, self.chain, seq, why)


def _number(said: Any) -> str:
    return str(said) if isinstance(said, int) else "unknown"
