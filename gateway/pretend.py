"""Starts the pretend operator beside the gateway, as a process of its own: they share no code."""

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import sys
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any

from gateway.mistakes import SettingsError

_READY = b"sandbox ready "
_START_S = 60.0
_PORTS = ("crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")
# Each recharge system tells the history at the port of its balances.
_BEHIND = {"recharge-history": "recharge", "recharge-history-islands": "recharge-islands"}


_ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "desk": {"class": "agent", "audience": "agent"},
        "app": {"class": "self_care", "audience": "self_care", "customer_claim": "customer_number"},
        "shop": {"class": "partner", "audience": "partner", "party": "partner-a"},
        "platform": {"class": "agent", "audience": "operator"},
    }
)
"""The clients of the pretend operator: one of each audience."""


def access(port: int | None = None) -> dict[str, Any]:
    """The section `access` of a gateway that is tried out with tokens; `switchboard token issue` writes them."""
    return {
        "audience": "urn:switchboard:sandbox",
        "development": {"key_file": str(_ROOT / ".cache" / "development-issuer.pem")},
        "dpop": {"url": f"http://127.0.0.1:{port or 8000}/graphql"},
        "clients": CLIENTS,
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Operator:
    """A running pretend operator: the settings that lead to it, and what a person should know of it."""

    overrides: Mapping[str, Any]
    welcome: str


@contextlib.asynccontextmanager
async def operator(*, customers: int, control_port: int | None) -> AsyncIterator[Operator]:
    """A pretend operator on free ports, its control port as given or as it thinks best. Stopped at the end."""
    control = [] if control_port is None else ["--control-port", str(control_port)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--customers",
        str(customers),
        *control,
        *(part for name in _PORTS for part in (f"--{name}-port", "0")),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield _described(await _ports(process))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ports(process: asyncio.subprocess.Process) -> dict[str, int]:
    if process.stdout is None:
        raise RuntimeError("the sandbox was started without a pipe")
    try:
        async with asyncio.timeout(_START_S):
            async for line in process.stdout:
                if line.startswith(_READY):
                    found: dict[str, int] = json.loads(line[len(_READY) :])
                    return found
    except TimeoutError:
        pass
    raise SettingsError("The pretend operator did not start; what it said is above.")


def _described(ports: Mapping[str, int]) -> Operator:
    address = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    systems = {name: {"url": address[_BEHIND.get(name, name)]} for name in (*_PORTS, *_BEHIND)}
    overrides = {"systems": systems, "graphiql": {"stories_url": f"{address['control']}/stories"}}
    listing = ", ".join(f"{name} {address[name]}" for name in _PORTS)
    return Operator(
        overrides=overrides, welcome=f"The pretend operator: {listing}\nIts control port: {address['control']}"
    )
