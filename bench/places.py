"""Where the benchmark keeps what it makes and finds what it needs. Everything made lies under `.cache/bench`."""

import pathlib
import socket

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "bench"
PEERS = HERE / "peers"
CACHE = ROOT / ".cache" / "bench"
REPLIES = CACHE / "replies"
LOGS = CACHE / "logs"
RESULTS = CACHE / "results.json"
PAGE = ROOT / "docs" / "performance.md"


def free_ports(count: int) -> list[int]:
    """As many different ports of this machine that nobody listens to now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
