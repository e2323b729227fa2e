"""The network capability over CAI3G: subscriptions by number and by IMSI. Thin: guard, session, message, mapping."""

import contextlib
from collections.abc import Iterator
from typing import Final

from connectors.cai3g.mapping import Key, MoId, found_by_imsi, network_profile
from connectors.cai3g.protocol import CAI3GProtocol
from connectors.cai3g.sessions import SessionPool
from connectors.cai3g.settings import CAI3GSettings, ImsiLookup
from connectors.capabilities import CHECK
from connectors.environment import Environment
from connectors.errors import BadData, NotKnown
from connectors.guard import Answer, Call, Subject, source_of, subject
from connectors.terms import Terms
from connectors.wire import HttpWire
from connectors.xml import XmlError
from schema.network import NetworkProfile
from schema.source import Source

KEPT: Final = (MoId,)
"""What is kept of its calls beside what `Network` promises: the subscription that a search by IMSI finds."""


class CAI3GConnector:
    """An HSS or HLR behind an Ericsson provisioning gateway. Offers `Network`."""

    def __init__(self, system: str, settings: CAI3GSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._clock = environment.clock
        self._numbering = environment.numbering
        self._wire = HttpWire(system, settings, transport=environment.transport)
        self._protocol = CAI3GProtocol(system, settings, self._wire)
        self._sessions = SessionPool(
            system,
            self._protocol,
            size=settings.sessions,
            cool_down_s=settings.login_cool_down_s,
            wait_s=settings.guard.timeout_s / 2,
            clock=environment.clock,
            report=environment.report,
        )
        self._guard = environment.guard(system, settings)

    async def profile_by_msisdn(self, msisdn: str, *, within: Terms) -> Answer[NetworkProfile]:
        """The subscription of a number (Get). Raises NotKnown for a number the network does not have."""
        return await self._get(MoId(Key.MSISDN, msisdn), within=within)

    async def profile_by_imsi(self, imsi: str, *, within: Terms) -> Answer[NetworkProfile]:
        """The subscription of a SIM (Get, or Search and then Get as configured). Raises NotKnown."""
        if self._settings.imsi_lookup is ImsiLookup.GET:
            return await self._get(MoId(Key.IMSI, imsi), within=within)
        found = await self._search(imsi, within=within)
        answer = await self._get(found.value, within=within)
        if answer.value.imsi != imsi:
            raise BadData("imsi is not the one asked for", system=self.system, operation="Get")
        return answer

    async def check(self, *, msisdn: str, within: Terms) -> None:
        """Whether there is a session for us and the service answers, by Get. `aclose` logs out of the session."""
        with contextlib.suppress(NotKnown):
            await self._get(MoId(Key.MSISDN, msisdn), within=within, call=CHECK)

    def renew(self, settings: CAI3GSettings) -> None:
        """Use the credentials and certificates of *settings* from now on; every session is opened anew."""
        self._wire.renew(settings)
        self._settings = settings
        self._protocol.renew(settings)
        self._sessions.renew()

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight, log out of every session, close connections. Takes about two seconds at most."""
        await self._guard.aclose()
        await self._sessions.aclose()
        await self._wire.aclose()

    async def _get(self, asked: MoId, *, within: Terms, call: str = "Get") -> Answer[NetworkProfile]:
        async def ask() -> NetworkProfile:
            reply = await self._sessions.call(lambda ticket: self._protocol.get(self._written(asked), ticket))
            try:
                return await reply.read(
                    lambda body: network_profile(
                        body,
                        asked=asked,
                        element=f"getResponse{self._settings.mo_name}",
                        read_msisdn=self._read,
                        source=self._source("Get"),
                    )
                )
            except XmlError as exc:
                raise BadData(str(exc), system=self.system, operation="Get") from exc

        about = _subjects(asked)
        asking = Call(self.system, call, (asked.key, asked.value), within, about=about, names=_named)
        return await self._guard.call(asking, ask)

    async def _search(self, imsi: str, *, within: Terms) -> Answer[MoId]:
        async def ask() -> MoId:
            reply = await self._sessions.call(lambda ticket: self._protocol.search(MoId(Key.IMSI, imsi), ticket))
            try:
                found = await reply.read(lambda body: found_by_imsi(body, imsi=imsi, read_msisdn=self._read))
            except XmlError as exc:
                raise BadData(str(exc), system=self.system, operation="Search") from exc
            if found is None:
                raise NotKnown("no subscription", system=self.system, operation="Search")
            return found

        about = (subject.sim(imsi),)
        asking = Call(self.system, "Search", (Key.IMSI, imsi), within, about=about, names=_subjects)
        return await self._guard.call(asking, ask)

    def _written(self, asked: MoId) -> MoId:
        if asked.key is Key.IMSI:
            return asked
        return MoId(Key.MSISDN, self._numbering.write(asked.value, self._settings.number_form))

    def _read(self, msisdn: str) -> str:
        return self._numbering.read(msisdn, self._settings.number_form)

    def _source(self, operation: str) -> Source:
        return source_of(self.system, operation, settings=self._settings.guard, clock=self._clock)


def _subjects(key: MoId) -> tuple[Subject, ...]:
    return (subject.sim(key.value) if key.key is Key.IMSI else subject.line(key.value),)


def _named(profile: NetworkProfile) -> Iterator[Subject]:
    """The SIM and the line of a subscription, whichever of them was asked by."""
    yield subject.sim(profile.imsi)
    if profile.msisdn is not None:
        yield subject.line(profile.msisdn)
