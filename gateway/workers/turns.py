"""
Whose turn it is to take the next connection: that worker's which has the fewest.

Left to chance, the worker that wakes first takes a whole burst, and keeps it: connections stay open for long. So each
worker writes down how many it has, in memory that all of them see, and leaves the next one to those that have fewer.
"""

import mmap
import struct
import tempfile
from typing import IO

_SLOT = struct.Struct("=I")
_AWAY = 2**32 - 1


class Turns:
    """The slots of *workers* in the file *fileno*; -1 is memory of this process alone."""

    def __init__(self, fileno: int, *, workers: int) -> None:
        self._memory = mmap.mmap(fileno, _SLOT.size * workers)
        self._offsets = [_SLOT.size * slot for slot in range(workers)]

    def note(self, place: int, connections: int) -> None:
        """The worker at *place*, counted from 1, serves so many *connections*."""
        _SLOT.pack_into(self._memory, self._offsets[place - 1], connections)

    def note_absence(self, place: int) -> None:
        """The worker at *place* takes none: it has not started, or has ended."""
        self.note(place, _AWAY)

    def has_fewest(self, place: int) -> bool:
        """Whether no worker that serves has fewer than the one at *place*."""
        counts = [_SLOT.unpack_from(self._memory, offset)[0] for offset in self._offsets]
        return bool(counts[place - 1] == min(counts))


def slots(workers: int) -> IO[bytes]:
    """A file without a name for the slots of *workers*, none of which serves yet."""
    # The supervisor hands it on and closes it at the end.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.truncate(_SLOT.size * workers)
    turns = Turns(file.fileno(), workers=workers)
    for place in range(1, workers + 1):
        turns.note_absence(place)
    return file
