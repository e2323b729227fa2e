"""What the benchmark needs beside Python, and how to get it. Looks only; installs nothing into the machine."""

import os
import pathlib
import shutil
import subprocess

_MODULES = (pathlib.Path("/usr/lib/nginx/modules"), pathlib.Path("/usr/share/nginx/modules"))
_ECHO = "ngx_http_echo_module.so"
_PACKAGES = {
    "nginx": "nginx",
    "wrk": "wrk",
    "node": "nodejs",
    "npm": "npm",
    "taskset": "util-linux",
    _ECHO: "libnginx-mod-http-echo",
}


def missing() -> list[str]:
    """The tools that are not there, by name."""
    absent = [name for name in _PACKAGES if name != _ECHO and _found(name) is None]
    return absent if echo_module() else [*absent, _ECHO]


def cores() -> int:
    """How many cores this process may use; the benchmark needs two."""
    return len(os.sched_getaffinity(0))


def advice(absent: list[str]) -> str:
    """How to get what is missing."""
    packages = " ".join(sorted(_PACKAGES[name] for name in absent))
    return (
        f"Missing for the benchmark: {', '.join(absent)}.\n"
        f"On Debian: apt-get install --no-install-recommends {packages}\n"
        "nginx serves the upstreams and its echo module delays and tells them apart; wrk makes the load; node and npm "
        "(20 or newer) run and fetch the peers."
    )


def nginx() -> str:
    """The program itself: Debian keeps it where only root's path leads."""
    found = _found("nginx")
    if found is None:
        raise FileNotFoundError("nginx")
    return found


def echo_module() -> pathlib.Path | None:
    """The module file that lets nginx wait and choose a reply by the request's body."""
    return next((folder / _ECHO for folder in _MODULES if (folder / _ECHO).is_file()), None)


def version(*command: str) -> str:
    """The first line that *command* tells of its version, on whichever stream; empty when it tells none."""
    # nginx tells it on stderr, wrk with a status of 1.
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    lines = (told.stdout + told.stderr).strip().splitlines()
    return lines[0].strip() if lines else ""


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
