"""A real PostgreSQL for tests: a cluster in a folder of its own, killed, restarted, held up."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.audit.settings import PostgresSettings
from tests.ports import free_port


def _program(name: str) -> str | None:
    # Debian keeps it out of the path.
    kept = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(kept[-1]) if kept else None)


needs_postgres = pytest.mark.skipif(_program("initdb") is None, reason="PostgreSQL is not installed")

# It refuses to run as root.
_SOMEBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


class PostgresServer:
    """One server on a port of this machine; whoever comes from here is let in."""

    def __init__(self, folder: pathlib.Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, *, hba: str | None = None) -> None:
        """*hba* says who is let in how, as its pg_hba.conf."""
        if _SOMEBODY:
            shutil.chown(self._folder, _SOMEBODY["user"], _SOMEBODY["group"])
        self._run(
            "initdb",
            "-D",
            str(self._folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
        )
        if hba is not None:
            (self._folder / "data" / "pg_hba.conf").write_text(hba, encoding="utf-8")

    def lend(self, folder: pathlib.Path) -> None:
        """Let it read the certificates in *folder*, its key alone."""
        if _SOMEBODY:
            folder.chmod(0o755)
            shutil.chown(folder / "server.key", _SOMEBODY["user"], _SOMEBODY["group"])

    def start(self) -> None:
        self._process = self._started()
        end = time.monotonic() + 60
        while subprocess.run(
            self._psql("postgres", "SELECT 1"), capture_output=True, check=False, timeout=30
        ).returncode:
            assert time.monotonic() < end, "PostgreSQL does not start"
            time.sleep(0.02)
            if self._process.poll() is not None:
                self._process = self._started()  # The last of those that were killed had not ended yet.

    def _started(self) -> subprocess.Popen[bytes]:
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._folder), "-c", "shared_buffers=8MB"]
        options += ["-c", "fsync=off", *self._options]  # Nobody cuts the power of a test.
        return subprocess.Popen(
            [_found("postgres"), "-D", str(self._folder / "data"), *options],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **_SOMEBODY,
        )

    def database(self) -> str:
        """The database, empty and as it comes. A new one each time would be a thousand files."""
        empty = "DROP TABLE IF EXISTS audit_records, audit_people, audit_heads, audit_cuts; ALTER DATABASE postgres RESET ALL"
        self.enter(empty, database="postgres")
        return "postgres"

    def settings(self, database: str, **said: object) -> PostgresSettings:
        url = f"postgresql://127.0.0.1:{self.port}/{database}"
        return PostgresSettings.model_validate({"url": url, "username": "postgres", **said})

    def enter(self, sql: str, *, database: str) -> str:
        done = subprocess.run(self._psql(database, sql), capture_output=True, check=True, timeout=30)
        return done.stdout.decode().strip()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Cut all connections and end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
        self._process = None

    def hold(self) -> None:
        """All of its processes take connections and bytes, and answer nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        # Each connection has a process; all are of one session, and each of a group of its own.
        if self._process is not None:
            for pid in _session_of(self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _psql(self, database: str, sql: str) -> list[str]:
        to = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return [_found("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *to, "-c", sql]

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [_found(program), *options], cwd=self._folder, capture_output=True, check=True, timeout=120, **_SOMEBODY
        )


def _found(name: str) -> str:
    found = _program(name)
    assert found is not None, name
    return found


def _session_of(leader: int) -> list[int]:
    """The leader and its children. Ends with those that end while one looks."""
    found = [leader]
    for each in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (each / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == leader:
                found.append(int(each.name))
    return found


@contextlib.contextmanager
def running() -> Iterator[PostgresServer]:
    """A server for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="sb-pg-") as folder:
        server = PostgresServer(pathlib.Path(folder))
        server.make()
        try:
            server.start()
            yield server
        finally:
            server.go_on()
            server.kill()
