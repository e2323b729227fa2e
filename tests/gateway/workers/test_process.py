"""A worker as the supervisor sees it: whatever happens, none is left behind."""

import asyncio
import os
import pathlib
import sys
from collections.abc import Iterator

import pytest

from gateway.settings_file import load
from gateway.workers.process import NotStarted, Orders, Worker

DEAF = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); sys.stdin.read(); "
)
DEAF += "import time; time.sleep(60)"


@pytest.fixture
def orders(settings_file: pathlib.Path) -> Iterator[Orders]:
    nothing = pathlib.Path(os.devnull)
    with nothing.open("rb") as listener, nothing.open("rb") as turns:
        settings = load(settings_file, environ={}, overrides={})
        yield Orders(1, 1, listener.fileno(), turns.fileno(), turns.fileno(), settings)


@pytest.fixture
async def deaf(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """One that does not listen to SIGTERM."""
    monkeypatch.setattr("gateway.workers.process._COMMAND", (sys.executable, "-c", DEAF))
    worker = await Worker.start(orders, {})
    with pytest.raises(NotStarted):
        await worker.ready(within_s=20)
    return worker


def _is_there(worker: Worker) -> bool:
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_one_that_does_not_leave_is_made_to(deaf: Worker) -> None:
    assert _is_there(deaf)

    await asyncio.wait_for(deaf.stop(within_s=0.1), 10)

    assert not _is_there(deaf)


async def test_one_is_not_left_behind_when_waiting_for_its_end_is_cancelled(deaf: Worker) -> None:
    leaving = asyncio.create_task(deaf.stop(within_s=60))
    await asyncio.sleep(0.1)
    assert _is_there(deaf)

    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(leaving, 10)

    assert not _is_there(deaf)
