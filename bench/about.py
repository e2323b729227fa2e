"""Date, versions and machine of a run."""

import datetime as dt
import importlib.metadata
import os
import pathlib
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Iterable

from bench import npm, tools
from bench.places import ROOT

_PYTHON = ("strawberry-graphql", "graphql-core", "zeep", "httpx", "lxml", "uvicorn", "uvloop", "httptools", "orjson")
_TRAINED = "--enable-optimizations"
_NODE = ("graphql-yoga", "graphql-jit", "undici", "saxen", "graphql")
_HIVE = ("@graphql-hive/gateway", "@graphql-mesh/transport-soap", "@graphql-mesh/transport-rest")


def about(mode: str) -> dict[str, str]:
    """What stands at the top of the page."""
    node, hive = npm.fetch("node"), npm.fetch("hive")
    return {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        "mode": mode,
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": _python(),
        "libraries": _listed((name, importlib.metadata.version(name)) for name in _PYTHON),
        "Node.js": tools.version(npm.node(node), "--version"),
        "hand-written server": _listed((name, npm.version(node, name)) for name in _NODE),
        "Hive": _listed((name, npm.version(hive, name)) for name in _HIVE),
        "nginx, wrk": f"{tools.version(tools.nginx(), '-v')}; {tools.version('wrk', '-v')}",
        "load when it began": " ".join(f"{value:.1f}" for value in os.getloadavg()),
        "Switchboard": _commit(),
    }


def _python() -> str:
    """Its version and how it was built: one that was trained with a profile is faster than a plain one."""
    asked = sysconfig.get_config_var("CONFIG_ARGS") or ""
    # How a distribution built its own does not always show here.
    kind = "the system's own" if sys.base_prefix == "/usr" else "trained" if _TRAINED in asked else "not trained"
    return f"{platform.python_version()} ({kind}, {platform.python_compiler()})"


def _commit() -> str:
    """Which commit was measured; empty outside a clone."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.strip()


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {version}" for name, version in pairs)


def _processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
