"""A reader of requests and what it told, for tests that speak bytes to it."""

import dataclasses
from typing import Any

from gateway.http.connection import RequestReader
from gateway.http.framing import Refusal
from gateway.http.head import Head
from gateway.http.patience import Phase
from gateway.settings import ServerSettings


@dataclasses.dataclass(slots=True)
class Asked:
    """One request as it was read."""

    head: Head
    body: bytes = b""
    whole: bool = False


class Told:
    """A reader, and its listener that keeps what it is told."""

    def __init__(self, **settings: Any) -> None:
        self.phases: list[Phase] = []
        self.refusals: list[Refusal] = []
        self.requests: list[Asked] = []
        self.reader = RequestReader(ServerSettings(**settings), self)

    def hears(self, data: bytes) -> list[Asked]:
        """All requests so far, after *data*."""
        self.reader.receive(data)
        return self.requests

    def answers(self) -> list[Asked]:
        """The last request is answered; all requests so far, after what had come before that."""
        self.reader.next()
        return self.requests

    def moved(self, phase: Phase) -> None:
        self.phases.append(phase)

    def request(self, head: Head) -> None:
        self.requests.append(Asked(head))

    def body(self, data: bytes) -> None:
        self.requests[-1].body += data

    def end(self) -> None:
        self.requests[-1].whole = True

    def refuse(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)
