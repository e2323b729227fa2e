"""What it costs to know who asks: token, rights, masks, budget and record, beside a gateway for everybody."""

from bench import contestants
from bench.contestants import Systems
from bench.headline import check_answers
from bench.pace import Pace
from bench.results import Results
from bench.rounds import Bench, entered, rotated, warm
from bench.upstream import CUSTOMERS, Upstream

GROUP = "rights"

_STARTS = 3
"""
Each of them is started so many times for each round: two of one kind may differ by some hundredths, and what is
measured here is some hundredths as well.
"""

_TURNS = 2
"""Of each start."""

OPEN, CLEAR, MASKED, RECORDED = "switchboard", "an agent, in clear", "an agent, masked", "an agent, masked, on record"

_READ = ("customer:read", "credit:read", "billing:read", "line:read", "network:read", "balance:read", "recharge:read")
_CLEAR = (*_READ, "unmasked:sensitive")


def rights(results: Results, pace: Pace, up: Upstream) -> None:
    """The cold question by somebody of whom nothing is wanted, and by agents of whom more and more is."""
    everybody = [
        contestants.switchboard(),
        contestants.guarded(CLEAR, scopes=_CLEAR),
        contestants.guarded(MASKED, scopes=_READ),
        contestants.guarded(RECORDED, scopes=_READ, audit=True),
    ]
    # Short ones, close beside each other: the machine is faster or slower for a while.
    bench = Bench(results, up.at_once, pace.seconds / _TURNS, pace.longest_s, _TURNS)
    for start in range(_STARTS * pace.rounds):
        with entered(rotated(everybody, start), Systems.behind("rights", up.at_once), results) as entries:
            # Credit is masked for the others, which is the point.
            check_answers([each for each in entries if each.contestant.name in (OPEN, CLEAR)], bench)
            warm(entries, customers=1)
            bench.interleaved(GROUP, entries, (16,), customers=CUSTOMERS)
