"""
What an operation did cost, in the units of its estimate: CALL for each call that was made for it, and its answer.

A call counts that was put to a system or shared with another operation; one that was answered from what is kept does
not. Of the answer its bytes count and not its objects: these would have to be looked for, its length is known. So many
bytes make one object because an amount of money, the smallest and most frequent one, takes some forty of them, and a
customer a few hundred. An operation whose caller has left costs what was asked until then.
"""

from typing import Final

from connectors.guard.record import Record
from gateway.plan.cost import CALL

BYTES: Final = 64
"""Of an answer as it is written; begun ones count whole."""


def actual_cost(record: Record | None, written: int) -> int:
    """The cost of an operation by its *record* and the *written* bytes of its answer; without one it asked nobody."""
    calls = 0 if record is None else sum(record.asked.values())
    return CALL * calls + -(-written // BYTES)
