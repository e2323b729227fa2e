"""A pretend AIR node inside this process: answers what a test tells it to, and keeps what it was asked."""

import dataclasses
import xmlrpc.client
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.ucip import UCIPConnector, UCIPSettings
from tests.connectors.support import FixedClock, environment

NEVER = "99991231T00:00:00+1200"
NEVER_AT_NOON = "99991231T12:00:00+0000"


def date(text: str) -> xmlrpc.client.DateTime:
    return xmlrpc.client.DateTime(text)


def settings(**changes: object) -> UCIPSettings:
    return UCIPSettings.model_validate(
        {"dialect": "ucip", "url": "http://air.example:10010", "user": "us", "password": "env:UCIP_TEST_PASSWORD"}
        | changes
    )


@dataclasses.dataclass
class Asked:
    """One request as it arrived."""

    method: str
    members: dict[str, Any]
    headers: Mapping[str, str]
    path: str
    body: bytes


@dataclasses.dataclass
class Node:
    """
    The node and its switches.

    `answers` holds members by method; responseCode and the echo are added. `echo` replaces the echo, "" leaves it out.
    """

    answers: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    code: int = 0
    echo: str | None = None
    fault: int | None = None
    status: int = 200
    content_type: str = "text/xml"
    body: bytes | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    asked: list[Asked] = dataclasses.field(default_factory=list)

    async def _air(self, request: Request) -> Response:
        body = await request.body()
        (members,), method = xmlrpc.client.loads(body)
        assert isinstance(members, dict)
        self.asked.append(Asked(str(method), members, request.headers, request.url.path, body))
        return Response(self._answer(str(method), members), self.status, self.headers, self.content_type)

    def _answer(self, method: str, asked: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        if self.fault is not None:
            fault = xmlrpc.client.Fault(self.fault, "failed for 99960000042\n at com.vendor.Air")
            return xmlrpc.client.dumps(fault, methodresponse=True).encode()
        echo = asked["originTransactionID"] if self.echo is None else self.echo
        members = {"responseCode": self.code} | ({"originTransactionID": echo} if echo else {})
        return xmlrpc.client.dumps(
            (members | self.answers.get(method, {}),), methodresponse=True, allow_none=True
        ).encode()

    def connector(self, *, clock: FixedClock | None = None, **changes: object) -> UCIPConnector:
        app = Starlette(routes=[Route("/{path:path}", self._air, methods=["POST"])])
        return UCIPConnector(
            "recharge", settings(**changes), environment(transport=httpx.ASGITransport(app), clock=clock)
        )
