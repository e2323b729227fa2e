"""Nobody is refused by what is kept: of those who are known more is kept than of others, and an outage would show it."""

import os
import types
from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.routes import Systems
from connectors.terms import Terms
from gateway.consent import Ledger
from gateway.consent.settings import ConsentTerms
from gateway.policy.asker import Asker
from gateway.policy.by_consent import reach_of_partner
from gateway.policy.own import OwnCustomer
from gateway.policy.rights import rights_of
from schema.policy import Audience
from tests.gateway.consent.support import FRAUD, FakeConsents, a_consent
from tests.gateway.guarded import World
from tests.gateway.policy.asking import ALL
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, FakeSystem, codes

WINDOWS = {"stale_s": {"*": 600}, "negative_s": {"*": 1}, "attempts": 1, "breaker": {"enabled": False}}
KEYS = {
    "msisdn": ({"msisdn": MSISDN}, {"msisdn": "99960000555"}),
    "imsi": ({"imsi": IMSI}, {"imsi": "999700000000555"}),
    "account": ({"accountNumber": ACCOUNT}, {"accountNumber": "A1000555"}),
    "party": ({"partyId": "51000042"}, {"partyId": "51000555"}),
}
TEXT = "query ($by: CustomerKey!) { customer(by: $by) { status } }"
OTHER = "1000099"


class Kept:
    """An operator whose answers are kept for a minute, and for ten when its systems are away."""

    def __init__(self, *consents: Any) -> None:
        self.world = World(windows=WINDOWS)
        self.consents = FakeConsents(*consents, clock=self.world.clock)
        ledger = Ledger(Systems({"consent": self.consents}), clock=self.world.clock)
        self.partner = Asker(
            rights_of(Audience.PARTNER, ALL, pseudonymous="shop"),
            whose=b"shop",
            reach=reach_of_partner("shop", ConsentTerms(party="partner-a"), frozenset({FRAUD}), ledger),
            reach_changes=True,
        )
        own = OwnCustomer(OTHER, "crm")
        self.customer = Asker(rights_of(Audience.SELF_CARE, ALL), whose=b"own", reach=own)

    async def agent_asks(self, by: dict[str, str]) -> None:
        """What is kept from now on."""
        await self.world.ask(TEXT, {"by": by})
        self.world.asked()

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def away(self, *systems: str) -> None:
        for system in self.world.operator.systems:
            system.failure = Unavailable("away", system=system.system) if system.system in systems else None

    async def told(
        self, who: Asker, by: dict[str, str], text: str = TEXT, *, most_calls: int | None = None
    ) -> tuple[Any, list[str], Any]:
        async def admit(_: frozenset[str], __: int) -> Any:
            return types.SimpleNamespace(most_calls=most_calls, record=None)

        operations = self.world.operations
        outcome = await operations.execute(
            operations.prepare(text),
            name=None,
            variables={"by": by},
            graph=self.world.operator.graph,
            within=Terms.after(5, self.world.clock),
            asker=who,
            admit=admit,
        )
        return outcome.data, codes(outcome), self.world.asked()


