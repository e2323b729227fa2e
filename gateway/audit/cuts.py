"""
Cuts: the oldest part of a chain taken away by us, with a signed statement of it, so that it can be told from theft.

A chain that was cut begins after its statement: its next record follows from the hash that stands there. Whoever has
not the secret can neither make a statement nor change one, so a part that is gone without a statement was taken by
somebody else. Each chain has one statement at most, the last, and it only moves on, as heads do. Pure.
"""

import dataclasses
import datetime as dt

from gateway.audit.chain import Head
from gateway.audit.record import canonical, written_time
from gateway.audit.secrets import Secrets


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """
    The statement: all records up to *head* are gone, which were from *before* that instant.

    *at* is when it was made, *by* whom and *why* in their words.
    """

    head: Head
    at: dt.datetime
    before: dt.datetime
    by: str
    why: str
    signature: str = ""

    @property
    def said(self) -> bytes:
        """What is signed."""
        # No head says who and why, so the signature of one is none of the other.
        return canonical(
            {
                "at": written_time(self.at),
                "before": written_time(self.before),
                "by": self.by,
                "chain": self.head.chain,
                "hash": self.head.hash.hex(),
                "length": self.head.length,
                "why": self.why,
            }
        )

    def signed(self, secrets: Secrets) -> "Cut":
        """The same with its signature."""
        return dataclasses.replace(self, signature=secrets.signed(self.said))
