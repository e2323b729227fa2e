"""Recharging over UCIP: one method per question, each one request to the node, guarded like every call."""

import contextlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from connectors.capabilities import CHECK
from connectors.credentials import basic
from connectors.environment import Environment
from connectors.errors import BadData, NotKnown
from connectors.guard import Answer, Call, source_of, subject
from connectors.numbering import NotInPlanError
from connectors.terms import Terms
from connectors.ucip import mapping, messages
from connectors.ucip.faults import RefusedError, refusal
from connectors.ucip.settings import UCIPSettings
from connectors.ucip.transactions import TransactionIds
from connectors.wire import HttpWire, decoded
from connectors.xml import XmlError
from connectors.xmlrpc import Struct
from schema.parts import PrepaidPart
from schema.recharge import Accumulator, Balance, PrepaidAccount
from schema.source import Source

T = TypeVar("T")

_HEADERS = {"Content-Type": "text/xml"}


class UCIPConnector:
    """
    Asks one AIR node.

    Replies do not name the subscriber; what ties an answer to its question is originTransactionID, which is new in
    every request and must come back.
    """

    def __init__(self, system: str, settings: UCIPSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._clock = environment.clock
        self._numbering = environment.numbering
        self._guard = environment.guard(system, settings)
        self._ids = TransactionIds(environment.clock)
        self._wire = HttpWire(
            system,
            settings,
            credential=basic(settings.user, settings.password),
            headers={"User-Agent": settings.user_agent},
            transport=environment.transport,
        )

    async def balances(self, msisdn: str, *, within: Terms) -> Answer[tuple[Balance, ...]]:
        """Balances of a line, the main one first (GetBalanceAndDate)."""
        call = Call(self.system, "GetBalanceAndDate", (msisdn,), within, about=(subject.line(msisdn),))

        def read(answer: Struct, source: Source) -> tuple[Balance, ...]:
            return mapping.balances(answer, msisdn=msisdn, settings=self._settings, source=source)

        return await self._guard.call(call, lambda: self._ask(call, msisdn, read))

    async def prepaid_account(
        self, msisdn: str, *, parts: frozenset[PrepaidPart], within: Terms
    ) -> Answer[PrepaidAccount]:
        """The prepaid account of a line (GetAccountDetails)."""
        about = (subject.line(msisdn),)
        call = Call(self.system, "GetAccountDetails", (msisdn,), within, parts=frozenset(parts), about=about)
        flags = self._settings.offer_flags if PrepaidPart.OFFERS in parts else ()

        def read(answer: Struct, source: Source) -> PrepaidAccount:
            return mapping.prepaid_account(answer, parts=parts, source=source)

        return await self._guard.call(call, lambda: self._ask(call, msisdn, read, flags=flags))

    async def accumulators(self, msisdn: str, *, within: Terms) -> Answer[tuple[Accumulator, ...]]:
        """Counters of a line (GetAccumulators)."""
        call = Call(self.system, "GetAccumulators", (msisdn,), within, about=(subject.line(msisdn),))

        def read(answer: Struct, source: Source) -> tuple[Accumulator, ...]:
            return mapping.accumulators(answer, source=source)

        return await self._guard.call(call, lambda: self._ask(call, msisdn, read))

    async def check(self, *, msisdn: str, within: Terms) -> None:
        """Whether the node answers and takes our user and protocol version, by GetBalanceAndDate."""
        asked = Call(self.system, "GetBalanceAndDate", (msisdn,), within, about=(subject.line(msisdn),))

        def read(answer: Struct, source: Source) -> tuple[Balance, ...]:
            return mapping.balances(answer, msisdn=msisdn, settings=self._settings, source=source)

        with contextlib.suppress(NotKnown):
            call = Call(self.system, CHECK, (msisdn,), within, about=asked.about)
            await self._guard.call(call, lambda: self._ask(asked, msisdn, read))

    def renew(self, settings: UCIPSettings) -> None:
        """Use the credentials and certificates of *settings* for calls from now on. Raises as the wire does."""
        self._wire.renew(settings, credential=basic(settings.user, settings.password))
        self._settings = settings

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight and close connections."""
        await self._guard.aclose()
        await self._wire.aclose()

    async def _ask(
        self, call: Call, msisdn: str, read: Callable[[Struct, Source], T], *, flags: Iterable[str] = ()
    ) -> T:
        transaction = self._ids.new()
        request = messages.request(
            call.operation,
            settings=self._settings,
            transaction=transaction,
            at=self._clock.now(),
            number=self._number(msisdn, call.operation),
            flags=flags,
        )
        reply = await self._wire.post(self._settings.path, request, operation=call.operation, headers=_HEADERS)
        source = self._source(call.operation)
        try:
            return await decoded(lambda whole: read(messages.answer(whole, transaction=transaction), source), reply)
        except RefusedError as exc:
            raise refusal(exc.kind, exc.code)(
                str(exc), system=self.system, operation=call.operation, retry_after_s=reply.retry_after_s
            ) from exc
        except XmlError as exc:
            raise BadData(str(exc), system=self.system, operation=call.operation) from exc

    def _number(self, msisdn: str, operation: str) -> str:
        try:
            return self._numbering.write(msisdn, self._settings.number_form)
        except NotInPlanError as exc:
            raise NotKnown("the number is of another plan", system=self.system, operation=operation) from exc

    def _source(self, operation: str) -> Source:
        return source_of(self.system, operation, settings=self._settings.guard, clock=self._clock)
