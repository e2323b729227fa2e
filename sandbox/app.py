"""The whole pretend operator: builds the legacy systems and the control port, and opens and closes them together."""

import datetime as dt
import random
import time
from types import TracebackType
from typing import Final, Self

from sandbox.billing import Billing
from sandbox.call import System, SystemName
from sandbox.calls import CallCounter
from sandbox.consent import ConsentSystem
from sandbox.control import control_app
from sandbox.credentials import load_credential
from sandbox.crm import CRM
from sandbox.faults import Fault, FaultBoard, FaultKind
from sandbox.front import Front
from sandbox.hss import HSS, Sessions
from sandbox.listener import Listener
from sandbox.population import Population, Province, Residents
from sandbox.recharge import UCIP, AcctMgr, RechargeSystem
from sandbox.settings import Settings
from sandbox.stories import CAST, all_stories, fixed_traits

_USER: Final = "switchboard"
_SECRETS: Final = {Province.MAINLAND: "", Province.ISLANDS: "-islands"}
"""What the names of a province's secrets end with."""


class Sandbox:
    """
    `async with Sandbox(settings) as sandbox:` serves until the block ends.

    *ports* gives the port of each system and of "control" once open; *stories*, *calls*, *faults* and *people* may
    be read at any time.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.calls = CallCounter()
        self.faults = FaultBoard()
        self.stories = all_stories()
        self.people = _population(self.settings)
        self._crm = CRM(self.people, load_credential("crm", user=_USER), totals=self.settings.crm_totals)
        self._consent = ConsentSystem(self.people, load_credential("consent", user=_USER))
        self._hss = _hss(self.settings, self.people)
        self._listeners = self._make_listeners()
        self._control = Listener(control_app(self), host=self.settings.host, port=self.settings.control_port)

    @property
    def ports(self) -> dict[str, int]:
        """The port of each system by name, and that of "control"."""
        return {str(name): listener.port for name, listener in self._listeners.items()} | {
            "control": self._control.port
        }

    @property
    def totals(self) -> bool:
        """Whether CRM's lists say how long they are."""
        return self._crm.totals

    @totals.setter
    def totals(self, value: bool) -> None:
        self._crm.totals = value

    async def open(self) -> None:
        """Listen on every port; when one is taken, listen on none."""
        try:
            for listener in (*self._listeners.values(), self._control):
                await listener.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        for listener in (*self._listeners.values(), self._control):
            await listener.close()
        await self._consent.aclose()

    async def set_fault(self, system: SystemName, fault: Fault) -> None:
        """Let a system suffer a fault; it does when this returns."""
        if fault.kind is FaultKind.SESSION_EXPIRED:
            # This happens once, to the sessions that are open now; there is nothing to heal afterwards.
            self._hss.expire_sessions()
            return
        self.faults.set(system, fault)
        if fault.kind is FaultKind.OFF:
            await self._listeners[system].stop()
        else:
            await self._listeners[system].open()

    async def heal(self, system: SystemName) -> None:
        """Make a system well; it is when this returns."""
        self.faults.heal(system)
        await self._listeners[system].open()

    def trade(self, one: str, other: str) -> None:
        """The lines with these numbers trade them, in every system. ValueError where that cannot be."""
        lines = [self.people.line_by_msisdn(number) for number in (one, other)]
        if lines[0] is None or lines[1] is None:
            raise ValueError("Both numbers must be somebody's.")
        self.people.trade(lines[0], lines[1])

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _make_listeners(self) -> dict[SystemName, Listener]:
        settings = self.settings
        mainland, islands = (Residents(self.people, province) for province in Province)
        placed: list[tuple[System, int]] = [
            (self._crm, settings.crm_port),
            (_billing(mainland), settings.billing_port),
            (self._hss, settings.hss_port),
            (_recharge(mainland), settings.recharge_port),
            (_billing(islands), settings.billing_islands_port),
            (_recharge(islands), settings.recharge_islands_port),
            (self._consent, settings.consent_port),
        ]
        return {system.name: self._listener(system, port) for system, port in placed}

    def _listener(self, system: System, port: int) -> Listener:
        front = Front(system, calls=self.calls, faults=self.faults)
        return Listener(front, host=self.settings.host, port=port)


def _population(settings: Settings) -> Population:
    today = settings.today or dt.datetime.now(Province.MAINLAND.zone).date()
    return Population(customers=max(settings.customers, CAST), seed=settings.seed, today=today, fixed=fixed_traits)


def _hss(settings: Settings, people: Population) -> HSS:
    sessions = Sessions(
        limit=settings.hss_max_sessions,
        idle_s=settings.hss_session_idle_s,
        clock=time.monotonic,
        # Not seeded: after a restart an id that a client still holds must not come to life again.
        draw=random.SystemRandom(),
    )
    return HSS(people, load_credential("hss", user=_USER), sessions, latency_s=settings.hss_latency_s)


def _billing(people: Residents) -> Billing:
    secret = f"billing{_SECRETS[people.province]}"
    return Billing(people, load_credential(secret, user=_USER.upper()))


def _recharge(people: Residents) -> RechargeSystem:
    end = _SECRETS[people.province]
    node = UCIP(people, load_credential(f"recharge{end}", user=_USER))
    history = AcctMgr(people, load_credential(f"recharge-history{end}", user=_USER))
    return RechargeSystem(node, history, people.province)
