"""A gateway with clients of all audiences, and what an attacker outside of it can do: get tokens, and ask."""

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import httpx

from tests.conftest import PLAIN, RunningGateway
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.e2e.matrix import SCOPES
from tests.gateway.telemetry.collector import Collector, collector

FRAUD, SERVICE = "dpv:FraudPreventionAndDetection", "dpv:ServiceProvision"
UNMASKED: Final = ("unmasked:personal", "unmasked:sensitive")
ALL: Final = tuple(SCOPES)

GIVEN, GIVEN_TOO, WITHDRAWN, NOBODY = "1000040", "1000041", "1000042", "1999999"
"""Customers of the pretend operator by what they have agreed to with partner A about fraud (`sandbox.consent.seeds`)."""

CLIENTS: Final[Mapping[str, dict[str, Any]]] = {
    "desk": {"class": "agent", "audience": "agent"},
    "platform": {"class": "agent", "audience": "operator"},
    "app": {"class": "self_care", "audience": "self_care", "customer_claim": "customer_number"},
    "shop": {"class": "partner", "party": "partner-a", "demand": {"cost_per_minute": "unlimited", "concurrent": 100}},
    "other": {"class": "partner", "party": "partner-b", "demand": {"cost_per_minute": "unlimited", "concurrent": 100}},
    "strict": {
        "class": "partner",
        "party": "partner-a",
        "forbidden": "refuse",
        "demand": {"cost_per_minute": "unlimited", "concurrent": 100},
    },
    "narrow": {
        "class": "partner",
        "party": "partner-a",
        "purposes": [FRAUD],
        "demand": {"cost_per_minute": "unlimited", "concurrent": 100},
    },
    "metered": {"class": "partner", "party": "partner-a", "demand": {"cost_per_minute": 6_000_000}},
    "ends": {"class": "partner", "party": "partner-a", "customer_claim": "customer_number"},
    "flooder": {"class": "partner", "party": "partner-a", "demand": {"cost_per_minute": 600, "concurrent": 3}},
    "slow": {"class": "partner", "party": "partner-a", "demand": {"concurrent": 2}},
}


@dataclasses.dataclass(frozen=True)
class Asker:
    """Whoever has a token: of which client, with what in it."""

    client: str
    scopes: tuple[str, ...] = ALL
    purpose: str | None = None
    customer: str | None = None
    subject: str = "subject-0a1b2c3d"

    @property
    def said(self) -> dict[str, Any]:
        """The claims of its token that are its own."""
        # A claim without any scope in it would be no list of scopes.
        scope = " ".join((*self.scopes, *((self.purpose,) if self.purpose else ()))) or "openid"
        said: dict[str, Any] = {"client_id": self.client, "scope": scope, "sub": self.subject}
        return said | ({"customer_number": self.customer} if self.customer else {})

    def __str__(self) -> str:
        return self.client


AGENT, OPERATOR = Asker("desk"), Asker("platform")
SHOP, OTHER = Asker("shop", purpose=FRAUD), Asker("other", purpose=SERVICE)
KNOWS_ALL = Asker("desk", scopes=(*ALL, *UNMASKED))


def own(customer: str, **more: Any) -> Asker:
    """A customer in the operator's app."""
    return Asker("app", customer=customer, **more)


class World:
    """The gateway from outside, and all that it has answered."""

    def __init__(self, gateway: RunningGateway, http: httpx.Client, records: pathlib.Path, spans: Collector) -> None:
        self.gateway = gateway
        self.http = http
        self.records = records
        self.spans = spans
        self.refusals: list[str] = []
        """Bodies with errors in them and nothing else."""

        self.tokens: dict[Asker, str] = {}

    def token(self, who: Asker) -> str:
        # Signing takes longer than everything else.
        if who not in self.tokens:
            self.tokens[who] = right(**who.said)
        return self.tokens[who]

    def headers(self, who: Asker | None) -> dict[str, str]:
        return {} if who is None else bearer(self.token(who))

    def post(
        self, who: Asker | None, text: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """The response to a question; *more* are members of the request."""
        body = {"query": text, **more}
        return self.noted(self.http.post("/graphql", json=body, headers={**self.headers(who), **(headers or {})}))

    def ask(self, who: Asker | None, text: str, *, headers: Mapping[str, str] | None = None, **variables: Any) -> Any:
        """The answer to a question, as JSON."""
        return self.post(who, text, variables=variables, headers=headers).json()

    def noted(self, response: httpx.Response) -> httpx.Response:
        """*response*, remembered where it is a refusal: nobody may be found in one."""
        with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
            body = response.json()
            if isinstance(body, dict) and "errors" in body:
                self.refusals.append(json.dumps(body["errors"], ensure_ascii=False) + repr(response.headers))
        return response


def codes(answer: Any) -> list[str]:
    """The codes of the errors of an answer, in their order."""
    return [each["extensions"]["code"] for each in answer.get("errors", [])]


def words(text: str) -> set[str]:
    """The words in a text."""
    return set(re.findall(r"\w+", text))


def settings(login: Login, records: pathlib.Path, spans: Collector) -> dict[str, str]:
    """The gateway's settings, as environment variables."""
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": CLIENTS,
    }
    traces = {"endpoint": f"http://127.0.0.1:{spans.port}/v1/traces", "ratio": 1.0}
    # As much is kept as may be, so that it could be given to somebody whose it is not.
    kept = {"FRESH_S": '{"*": 10}', "REVALIDATE_S": '{"*": 2}', "STALE_S": '{"*": 5}', "NEGATIVE_S": '{"*": 1}'}
    return {
        **{
            f"SWITCHBOARD_SYSTEMS__{system}__GUARD__{name}": value
            for system in ("CRM", "BILLING", "HSS", "RECHARGE", "RECHARGE-HISTORY")
            for name, value in kept.items()
        },
        # How soon to ask again, and how often something was tried, hang on the moment; it is looked for other differences.
        **{
            f"SWITCHBOARD_SYSTEMS__{system}__GUARD__{name}": value
            for system in ("CRM", "BILLING", "BILLING-ISLANDS", "HSS", "CONSENT")
            for name, value in {"ATTEMPTS": "1", "BREAKER__ENABLED": "false"}.items()
        },
        "SWITCHBOARD_ACCESS": json.dumps(access),
        "SWITCHBOARD_AUDIT": json.dumps({"secrets": ["env:AUDIT_SECRET"], "sqlite": str(records)}),
        "AUDIT_SECRET": "a secret of the audit that is long enough",
        "SWITCHBOARD_TELEMETRY": json.dumps({"traces": traces}),
        "SWITCHBOARD_SERVER__ADMISSION__ENABLED": "false",
    }


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """A collector of spans in a thread of its own."""
    begun, over, found = threading.Event(), asyncio.Event(), []

    async def serve() -> None:
        async with collector() as listening:
            found.append((listening, asyncio.get_running_loop()))
            begun.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert begun.wait(10)
    listening, loop = found[0]
    try:
        yield listening
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)


def client(gateway: RunningGateway) -> httpx.Client:
    """Whoever asks the gateway."""
    return httpx.Client(base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30)


def flat(value: Any) -> Iterable[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from flat(each)
    elif isinstance(value, list):
        for each in value:
            yield from flat(each)
