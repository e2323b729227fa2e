"""What an attack costs: how long others had to wait meanwhile, and the memory of the gateway's process."""

import contextlib
import dataclasses
import pathlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.conftest import RunningGateway

MiB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def plain_client() -> httpx.Client:
    """A client without TLS, whose certificates would take longer to load than most attacks last."""
    return httpx.Client(trust_env=False, timeout=30, verify=False)  # noqa: S501


@dataclasses.dataclass
class Waits:
    """How long each of many small questions waited for its answer, in seconds."""

    seconds: list[float] = dataclasses.field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.seconds, default=0.0)


@contextlib.contextmanager
def bystander(gateway: RunningGateway) -> Iterator[Waits]:
    """Another caller who asks for the gateway's health all the time."""
    waits = Waits()
    over = threading.Event()
    url = gateway.url.removesuffix("/graphql") + "/health/live"

    def ask() -> None:
        with plain_client() as client:
            while not over.is_set():
                before = time.perf_counter()
                assert 200 == client.get(url).status_code
                waits.seconds.append(time.perf_counter() - before)
                time.sleep(0.005)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def memory(gateway: RunningGateway, what: str = "VmRSS") -> int:
    """Bytes that the gateway's process holds (VmRSS) or has held at most (VmHWM)."""
    status = pathlib.Path(f"/proc/{gateway.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) * 1024


def post(gateway: RunningGateway, body: Any, **headers: str) -> tuple[httpx.Response, float]:
    """The response to a body that is sent as it is, and how long it took."""
    with plain_client() as client:
        before = time.perf_counter()
        response = client.post(gateway.url, content=body, headers={**JSON, **headers})
        return response, time.perf_counter() - before


def checked(response: httpx.Response) -> list[dict[str, Any]]:
    """The errors of a response, which are in the form of every answer, bounded, and with the response's own id."""
    errors: list[dict[str, Any]] = response.json()["errors"]
    assert response.status_code < 500
    assert 1 <= len(errors) <= 20
    assert len(response.content) <= 20_000
    for error in errors:
        assert error["message"].endswith((".", "…"))
        assert response.headers["x-request-id"] == error["extensions"]["requestId"]
    return errors


def codes(response: httpx.Response) -> set[str]:
    """The codes of the errors of a response."""
    return {error["extensions"]["code"] for error in checked(response)}
