"""What callers can make the gateway remember has an end, however many tokens and documents they come with."""

import os
import pathlib

import pytest

from tests.e2e.login import bearer, right
from tests.security.access.world import AGENT, FRAUD, GIVEN, OPERATOR, SERVICE, SHOP, Asker, World, own

MANY = 2000 if os.environ.get("SWITCHBOARD_SOAK") else 300
MOST_BYTES = 40 * 1024 * 1024
"""How much more there may be in the end than before. Documents, plans and answers have bounds of 30 MB together."""

LEAVES = ("id", "name", "status", "statusReason", "customerNumber", "validFor { start }", "source { fetchedAt }")


def _held(world: World) -> int:
    status = pathlib.Path(f"/proc/{world.gateway.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def _document(number: int) -> str:
    """A document like no other: what is alike is remembered once."""
    leaves = " ".join(f"a{number}_{place}: {LEAVES[(number + place) % 7]}" for place in range(1 + number % 12))
    return f'{{ customer(by: {{id: "{GIVEN}"}}) {{ {leaves} }} }}'


@pytest.mark.parametrize("who", [SHOP, own(GIVEN), AGENT, OPERATOR], ids=str)
def test_documents_do_not_pile_up(world: World, who: Asker) -> None:
    for number in range(50):
        world.post(who, _document(number))
    before = _held(world)

    for number in range(50, 50 + MANY):
        assert 200 == world.post(who, _document(number)).status_code

    assert _held(world) - before < MOST_BYTES


def test_nor_do_tokens_and_subjects(world: World) -> None:
    text = {"query": "{ customer(by: {id: 1000040}) { name } viewer { expiresAt } }"}
    before = _held(world)

    for number in range(MANY):
        claims = {"client_id": "app", "customer_number": str(1_000_000 + number), "sub": f"subject-{number:06}"}
        written = right(**claims, scope="customer:read")
        assert 200 == world.http.post("/graphql", json=text, headers=bearer(written)).status_code

    assert _held(world) - before < MOST_BYTES


def test_nor_do_rights(world: World) -> None:
    """Each set of scopes has a graph of its own while it is remembered."""
    before = _held(world)
    names = (
        "customer:read",
        "party:read",
        "billing:read",
        "line:read",
        "balance:read",
        "recharge:read",
        "network:read",
    )
    for number in range(1, 128):
        scopes = tuple(name for bit, name in enumerate(names) if number >> bit & 1)
        for client, purpose in (("desk", None), ("shop", FRAUD), ("other", SERVICE)):
            for document in (7, 8):
                assert 200 == world.post(Asker(client, scopes=scopes, purpose=purpose), _document(document)).status_code

    assert _held(world) - before < 2 * MOST_BYTES
