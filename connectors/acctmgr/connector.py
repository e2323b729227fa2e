"""The recharge-history capability over Huawei AcctMgr: one guarded call; what the reply means is in `mapping`."""

import contextlib
import datetime as dt
from typing import Any, Final

from connectors.acctmgr.mapping import Reading, history_cutter, history_reader, read_recharges
from connectors.acctmgr.settings import AcctMgrSettings
from connectors.capabilities import CHECK, Period
from connectors.environment import Environment
from connectors.errors import NotKnown
from connectors.guard import Answer, Call, source_of, subject
from connectors.huawei import Exchange, Serials
from connectors.soap import SoapClient, Wsdl, WsdlError
from connectors.terms import Terms
from connectors.wire import HttpWire
from schema.recharge import Recharge
from schema.source import Source

_ENQUIRY: Final = "VoucherRechargeEnquiry"


class AcctMgrConnector:
    """
    One Huawei AcctMgr.

    The constructor reads the WSDL files (slow, in a thread) and raises WsdlError when they cannot serve.
    """

    def __init__(self, system: str, settings: AcctMgrSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._environment = environment
        self._time = settings.local_time()
        self._serials = Serials(environment.clock)
        self._wire = HttpWire(system, settings, transport=environment.transport)
        self._guard = environment.guard(system, settings)
        self._exchange = Exchange(
            system,
            wsdl=Wsdl(settings.wsdl, imports=settings.imports),
            setting="wsdl",
            client=SoapClient(system, self._wire, path=settings.path),
            outcomes=settings.outcomes(),
        )
        if not self._exchange.takes(_ENQUIRY, "SubscriberNo"):
            raise WsdlError(f"{settings.wsdl.name} has no {_ENQUIRY}; point `wsdl` at a file that has it")
        self._reading = self._how_to_read()
        self._cutter = history_cutter(self._time)

    async def recharges(self, msisdn: str, *, period: Period, within: Terms) -> Answer[tuple[Recharge, ...]]:
        """Recharges of a line in *period*, newest first; empty when none (VoucherRechargeEnquiry)."""
        call = Call(
            system=self.system, operation=_ENQUIRY, args=(msisdn, period), within=within, about=(subject.line(msisdn),)
        )
        return await self._guard.call(call, lambda: self._recharges(msisdn, period))

    async def check(self, *, msisdn: str, within: Terms) -> None:
        """Whether the service answers and takes our user, by a VoucherRechargeEnquiry about the last day."""
        day = Period(self._environment.clock.now() - dt.timedelta(days=1))
        call = Call(system=self.system, operation=CHECK, args=(msisdn,), within=within, about=(subject.line(msisdn),))
        with contextlib.suppress(NotKnown):
            await self._guard.call(call, lambda: self._recharges(msisdn, day))

    def renew(self, settings: AcctMgrSettings) -> None:
        """Use the credentials and certificates of *settings* for calls that begin from now on. Raises OSError."""
        self._wire.renew(settings)
        self._settings = settings

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight and close connections. AcctMgr takes the password each time: no session to leave."""
        await self._guard.aclose()
        await self._wire.aclose()

    async def _recharges(self, msisdn: str, period: Period) -> tuple[Recharge, ...]:
        start, end = self._time.bounds(period, now=self._environment.clock.now())
        number = self._environment.numbering.write(msisdn, self._settings.number_form)
        return await self._exchange.ask(
            _ENQUIRY,
            self._header(),
            {"SubscriberNo": number, "StartTime": start, "EndTime": end},
            lambda result: read_recharges(result, self._reading, msisdn=msisdn, source=self._source()),
            cutter=self._cutter,
        )

    def _header(self) -> dict[str, Any]:
        """RequestHeader (CBSInterface_Common). RequestType Event is a question outside of a session."""
        serial = self._serials.take()
        return {
            "CommandId": self._settings.command_id,
            "Version": self._settings.version,
            "TransactionId": serial if self._settings.send_transaction_id else "",
            "SequenceId": self._settings.sequence_id,
            "RequestType": "Event",
            "SessionEntity": {
                "Name": self._settings.user,
                "Password": self._settings.password.get_secret_value(),
                "RemoteAddress": self._settings.remote_address,
            },
            "SerialNo": serial,
        }

    def _source(self) -> Source:
        return source_of(self.system, _ENQUIRY, settings=self._settings.guard, clock=self._environment.clock)

    def _how_to_read(self) -> Reading:
        return Reading(
            history=history_reader(self._time, type_=self._exchange.result_type(_ENQUIRY)),
            table=self._settings.money_table(),
            currency=self._settings.currency,
            numbering=self._environment.numbering,
            number_form=self._settings.number_form,
            succeeded=self._settings.succeeded_error_types,
        )
