"""Web pages that ask: the gateway's own, those of registered clients with their own tokens, and nobody else's."""

import httpx
import pytest
from pydantic import ValidationError
from starlette.responses import PlainTextResponse

from gateway.access.client_settings import ClientSettings
from gateway.http.front import Front
from gateway.http.origins import Origins

SHOP, BANK = "https://shop.example", "https://bank.example:8443"
ORIGINS = Origins({"shop": [SHOP], "bank": [BANK], "batch": []})
HOST = "graph.operator.example"


def client(origins: Origins = ORIGINS) -> httpx.AsyncClient:
    inside = Front(PlainTextResponse("inside"), refuse=origins.refusal)
    return httpx.AsyncClient(transport=httpx.ASGITransport(origins.before(inside)), base_url=f"http://{HOST}")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        (SHOP, 200),
        (BANK, 200),
        (f"https://{HOST}", 200),
        ("https://evil.example", 403),
        ("https://shop.example.evil.example", 403),
        ("http://shop.example", 403),
        ("https://shop.example:444", 403),
        ("https://SHOP.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_pages_of_registered_origins_come_in_and_no_others(origin: str | None, status: int) -> None:
    async with client() as http:
        answer = await http.post("/", headers={} if origin is None else {"Origin": origin})

    assert status == answer.status_code
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed == (origin if origin in {SHOP, BANK} else None)


async def test_browsers_are_told_what_may_be_sent_and_read() -> None:
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with client() as http:
        told = await http.options("/", headers={"Origin": SHOP, **preflight})
        refused = await http.options("/", headers={"Origin": "https://evil.example", **preflight})
        answer = await http.post("/", headers={"Origin": SHOP})

    assert (200, SHOP) == (told.status_code, told.headers["Access-Control-Allow-Origin"])
    assert "authorization" in told.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in told.headers
    assert 400 == refused.status_code
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]


async def test_without_any_nothing_stands_in_between() -> None:
    async with client(Origins({"shop": []})) as http:
        assert 403 == (await http.post("/", headers={"Origin": SHOP})).status_code
        assert "Vary" not in (await http.post("/")).headers


@pytest.mark.parametrize(
    ("name", "origin", "is_of"),
    [
        ("shop", SHOP, True),
        ("bank", SHOP, False),
        ("batch", SHOP, False),
        ("batch", None, True),
        ("batch", f"http://{HOST}", True),
        ("stranger", SHOP, False),
    ],
)
def test_a_page_asks_with_tokens_of_its_own_client(name: str, origin: str | None, *, is_of: bool) -> None:
    headers = [(b"host", HOST.encode()), *([] if origin is None else [(b"origin", origin.encode())])]

    assert is_of is ORIGINS.is_of(name, {"type": "http", "headers": headers})


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example/",
        "https://shop.example/path",
        "shop.example",
        "*",
        "https://*.shop.example",
        "https://Shop.example",
        "https://user@shop.example",
        "http://shop.example",
        "null",
        "https://shop.example:0",
        "ftp://shop.example",
    ],
)
def test_what_is_no_origin_is_a_mistake_in_the_settings(origin: str) -> None:
    with pytest.raises(ValidationError, match=r"origin|https"):
        ClientSettings.model_validate({"class": "partner", "origins": [origin]})


def test_pages_on_this_machine_may_do_without_tls() -> None:
    found = ClientSettings.model_validate({"class": "partner", "origins": ["http://localhost:3000", SHOP]})

    assert ["http://localhost:3000", SHOP] == found.origins
