"""The rolling window: it counts what a list of all calls would, to the width of a bucket."""

from hypothesis import given
from hypothesis import strategies as some

from connectors.guard.window import Window

SECONDS, BUCKETS = 10.0, 10


@given(some.lists(some.tuples(some.floats(0, 25), some.booleans(), some.booleans()), max_size=60), some.floats(0, 1e9))
def test_it_counts_what_a_list_of_all_calls_would(steps, start):
    window, now, kept = Window(seconds=SECONDS, buckets=BUCKETS), start, []
    for after, failed, slow in steps:
        now += after
        kept.append((now // 1.0, failed, slow))
        window.add(now, failed=failed, slow=slow)

        recent = [call for call in kept if call[0] > now // 1.0 - BUCKETS]
        assert len(recent) == window.calls
        assert sum(call[1] for call in recent) == window.failed
        assert sum(call[2] for call in recent) == window.slow


def test_after_a_long_silence_nothing_is_left():
    window = Window(seconds=SECONDS, buckets=BUCKETS)
    for _ in range(100):
        window.add(5.0, failed=True, slow=False)
    window.add(1_000_000.0, failed=False, slow=True)

    assert (1, 0, 1) == (window.calls, window.failed, window.slow)
