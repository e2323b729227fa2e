"""What it costs to know who asks: token, rights, masks, budget and record, beside a gateway for everybody."""

from bench import contestants
from bench.contestants import Systems
from bench.headline import check_answers
from bench.pace import Pace
from bench.results import Results
from bench.rounds import Bench, entered, warm
from bench.upstream import CUSTOMERS, Upstream

GROUP = "rights"
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
    bench = Bench(results, up.at_once, pace.seconds, pace.longest_s, pace.rounds)
    with entered(everybody, Systems.behind("rights", up.at_once), results) as entries:
        # Credit is masked for the others, which is the point.
        check_answers(entries[:2], bench)
        warm(entries, customers=1)
        bench.interleaved(GROUP, entries, (16,), customers=CUSTOMERS)
