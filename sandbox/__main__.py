"""`python -m sandbox`: runs the pretend operator until it is told to stop."""

import argparse
import asyncio
import datetime as dt
import json
import os
import signal
import sys

import uvicorn

from sandbox.app import Sandbox
from sandbox.call import SystemName
from sandbox.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 2 when the settings or a port do not do."""
    try:
        settings = read_settings(arguments, dict(os.environ))
        return _run(Sandbox(settings))
    except (ValueError, OSError) as exc:
        sys.stderr.write(f"sandbox: {exc}\n")
        return 2


def read_settings(arguments: list[str] | None, environment: dict[str, str]) -> Settings:
    """Settings from the command line; SANDBOX_PORT overrides the control port. ValueError when they do not do."""
    chosen = vars(_parser().parse_args(arguments))
    port = environment.get("SANDBOX_PORT")
    if port is not None:
        if not port.isdecimal():
            raise ValueError("SANDBOX_PORT must be a port number.")
        chosen["control_port"] = int(port)
    return Settings(**chosen)


def _parser() -> argparse.ArgumentParser:
    usual = Settings()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A pretend telecom operator.")
    parser.add_argument("--customers", type=int, default=usual.customers, help="size of the population")
    parser.add_argument("--seed", type=int, default=usual.seed, help="another seed, another population")
    parser.add_argument("--today", type=dt.date.fromisoformat, help="the day it is there, YYYY-MM-DD")
    parser.add_argument("--host", default=usual.host, help="a loopback address")
    for name in ("control", *SystemName):
        port = getattr(usual, f"{name.replace('-', '_')}_port")
        parser.add_argument(f"--{name}-port", type=_port, default=port, help=f"default {port}; 0 chooses a free one")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("must be from 0 to 65535")
    return port


def _run(sandbox: Sandbox) -> int:
    # Uvicorn knows whether a faster event loop is installed.
    factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(sandbox))
    return 0


async def _serve(sandbox: Sandbox) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with sandbox:
        sys.stdout.write(f"sandbox ready {json.dumps(sandbox.ports)}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
