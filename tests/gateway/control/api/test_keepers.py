"""Who may ask the graph of operators, while the settings are written anew."""

import pathlib
from typing import Any

import structlog

from gateway.control.api.keepers import Keepers
from gateway.overrides.bans import Bans
from gateway.settings import Settings
from gateway.settings_file import load
from tests.conftest import ROOT
from tests.connectors.support import FixedClock

ISSUER = {"issuer": "https://login.example", "jwks_url": "https://login.example/keys"}
OPERATOR = {"class": "agent", "audience": "operator"}


def written(*clients: str, issuer: dict[str, Any] = ISSUER) -> Settings:
    access = {"audience": "https://graph.example", "issuers": [issuer], "clients": dict.fromkeys(clients, OPERATOR)}
    control = {"socket": "c.sock", "api": {"port": 0}}
    return load(ROOT / "deploy" / "sandbox.toml", overrides={"access": access, "control": control})


class World:
    """Settings that are written anew, and who is let in by them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        api = settings.control.api
        assert api is not None
        self.keepers = Keepers(lambda: self.settings, api, clock=FixedClock(), bans=Bans())

    async def clients(self) -> set[str]:
        return set((await self.keepers.now())._clients)


async def test_clients_are_those_of_the_settings_that_hold_now() -> None:
    world = World(written("platform"))
    assert {"platform"} == await world.clients()

    world.settings = written("night")

    assert {"night"} == await world.clients()
    await world.keepers.aclose()


async def test_settings_that_say_the_same_change_nothing() -> None:
    world = World(written("platform"))
    before = await world.keepers.now()

    world.settings = written("platform")

    assert before is await world.keepers.now()
    await world.keepers.aclose()


async def test_keys_and_proofs_that_are_known_go_on_being_known() -> None:
    world = World(written("platform"))
    before = await world.keepers.now()

    world.settings = written("night")
    after = await world.keepers.now()

    assert before is not after
    assert before.issuers is after.issuers
    assert before._holders.replays is after._holders.replays
    await world.keepers.aclose()


async def test_another_issuer_is_believed_and_the_ones_of_long_before_are_closed() -> None:
    world = World(written("platform"))
    seen, closed = [(await world.keepers.now()).issuers], []
    for number in range(3):
        world.settings = written("platform", issuer={**ISSUER, "jwks_url": f"https://login.example/keys/{number}"})
        seen.append((await world.keepers.now()).issuers)
        closed.append([each for each in seen if each not in world.keepers._left and each is not seen[-1]])

    assert 4 == len({id(each) for each in seen})
    assert [[], seen[:1], seen[:2]] == closed
    await world.keepers.aclose()


async def test_files_that_do_not_serve_leave_who_may_ask_as_it_was(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "authority.pem"
    world = World(written("platform"))

    file.write_text("no certificate")
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            # As often as they are written anew, because the file may have been mended.
            world.settings = written("night", issuer={**ISSUER, "tls": {"ca_file": str(file)}})
            assert [{"platform"}] * 2 == [await world.clients() for _ in range(2)]

    assert ["control_clients_not_taken"] * 2 == [each["event"] for each in logged]
    world.settings = written("night")
    assert {"night"} == await world.clients()
    await world.keepers.aclose()
