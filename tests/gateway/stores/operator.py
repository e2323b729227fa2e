"""What the guards of all dialects are asked and answer, when everything is asked about lines of the pretend operator."""

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, DataSubject, Period
from connectors.environment import Environment
from connectors.errors import ConnectorError, NotKnown
from connectors.guard import Answer, Call, Guard, GuardSettings
from connectors.settings import SystemSettings
from gateway import systems
from gateway.settings_file import load
from sandbox import Sandbox, free_ports
from schema.parts import BillingPart, CustomerPart, PartyPart, PrepaidPart
from tests.connectors.support import NOW, PLAN, DictStore, FixedClock, Reports, soon

ROOT = pathlib.Path(__file__).resolve().parents[3]
PERIOD = Period(NOW - dt.timedelta(days=700))
Seen = tuple[Call, Answer[Any]]


async def _asked(connectors: Mapping[str, Any], msisdn: str) -> None:
    """Ask everything that there is to ask about a line, by what is found on the way."""
    crm, billing, hss, recharge, history, consents = connectors.values()
    within, key = soon(seconds=20), BillingKey(BillingKeyKind.MSISDN, msisdn)
    profile: BillingProfile = (await billing.profile(key, parts=frozenset(BillingPart), within=within)).value
    accounts = [each.account_number for each in profile.accounts]
    found = (await crm.customers_of_accounts(accounts, parts=frozenset(CustomerPart), within=within)).value
    refs = [each.party_ref for each in found if each.party_ref is not None]
    network = (await hss.profile_by_msisdn(msisdn, within=within)).value
    asked = [
        billing.profile(key, parts=frozenset(), within=within),
        *(billing.bills(each, period=PERIOD, within=within) for each in accounts),
        *(billing.payments(each, period=PERIOD, within=within) for each in accounts),
        *(billing.balance(each.account_number, account_key=each.key, within=within) for each in profile.accounts),
        crm.customers([each.customer_number for each in found], parts=frozenset(), within=within),
        *(crm.customers_of_party(each.party_id, parts=frozenset(), within=within) for each in refs),
        crm.parties(refs, parts=frozenset(PartyPart), within=within),
        *(consents.agreements(DataSubject.of_party(each), within=within) for each in refs),
        crm.parties(refs, parts=frozenset(), within=within),
        hss.profile_by_imsi(network.imsi, within=within),
        recharge.balances(msisdn, within=within),
        recharge.prepaid_account(msisdn, parts=frozenset(PrepaidPart), within=within),
        recharge.prepaid_account(msisdn, parts=frozenset(), within=within),
        recharge.accumulators(msisdn, within=within),
        history.recharges(msisdn, period=PERIOD, within=within),
    ]
    # A line without a prepaid account is an answer as well; only what was answered is looked at.
    for outcome in await asyncio.gather(*asked, return_exceptions=True):
        assert not isinstance(outcome, Exception) or isinstance(outcome, ConnectorError)


class Recording(Environment):
    """Surroundings whose guards show every answer."""

    seen: list[Seen]

    def guard(self, system: str, settings: SystemSettings) -> Guard:
        """A guard that shows what it answers."""
        guard, seen = super().guard(system, settings), self.seen

        class Shown(Guard):
            async def call(self, call: Call, ask: Callable[[], Any]) -> Answer[Any]:
                answer = await guard.call(call, ask)
                seen.append((call, answer))
                return answer

        return Shown((), clock=self.clock)


async def everything() -> list[Seen]:
    """The calls of all dialects about lines of the pretend operator, with what their guards answer."""
    settings = load(ROOT / "deploy" / "sandbox.toml", environ={})
    async with Sandbox(free_ports(customers=40, seed=7, today=NOW.date())) as sandbox:
        environment = Recording(clock=FixedClock(), store=DictStore(), numbering=PLAN, report=Reports())
        object.__setattr__(environment, "seen", [])
        connectors: Mapping[str, Any] = {
            name: systems.connector(
                name,
                # Nothing is kept: what is kept knows when this process got it, which no store outside is told.
                settings.systems[name].model_copy(
                    update={"url": f"http://127.0.0.1:{sandbox.ports[port]}", "guard": GuardSettings()}
                ),
                environment,
            )
            for name, port in (
                ("crm", "crm"),
                ("billing", "billing"),
                ("hss", "hss"),
                ("recharge", "recharge"),
                ("recharge-history", "recharge"),
                ("consent", "consent"),
            )
        }
        people = [sandbox.people.customer(number) for number in range(1, 40)]
        for msisdn in [line.key.msisdn for person in people if person for line in person.lines][:25]:
            with contextlib.suppress(NotKnown):  # Some of them are the islands' customers.
                await _asked(connectors, msisdn)
        await systems.close(connectors)
        return environment.seen
