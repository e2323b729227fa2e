"""Bars in time: as they are meant in `make soak`, and wide in `make test`, whose machine may be slow and busy."""

import os

_WIDER = 1 if os.environ.get("SWITCHBOARD_SOAK") else 10


def bar(seconds: float) -> float:
    """At most so many seconds; ten times as many where another test may be running: what never ends is seen there too."""
    return seconds * _WIDER
