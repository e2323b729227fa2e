"""What a worker does: takes its orders from standard input, serves, and ends when its supervisor does."""

import os
import pickle
import signal
import socket
import sys
import threading
import time

from gateway import log, loop
from gateway.server import serve_on
from gateway.settings import SettingsError
from gateway.workers.acceptor import Among
from gateway.workers.process import READY, WRONG, Orders
from gateway.workers.share import PartOf
from gateway.workers.turns import Turns

_GRACE_S = 2.0


def main() -> int:
    """Serve; the exit code is 0 at a proper end and 2 when the settings are wrong."""
    # A terminal sends it to all of us; the supervisor passes it on when it is time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the supervisor, over a pipe of ours
    report = os.dup(1)
    # Standard output belongs to the supervisor: what a library prints goes where the log goes.
    os.dup2(2, 1)
    threading.Thread(target=_leave_with_supervisor, args=[orders], daemon=True).start()
    log.configure(orders.settings.log, worker=orders.place)
    listener = socket.socket(fileno=orders.listener)
    control = socket.socket(fileno=orders.control)
    among = Among(orders.place, Turns(orders.turns, workers=orders.workers), control)
    try:
        serving = serve_on(
            orders.settings,
            listener,
            on_started=lambda: _tell(report, READY),
            among=among,
            source=None if orders.source is None else PartOf(orders.source, workers=orders.workers),
        )
        loop.run(serving)
    except SettingsError as wrong:
        _tell(report, WRONG + str(wrong).encode("unicode_escape") + b"\n")
        return 2
    return 0


def _tell(report: int, said: bytes) -> None:
    os.write(report, said)
    os.close(report)


def _leave_with_supervisor(orders: Orders) -> None:
    """Wait in a thread for the end of the supervisor, which a worker that hangs would not see otherwise."""
    # Not the stream: a thread that reads it would hold its lock when the process ends.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(orders.settings.server.shutdown_s + _GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
