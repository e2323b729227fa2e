"""
When Python looks for garbage in circles. Its own habit is for small programs; here it would hold every caller up.

An operation that went well leaves no circles behind (`Context.let_go`), so what is alive are the questions under way,
and looking through them finds nothing.
"""

import gc
from typing import Final

THRESHOLDS: Final = (10_000, 2, 250)
"""
New objects before the youngest are looked through, and how often the younger before the older.

With Python's own 700 the collector took a sixth of the time of a cold question at 16 callers, 3.3 ms; now it takes
0.002. What failed operations leave is found in pieces: 10,000 objects of it hold the others up for 4 ms, where 50,000
took 25 to 50 ms, twice a second while a system is ill.
"""


def sweep() -> None:
    """Look for garbage now, where much of it is left at once: it takes some 30 ms, and more with many plans."""
    gc.collect()


def settle() -> None:
    """Leave what is there now out of every search, for it stays; look for the rest of it seldom."""
    # What is garbage already would stay as well.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
