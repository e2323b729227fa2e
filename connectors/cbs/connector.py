"""The billing capability over Huawei CBS: each method is one guarded call; messages and mappings are pure, beside."""

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, TypeVar

from connectors.capabilities import CHECK, BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.cbs import bills, messages, profile
from connectors.cbs.balances import Account, line_of
from connectors.cbs.paging import Pager
from connectors.cbs.profile import named
from connectors.cbs.readers import CUSTOMER_INFO, INVOICE, PAYMENT_LOG, Readers
from connectors.cbs.reading import Manner, Reading
from connectors.cbs.rows import Told
from connectors.cbs.settings import CBSSettings, Lookup
from connectors.environment import Environment
from connectors.errors import BadData, Misconfigured, NotKnown
from connectors.guard import Answer, Call, Subject, source_of, subject
from connectors.huawei import Exchange, Serials
from connectors.soap import SoapClient, Wsdl, WsdlError
from connectors.soap.cutting import Cutter
from connectors.terms import Terms
from connectors.wire import HttpWire
from connectors.xml import Element, XmlError
from schema.billing import AccountBalance, Bill, Payment
from schema.parts import BillingPart

R = TypeVar("R")
T = TypeVar("T")

_ACCOUNT_AND_LINES: Final = frozenset({BillingPart.ACCOUNTS, BillingPart.SUBSCRIBERS})


