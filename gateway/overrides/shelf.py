"""Where the overrides are kept: a Protocol, and a file that the workers of one machine share."""

import asyncio
import contextlib
import fcntl
import os
import pathlib
import tempfile
import time
from collections.abc import Iterator
from typing import Final, Protocol

from pydantic import ValidationError

from gateway.overrides.document import NOTHING, Document

LARGEST: Final = 4 * 1024 * 1024
"""Bytes that a document may have: what is longer is neither put there nor read."""


_LOCK_S: Final = 0.7


class ShelfAway(Exception):
    """The shelf cannot be asked now, or holds what cannot be read. The text says why."""


class Shelf(Protocol):
    """Keeps one document. Both methods end within a second, and raise nothing but ShelfAway."""

    async def find(self, but: str) -> Document | None:
        """The document that is kept, NOTHING where there is none; None where it has the stamp *but*."""
        ...

    async def put(self, document: Document, *, instead_of: str) -> bool:
        """Keep *document* if what is kept has the stamp *instead_of*; whether it had."""
        ...


class FileShelf:
    """
    A file that only its owner may read, replaced as a whole; another one beside it is locked for that.

    To look at a file that has not changed costs some microseconds.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._stamp = ""

    async def find(self, but: str) -> Document | None:
        """As `Shelf` says. In a thread, because a folder may be far away."""
        return await asyncio.to_thread(self.look, but)

    async def put(self, document: Document, *, instead_of: str) -> bool:
        """As `Shelf` says."""
        return await asyncio.to_thread(self._put, document, instead_of)

    def look(self, but: str) -> Document | None:
        """As `find`, at once."""
        seen = self._fingerprint()
        if seen == self._seen and self._stamp == but:
            return None
        document = self._read()
        self._seen, self._stamp = seen, document.stamp
        return None if document.stamp == but else document

    def _fingerprint(self) -> tuple[int, ...]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as exc:
            raise ShelfAway(f"{self._path} cannot be read ({exc.strerror})") from None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _read(self) -> Document:
        try:
            with self._path.open("rb") as file:
                return read(file.read(LARGEST + 1))
        except FileNotFoundError:
            return NOTHING
        except OSError as exc:
            raise ShelfAway(f"{self._path} cannot be read ({exc.strerror})") from None
        except ValueError:
            raise ShelfAway(f"{self._path} holds no overrides; put it right, or take it away to begin anew") from None

    def _put(self, document: Document, instead_of: str) -> bool:
        try:
            with self._alone():
                if self._read().stamp != instead_of:
                    return False
                self._replace(written(document))
                return True
        except OSError as exc:
            raise ShelfAway(f"{self._path} cannot be written ({exc.strerror})") from None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(lock)
            yield
        finally:
            os.close(lock)

    def _replace(self, data: bytes) -> None:
        # Made for its owner alone, and whole on the disk before it has the name.
        number, name = tempfile.mkstemp(prefix=f"{self._path.name}.", dir=self._path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            pathlib.Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                pathlib.Path(name).unlink()
            raise
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _lock(file: int) -> None:
    end = time.monotonic() + _LOCK_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Another process writes, which takes milliseconds unless it hangs.
            if time.monotonic() > end:
                raise
            time.sleep(0.005)


def written(document: Document) -> bytes:
    """*document* as it is kept."""
    return document.model_dump_json().encode()


def read(data: bytes) -> Document:
    """The document in *data*. Raises ValueError, which quotes none of it."""
    if len(data) > LARGEST:
        raise ValueError
    try:
        return Document.model_validate_json(data)
    except ValidationError:
        raise ValueError from None
