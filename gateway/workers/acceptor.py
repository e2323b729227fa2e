"""Takes connections from a listening socket, in turns where other processes take from it too."""

import asyncio
import dataclasses
import socket
from collections.abc import Callable, Sized

from gateway.workers.turns import Turns

_BACKLOG = 2048
_LEAVE_S = 0.02
"""
So long a connection is left to workers that have fewer. Who does not take it by then is busy for longer than a step of
a question takes, or hangs.
"""

_LOOK_S = 0.005
"""So often one that leaves it to others looks whether it is its turn by now."""

_AT_ONCE = 16
"""
So many are taken after that at most. It begins with one and doubles while nobody else takes any, so that a worker that
is slow gets its part, and one that hangs does not make the others slow.
"""

_IN_A_TURN = 64
"""
So many are taken in one turn of the loop at most, some six milliseconds of work.

With one in each, of a process that has much to do, connections would come in more slowly than it could refuse them.
"""

_NO_FILES_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Among:
    """Which of several workers this is."""

    place: int
    turns: Turns
    control: socket.socket | None = None
    """Over which the point of control speaks to it."""


def alone() -> Among:
    """What a process is told that serves by itself: every turn is its own."""
    return Among(1, Turns(-1, workers=1))


class Connections(set[asyncio.Protocol]):
    """
    Those that a worker has. *ended* is called whenever one of them ends, at once.

    Noted later, a client that only looked whether somebody is there would turn away the next one.
    """

    ended: Callable[[], None]

    def discard(self, element: object) -> None:
        """It ended."""
        super().discard(element)
        self.ended()


class Acceptor:
    """Has *make* serve what this worker, the one at *place*, takes; *connections* are those that it has."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        make: Callable[[], asyncio.Protocol],
        connections: Sized,
        turns: Turns,
        place: int,
    ) -> None:
        self._listener = listener
        self._make = make
        self._connections = connections
        self._turns = turns
        self._place = place
        self._loop = asyncio.get_running_loop()
        self._coming: set[asyncio.Task[object]] = set()
        self._later: asyncio.TimerHandle | None = None
        self._alone = 1
        self._takes = True

    def start(self) -> None:
        """Take connections from now on."""
        self._listener.setblocking(False)
        self._listener.listen(_BACKLOG)
        self.note()
        self._loop.add_reader(self._listener, self._ready)

    def close(self) -> None:
        """Take no more."""
        self._takes = False
        self._turns.note_absence(self._place)
        self._loop.remove_reader(self._listener)
        if self._later is not None:
            self._later.cancel()

    def note(self) -> None:
        """Tell the others how many there are, unless no more are taken."""
        if self._takes:
            self._turns.note(self._place, len(self._connections) + len(self._coming))

    def _ready(self) -> None:
        self.note()
        if self._turns.has_fewest(self._place):
            self._alone = 1
            self._take_while_it_is_its_turn()
        else:
            # The socket stays readable, so the loop would come back at once, again and again.
            self._loop.remove_reader(self._listener)
            self._look_again(until=self._loop.time() + _LEAVE_S)

    def _look_again(self, *, until: float) -> None:
        self._later = self._loop.call_later(_LOOK_S, self._look, until)

    def _look(self, until: float) -> None:
        if self._turns.has_fewest(self._place):
            self._later = None
            self._loop.add_reader(self._listener, self._ready)
        elif self._loop.time() < until:
            self._look_again(until=until)
        else:
            self._resume()

    def _resume(self) -> None:
        self._later = None
        self._loop.add_reader(self._listener, self._ready)
        for _ in range(self._alone):
            if not self._take():
                return
        self._alone = min(self._alone * 2, _AT_ONCE)

    def _take_while_it_is_its_turn(self) -> None:
        for _ in range(_IN_A_TURN):
            if not self._take() or not self._turns.has_fewest(self._place):
                return

    def _take(self) -> bool:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            # Another worker was quicker, or the client has gone already.
            return False
        except OSError:
            # No files or memory for another one; what is there must end first.
            self._loop.remove_reader(self._listener)
            self._later = self._loop.call_later(_NO_FILES_S, self._resume)
            return False
        connection.setblocking(False)
        task: asyncio.Task[object] = self._loop.create_task(self._loop.connect_accepted_socket(self._make, connection))
        self._coming.add(task)
        task.add_done_callback(self._arrived)
        self.note()
        return True

    def _arrived(self, task: asyncio.Task[object]) -> None:
        self._coming.discard(task)
        self.note()