@pytest.mark.parametrize("who", ["partner", "customer"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("away", [(), ("billing",), ("crm",), ("hss",), ("billing", "crm", "hss")], ids=str)
@pytest.mark.parametrize("later_s", [0.5, 5, 59, 61, 300] if os.environ.get("SWITCHBOARD_SOAK") else [5, 61])
async def test_although_somebody_else_has_asked_about_them(
    who: str, key: str, away: tuple[str, ...], later_s: float
) -> None:
    kept, (somebody, nobody) = Kept(), KEYS[key]
    await kept.agent_asks(somebody)
    kept.pass_time(later_s)
    kept.away(*away)
    caller = kept.partner if who == "partner" else kept.customer

    told, unknown = await kept.told(caller, somebody), await kept.told(caller, nobody)

    assert told[:2] == unknown[:2]
    assert {"customer": None} == told[0]
    # While one is away, what is kept of it may have led to others first.
    assert told[2] == unknown[2] or away


@pytest.mark.parametrize("key", KEYS)
async def test_a_refusal_asks_each_system_once_however_often_it_was_asked_for(key: str) -> None:
    kept = Kept()
    for somebody_first in (0.2, 5, 30, 70):
        asked = [(await kept.told(kept.partner, by))[2] for by in KEYS[key]]
        assert asked[0] == asked[1]
        assert {1} == {n for calls in asked[0].values() for n in calls.values()}, asked
        kept.pass_time(somebody_first)


async def test_whoever_may_be_read_about_is_answered_from_what_is_kept() -> None:
    kept = Kept(a_consent())
    for later_s in (1, 20, 30):
        data, told, asked = await kept.told(kept.partner, KEYS["msisdn"][0])
        assert ([], "Approved") == (told, data["customer"]["status"])
        assert asked == ({} if later_s > 1 else asked)
        kept.pass_time(later_s)
    kept.away("billing", "crm")
    kept.pass_time(60)

    data, told, _ = await kept.told(kept.partner, KEYS["msisdn"][0])

    assert ([], "Approved") == (told, data["customer"]["status"]), "also while systems are away"


@pytest.mark.parametrize("text", ["@fresh(maxAge: 0)", "@fresh(maxAge: 0, else: STALE)", "@fresh(maxAge: 30)"])
@pytest.mark.parametrize("key", ["msisdn", "account"])
async def test_nor_is_it_told_that_something_is_kept_which_is_too_old(key: str, text: str) -> None:
    kept, (somebody, nobody) = Kept(), KEYS[key]
    await kept.agent_asks(somebody)
    kept.pass_time(40)
    kept.away("billing", "crm")
    asked = TEXT.replace("customer(by: $by)", f"customer(by: $by) {text}")

    for who in (kept.partner, kept.customer):
        told = await kept.told(who, somebody, asked)
        assert told[:2] == (await kept.told(who, nobody, asked))[:2]
        assert ["UPSTREAM_UNAVAILABLE"] == told[1]


MINE_TOO = (
    f'query ($by: CustomerKey!) {{ mine: customer(by: {{id: "{OTHER}"}}) {{ status }} customer(by: $by) {{ status }} }}'
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("most_calls", [1, 2])
async def test_how_many_calls_there_may_be_does_not_tell_either(key: str, most_calls: int) -> None:
    """Whoever knows that others are there can use up all but the last."""
    found = []
    for by in KEYS[key]:
        kept = Kept()
        kept.world.operator.crm.accounts[OTHER] = ("A1000099",)
        found.append(await kept.told(kept.customer, by, MINE_TOO, most_calls=most_calls))

    assert found[0] == found[1]
    assert "Approved" == found[0][0]["mine"]["status"]
    assert found[0][1] in (["FORBIDDEN"], ["TOO_COSTLY"])


async def test_what_the_operation_has_asked_itself_is_not_asked_again() -> None:
    """Beside somebody of whom something is kept, and who may be read about."""
    kept = Kept(a_consent())
    kept.world.operator.crm.accounts[OTHER] = ("A1000099",)
    assert not (await kept.told(kept.customer, {"id": OTHER}))[1]
    kept.pass_time(5)

    for by in KEYS["msisdn"]:
        data, told, asked = await kept.told(kept.customer, by, MINE_TOO)
        assert ["FORBIDDEN"] == told
        assert "Approved" == data["mine"]["status"]
        assert {"billing": {"profile": 1}, "crm": {"customers_of_accounts": 1}} == asked


def _slow(kept: Kept, system: FakeSystem) -> None:
    asked = system.asked

    def slowly(*args: Any, **more: Any) -> None:
        kept.pass_time(0.9)
        asked(*args, **more)

    system.asked = slowly  # type: ignore[method-assign]


async def test_also_where_asking_takes_its_time() -> None:
    kept = Kept(a_consent())
    kept.world.operator.crm.accounts[OTHER] = ("A1000099",)
    assert not (await kept.told(kept.customer, {"id": OTHER}))[1]
    kept.pass_time(5)
    for system in (kept.world.operator.billing, kept.world.operator.crm):
        _slow(kept, system)

    for by in KEYS["msisdn"]:
        _, told, calls = await kept.told(kept.customer, by, MINE_TOO)
        assert ["FORBIDDEN"] == told
        assert {"billing": {"profile": 1}, "crm": {"customers_of_accounts": 1}} == calls


@pytest.mark.parametrize("away", ["billing", "crm"])
async def test_a_system_that_is_away_is_not_asked_twice_because_it_is(away: str) -> None:
    kept, (somebody, nobody) = Kept(), KEYS["msisdn"]
    await kept.told(kept.partner, somebody)
    kept.pass_time(100)
    kept.away(away)

    told, unknown = await kept.told(kept.partner, somebody), await kept.told(kept.partner, nobody)

    assert ["UPSTREAM_UNAVAILABLE"] == told[1] == unknown[1]
    assert {"billing": {"profile": 1}, "crm": {"customers_of_accounts": 1}} == told[2]
