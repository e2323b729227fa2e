"""
Chains: each record is hashed with the hash before it, so that none can be changed, moved or taken out unseen. Pure.

    hash(n) = SHA-256(hash(n - 1) || canonical bytes of record n), hash(0) = 32 zero bytes

Every process that writes has a chain of its own, which begins with a genesis: who writes, since when, and where other
chains were then. The head of a chain (how long it is, its last hash) is witnessed apart from the records and signed
with the audit's secret. So it is found

* by the chain itself, when one record is changed, taken out, put in, or put elsewhere;
* by the head, when the end is cut off or everything after a change is hashed anew, by somebody who can write to the
  table of records and not to that of heads;
* by the head's signature, when both are rewritten, by somebody who has not the secret;
* by the genesis of a later chain, when a chain is taken out whole or cut, and its head put back as it once was: that
  one is well signed, too;
* by the genesis of the writer's own next chain, when that was done while it wrote: it knows where its last one was;
* by heads that were kept elsewhere, when all of that was done, and no later chain was left.

Not found: what whoever has the secret and both tables rewrites, as far as no head was kept elsewhere; and what is cut
off a chain that nobody has witnessed since, with an older signed head put back.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.audit.record import Record, canonical, people_of, written_time
from gateway.audit.secrets import Secrets
from gateway.audit.times import micros

GENESIS: Final = "genesis"
VERSION: Final = 1
START: Final = bytes(32)


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """Where a chain is: how many records it has, the genesis included, and the hash of its last."""

    chain: str
    length: int
    hash: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Witnessed:
    """A head, when it was one, and the audit's signature over both."""

    head: Head
    at: dt.datetime
    signature: str

    @property
    def said(self) -> bytes:
        """What is signed."""
        head = self.head
        said = {"at": written_time(self.at), "chain": head.chain, "hash": head.hash.hex(), "length": head.length}
        return canonical(said)


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """
    A record at its place, as tables have it. *at_us* and *people* stand in *body*, too; they are there to be searched.

    *at_us* is in microseconds since 1970; *people* are keyed hashes.
    """

    chain: str
    seq: int
    at_us: int
    body: bytes
    hash: bytes
    people: tuple[str, ...]


def hash_of(before: bytes, body: bytes) -> bytes:
    """The hash of a record that follows the one with the hash *before*."""
    return hashlib.sha256(before + body).digest()


def begun(chain: str, *, writer: str, at: dt.datetime, seen: Sequence[Head]) -> tuple[Head, Row]:
    """A new chain of *writer*, with its genesis; *seen* is where other chains are."""
    others = [[head.chain, head.length, head.hash.hex()] for head in sorted(seen, key=lambda head: head.chain)]
    said = {"kind": GENESIS, "version": VERSION, "chain": chain, "writer": writer, "seen": others}
    head, (genesis,) = appended(Head(chain, 0, START), [Record(at, said)])
    return head, genesis


def appended(head: Head, records: Iterable[Record]) -> tuple[Head, list[Row]]:
    """The chain after *records*, and their rows."""
    rows: list[Row] = []
    length, last = head.length, head.hash
    for record in records:
        length += 1
        body = canonical({**record.said, "seq": length, "at": written_time(record.at)})
        last = hash_of(last, body)
        rows.append(Row(head.chain, length, micros(record.at), body, last, people_of(record.said)))
    return Head(head.chain, length, last), rows


def witnessed(head: Head, *, at: dt.datetime, secrets: Secrets) -> Witnessed:
    """*head*, signed."""
    unsigned = Witnessed(head, at, "")
    return dataclasses.replace(unsigned, signature=secrets.signed(unsigned.said))