class CBSConnector:
    """
    One Huawei CBS.

    The constructor reads the WSDL files (slow, in a thread) and raises WsdlError when they cannot serve.
    """

    def __init__(self, system: str, settings: CBSSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._environment = environment
        self._manner = self._manner_of(settings)
        self._serials = Serials(environment.clock)
        self._wire = HttpWire(system, settings, transport=environment.transport)
        self._guard = environment.guard(system, settings)
        self._bc = self._exchange("bc_wsdl", Wsdl(settings.bc_wsdl, imports=settings.imports), settings.bc_path)
        self._ar = self._exchange("ar_wsdl", Wsdl(settings.ar_wsdl, imports=settings.imports), settings.ar_path)
        if not self._bc.takes(CUSTOMER_INFO, "QueryObj"):
            raise WsdlError(f"{settings.bc_wsdl.name} has no {CUSTOMER_INFO}; point `bc_wsdl` at a file that has it")
        self._readers = Readers.compiled_for(self._manner, settings.balance_operation, bc=self._bc, ar=self._ar)
        told = self._readers
        self._invoices = self._pager(INVOICE, "InvoiceInfo", told.invoices, told.invoices_cutter)
        self._payment_log = self._pager(PAYMENT_LOG, "PaymentInfo", told.payment_log, told.payment_log_cutter)

    async def profile(self, key: BillingKey, *, parts: frozenset[BillingPart], within: Terms) -> Answer[BillingProfile]:
        """The customer a key belongs to (QueryCustomerInfo), asked for by masks that follow *parts*."""
        about = subject.account(key.value) if key.kind is BillingKeyKind.ACCOUNT else subject.line(key.value)
        call = self._call(
            CUSTOMER_INFO, key.kind.value, key.value, within=within, parts=parts, about=about, names=named
        )
        return await self._guard.call(call, lambda: self._profile(key, parts))

    async def bills(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Bill, ...]]:
        """Bills of an account made in *period*, newest first, lines included (QueryInvoice)."""
        call = self._call(INVOICE, account_number, period, within=within, about=subject.account(account_number))
        return await self._guard.call(call, lambda: self._bills(account_number, self._bounds(period)))

    async def payments(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Payment, ...]]:
        """Payments onto an account in *period*, newest first (QueryPaymentLog, every page of it)."""
        about = subject.account(account_number)
        call = self._call(PAYMENT_LOG, account_number, period, within=within, about=about)
        return await self._guard.call(call, lambda: self._payments(account_number, self._bounds(period)))

    async def balance(
        self, account_number: str, *, account_key: str | None = None, within: Terms
    ) -> Answer[AccountBalance]:
        """What is on an account now, by the operation that `balance_operation` names."""
        account = Account(account_number, account_key)
        operation, about = self._settings.balance_operation.value, subject.account(account_number)
        call = self._call(operation, account_number, account_key or "", within=within, about=about)
        return await self._guard.call(call, lambda: self._balance(account))

    async def check(self, *, msisdn: str, within: Terms) -> None:
        """Whether both services answer and take our user, by QueryCustomerInfo and by QueryInvoice of the last day."""
        wanted = (INVOICE, PAYMENT_LOG, self._settings.balance_operation.value)
        missing = ", ".join(operation for operation in wanted if not self._ar.takes(operation))
        if missing:
            why = "the WSDL has no such operation; point `ar_wsdl` at one that has it"
            raise Misconfigured(why, system=self.system, operation=missing)
        for operation, ask in ((CUSTOMER_INFO, self._check_bc), (INVOICE, self._check_ar)):
            call = self._call(CHECK, operation, msisdn, within=within, about=subject.line(msisdn))
            with contextlib.suppress(NotKnown):
                await self._guard.call(call, functools.partial(ask, msisdn))

    def renew(self, settings: CBSSettings) -> None:
        """Use the credentials and certificates of *settings* for calls that begin from now on. Raises OSError."""
        self._wire.renew(settings)
        self._settings = settings

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight and close connections. CBS has no sessions to leave."""
        await self._guard.aclose()
        await self._wire.aclose()

    async def _check_bc(self, msisdn: str) -> None:
        await self._profile(BillingKey(kind=BillingKeyKind.MSISDN, value=msisdn), frozenset())

    async def _check_ar(self, msisdn: str) -> None:
        bounds = self._bounds(Period(self._environment.clock.now() - dt.timedelta(days=1)))
        number = self._environment.numbering.write(msisdn, self._settings.number_form)
        by_number = self._ar.takes(INVOICE, "AcctAccessCode", "PrimaryIdentity")
        about = {"AcctAccessCode": {"PrimaryIdentity": number}} if by_number else {}
        # What it says is not read: an account that was not asked for by its number could not be told from another.
        await self._ar.ask(INVOICE, self._header(), messages.bills(number, bounds, {}) | about, lambda _: None)

    async def _profile(self, key: BillingKey, parts: frozenset[BillingPart]) -> BillingProfile:
        found = await self._bc.ask(
            CUSTOMER_INFO,
            self._header(),
            self._about(key, parts),
            lambda result: profile.read_profile(
                result, self._readers.customer_info, self._reading(CUSTOMER_INFO), asked=key, parts=parts
            ),
        )
        if found is None:
            raise NotKnown("an empty answer", system=self.system, operation=CUSTOMER_INFO)
        return found

    def _about(self, key: BillingKey, parts: frozenset[BillingPart]) -> messages.Request:
        if key.kind is BillingKeyKind.ACCOUNT:
            about = messages.by_account(key.value)
        else:
            number = self._environment.numbering.write(key.value, self._settings.number_form)
            about = messages.by_number(number, self._settings.lookup_by_number)
        switches = messages.masks(self._settings.masks, parts=parts, asked_by=key.kind)
        hints = {"QueryMode": self._settings.query_mode, **switches}
        # The published definition has none of these, live systems have all: say what this one's WSDL lets us say.
        return about | {name: value for name, value in hints.items() if self._bc.takes(CUSTOMER_INFO, name)}

    async def _bills(self, account_number: str, bounds: tuple[str, str]) -> tuple[Bill, ...]:
        # Asked without paging, a system gives its own first page, usually all; only what is left is asked for by rows.
        found = await self._invoices.all(
            lambda paging: messages.bills(account_number, bounds, paging),
            lambda: bills.bill_maker(self._reading(INVOICE), account_number=account_number),
            page_first=False,
        )
        return self._checked(bills.arrange_bills, found, INVOICE)

    async def _payments(self, account_number: str, bounds: tuple[str, str]) -> tuple[Payment, ...]:
        found = await self._payment_log.all(
            lambda paging: messages.payments(account_number, bounds, paging),
            lambda: bills.payment_maker(self._reading(PAYMENT_LOG), account_number=account_number),
            page_first=True,
        )
        return self._checked(bills.arrange_payments, found, PAYMENT_LOG)

    def _checked(self, arrange: Callable[[list[T]], tuple[T, ...]], found: list[T], operation: str) -> tuple[T, ...]:
        try:
            return arrange(found)
        except XmlError as exc:
            raise BadData(str(exc), system=self.system, operation=operation) from exc

    async def _balance(self, account: Account) -> AccountBalance:
        operation = self._settings.balance_operation.value
        takes_account = self._ar.takes(operation, "QueryObj", "AcctAccessCode")
        if takes_account or not self._ar.takes(operation, "QueryObj", "SubAccessCode"):
            return await self._ar.ask(
                operation,
                self._header(),
                messages.by_account(account.number),
                lambda result: self._readers.balance(result, self._reading(operation), account),
            )
        return await self._balance_by_line(operation, account.number)

    async def _balance_by_line(self, operation: str, account_number: str) -> AccountBalance:
        # QueryOCSBalance as published takes a subscriber only. Its reply names the account by key, so both are needed.
        key = BillingKey(kind=BillingKeyKind.ACCOUNT, value=account_number)
        owner = await self._profile(key, _ACCOUNT_AND_LINES)
        account = Account.of(owner, account_number)
        line = line_of(owner, account)
        if line is None:
            raise NotKnown("the account has no line to ask by", system=self.system, operation=operation)
        number = self._environment.numbering.write(line, self._settings.number_form)
        return await self._ar.ask(
            operation,
            self._header(),
            messages.by_number(number, Lookup.SUBSCRIBER),
            lambda result: self._readers.balance(result, self._reading(operation), account),
        )

    def _bounds(self, period: Period) -> tuple[str, str]:
        return self._manner.time.bounds(period, now=self._environment.clock.now())

    def _call(
        self,
        operation: str,
        *args: Hashable,
        within: Terms,
        about: Subject,
        parts: frozenset[BillingPart] = frozenset(),
        names: Callable[[Any], Iterable[Subject]] | None = None,
    ) -> Call:
        return Call(self.system, operation, args, within, parts, (about,), names)

    def _exchange(self, setting: str, wsdl: Wsdl, path: str) -> Exchange:
        return Exchange(
            self.system,
            wsdl=wsdl,
            setting=setting,
            client=SoapClient(self.system, self._wire, path=path),
            outcomes=self._settings.outcomes(),
        )

    def _header(self) -> messages.Request:
        return messages.header(self._settings, self._serials.take())

    def _pager(self, operation: str, name: str, read: Callable[[Element], Told[R]], cutter: Cutter) -> Pager[R]:
        return Pager(
            self._ar,
            operation,
            name,
            read=read,
            cutter=cutter,
            header=self._header,
            page_rows=self._settings.page_rows,
            max_pages=self._settings.max_pages,
        )

    def _reading(self, operation: str) -> Reading:
        source = source_of(self.system, operation, settings=self._settings.guard, clock=self._environment.clock)
        return Reading.of(self._manner, source)

    def _manner_of(self, settings: CBSSettings) -> Manner:
        return Manner(
            time=settings.local_time(),
            table=settings.money_table(),
            numbering=self._environment.numbering,
            number_form=settings.number_form,
            bill_statuses=settings.bill_statuses,
        )
