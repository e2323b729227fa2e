"""The overrides of a gateway as its settings say: who puts them on record, and when it does not start without them."""

import pathlib
from typing import Any

import pytest

from connectors.guard import CacheTimes, SystemLimits
from gateway.audit.record import Changed, read
from gateway.audit.store import StoreAway
from gateway.audit.writer import Audit
from gateway.mistakes import SettingsError
from gateway.overrides.document import NotTaken
from gateway.overrides.keeper import Keeper
from gateway.overrides.opening import keeper_of, known_in, on_record
from gateway.overrides.override import BreakerIs, CacheIs, Override, SystemLimited
from gateway.settings_file import load
from tests.conftest import ROOT
from tests.connectors.support import FixedClock, Reports
from tests.gateway.audit.making import auditing, findings
from tests.gateway.audit.stores import MemoryStore
from tests.gateway.overrides.saying import DESK, SHOP, MemoryShelf
from tests.gateway.overrides.test_keeper import ALICE

ACCESS = {
    "audience": "https://graph.example",
    "issuers": [{"issuer": "https://login.example", "jwks_url": "https://login.example/keys"}],
    "clients": {"shop": {"class": "partner"}, "desk": {"class": "agent", "audience": "agent"}},
}


def keeper(shelf: MemoryShelf | None = None, *, audit: Audit | None = None, **control: Any) -> Keeper:
    settings = load(ROOT / "deploy" / "sandbox.toml", overrides={"access": ACCESS, "control": control})
    found = keeper_of(settings, shared=shelf, audit=audit, clock=FixedClock(), report=Reports())
    found.serves(known_in(settings), lambda _: None)
    return found


async def test_each_change_is_a_record_of_the_chain_with_who_and_why() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        found = keeper(MemoryShelf(), audit=audit)
        await found.put(SHOP, ALICE)
        await found.lift(SHOP.key, ALICE)

    said = [read(row.body) for row in store.rows[1:]]
    assert ["change", "change"] == [each["kind"] for each in said]
    assert [(1, SHOP.said), (2, f"lifted: {SHOP.said}")] == [(each["version"], each["what"]) for each in said]
    assert {("alice", "INC-1")} == {(each["by"], each["why"]) for each in said}
    assert [] == findings(store.rows, store.heads.values())


async def test_an_audit_that_is_away_hinders_nobody_and_is_told_of() -> None:
    store, report = MemoryStore(), Reports()
    store.ill = StoreAway("away")
    async with auditing(store, timeout_s=0.05, max_waiting=1, within_s=0.05) as audit:
        found = keeper(MemoryShelf(), audit=audit)
        await found.put(SHOP, ALICE)
        await found.put(DESK, ALICE)
        for _ in range(3):
            await on_record(audit, Changed(by="alice", why="INC-1", what="something"), report)

    assert 2 == found.document.version
    assert "control_not_on_record" in {event for event, _ in report.events}


async def test_it_knows_the_clients_systems_and_classes_of_the_settings(tmp_path: pathlib.Path) -> None:
    found = keeper(MemoryShelf())
    await found.put(SHOP, ALICE)
    await found.put(BreakerIs(system="billing", state="open", operation_class="default"), ALICE)

    assert 2 == found.document.version


SLIPS = [
    (SystemLimited(system="crm", limits=SystemLimits()), "at least one limit"),
    (SystemLimited(system="crn", limits=SystemLimits(calls_per_s=1)), "no such system"),
    (SystemLimited(system="crm", limits=SystemLimits(burst=5)), "give calls_per_s, too"),
    (CacheIs(system="crm", times=CacheTimes()), "at least one time"),
    (CacheIs(system="crm", operation="*", times=CacheTimes(fresh_s=1)), "leave the operation out"),
    (CacheIs(system="consent", times=CacheTimes(fresh_s=61)), "a consent that was withdrawn"),
]


@pytest.mark.parametrize(("override", "why"), SLIPS)
async def test_what_the_settings_would_not_allow_is_not_taken(override: Override, why: str) -> None:
    found = keeper(MemoryShelf())
    with pytest.raises(NotTaken, match=why):
        await found.put(override, ALICE)

    assert 0 == found.document.version


async def test_times_must_be_possible_with_those_that_hold_beside_them() -> None:
    found = keeper(MemoryShelf())
    operation = "GET /partyPrivacyAgreement"
    await found.put(CacheIs(system="consent", operation=operation, times=CacheTimes(fresh_s=50)), ALICE)
    with pytest.raises(NotTaken, match="for 70 seconds"):
        await found.put(CacheIs(system="consent", times=CacheTimes(stale_s=20)), ALICE)
    await found.put(CacheIs(system="consent", times=CacheTimes(stale_s=5)), ALICE)
    await found.put(SystemLimited(system="consent", limits=SystemLimits(calls_per_s=9, burst=5)), ALICE)

    assert 3 == found.document.version


async def test_without_redis_a_file_beside_the_socket_is_all_there_is(tmp_path: pathlib.Path) -> None:
    found = keeper(socket=str(tmp_path / "c.sock"))
    await found.put(SHOP, ALICE)

    assert "shop" in (tmp_path / "c.sock.overrides.json").read_text(encoding="utf-8")
    again = keeper(socket=str(tmp_path / "c.sock"))
    async with again.open():
        assert [SHOP] == [each.override for each in again.in_force]


def test_a_gateway_does_not_start_where_what_was_forbidden_cannot_be_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "o.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"control\.overrides: .*holds no overrides; put it right"):
        keeper(overrides=str(tmp_path / "o.json"))

    # With a shelf that replicas share it is a copy, and another one is made.
    keeper(MemoryShelf(), overrides=str(tmp_path / "o.json"))
