"""The consent system as a neighbour: what customers have agreed to (TMF644 v4), in our words. Read only."""

import functools
from collections.abc import Iterable, Iterator

from connectors.capabilities import CHECK, DataSubject, DataSubjectKind
from connectors.environment import Environment
from connectors.errors import Rejected
from connectors.guard import Answer, Call, Subject, subject
from connectors.terms import Terms
from connectors.tmf import fields
from connectors.tmf.auth import credentials
from connectors.tmf.checking import check_collection
from connectors.tmf.collection import Collection
from connectors.tmf.consent_settings import OPERATION, TMFConsentSettings
from connectors.tmf.consents import Agreement, Reading, agreement, engaging
from connectors.tmf.questions import can_filter
from connectors.wire import HttpWire
from schema.consent import Consent


class TMFConsentConnector:
    """Agreements about privacy (TMF644 v4): the capability `Consents`."""

    def __init__(self, system: str, settings: TMFConsentSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._guard = environment.guard(system, settings)
        self._wire = HttpWire(
            system,
            settings,
            credential=credentials(settings),
            headers={"Accept": "application/json"},
            transport=environment.transport,
        )
        self._reading = Reading.of(settings)
        self._agreements: Collection[Agreement] = Collection(
            system=system,
            operation=OPERATION,
            path=settings.agreement_path,
            members={},
            read=functools.partial(agreement, reading=self._reading),
            settings=settings,
            wire=self._wire,
            clock=environment.clock,
            always=fields.AGREEMENT,
        )

    async def agreements(self, who: DataSubject, *, within: Terms) -> Answer[tuple[Consent, ...]]:
        """What *who* has said, in one call for each page of agreements."""
        if not can_filter(who.id, join=True):
            # Servers split a value at its commas: asked for one, they would answer about several.
            raise Rejected("this key cannot be a filter's value", system=self.system, operation=OPERATION)
        filter_ = engaging(who, by=self._settings.agreement_by_party, reading=self._reading)

        async def ask() -> tuple[Consent, ...]:
            found = await self._agreements.by_filter(filter_, parts=frozenset())
            return tuple(consent for each in found for consent in each.consents)

        question = ("engaged", who.kind.value, who.id)
        call = Call(self.system, OPERATION, question, within, about=_about(who), names=_named)
        return await self._guard.call(call, ask)

    async def check(self, *, msisdn: str, within: Terms) -> None:  # noqa: ARG002 - dialects differ in what they need
        """Whether the collection is there and takes our credentials, by asking for the id of one agreement."""
        ask = functools.partial(
            check_collection,
            self._wire,
            self._settings.agreement_path,
            system=self.system,
            operation=OPERATION,
            send_fields=self._settings.send_fields,
        )
        await self._guard.call(Call(self.system, CHECK, (self._settings.agreement_path,), within), ask)

    def renew(self, settings: TMFConsentSettings) -> None:
        """Use the credentials and certificates of *settings* for calls from now on. Raises as the wire does."""
        self._wire.renew(settings, credential=credentials(settings))
        self._settings = settings

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight and close the connections."""
        await self._guard.aclose()
        await self._wire.aclose()


def _about(who: DataSubject) -> tuple[Subject, ...]:
    return (subject.customer(who.id) if who.kind is DataSubjectKind.CUSTOMER else subject.party(who.id),)


def _named(consents: Iterable[Consent]) -> Iterator[Subject]:
    # Some servers tell of a change by the agreement's id alone.
    yield from (subject.agreement(each.agreement) for each in consents)
