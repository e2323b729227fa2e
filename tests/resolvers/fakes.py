"""Systems that live in memory: what each is asked is counted, and each can be made to fail."""

# ruff: noqa: ARG002 - fakes take what the Protocols say and need less of it.

import collections
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.clock import Clock
from connectors.errors import ConnectorError, NotKnown
from connectors.guard import Answer
from connectors.terms import Terms
from schema.billing import AccountBalance, Bill, BillingAccount, BillStatus, Payment, PaymentMode, Subscriber
from schema.customer import Customer, PartyRef
from schema.money import Money
from schema.network import Barring, NetworkProfile
from schema.parts import ABSENT, BillingPart, CustomerPart, PartyPart, PrepaidPart
from schema.party import Party, PartyKind
from schema.period import TimePeriod
from schema.recharge import Accumulator, Balance, BalanceKind, PrepaidAccount, Recharge, RechargeResult
from schema.source import Ref, Source
from tests.connectors.support import NOW

MSISDN = "99960000042"
SECOND_MSISDN = "99960000043"
IMSI = "999700000000042"
ACCOUNT = "A1000042"


def source(system: str, operation: str = "read") -> Source:
    return Source(system=system, operation=operation, fetched_at=NOW)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


class FakeSystem:
    """What all fakes share: a name, a count of calls by operation, and a failure to raise instead of answering."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.calls: collections.Counter[str] = collections.Counter()
        self.parts: dict[str, frozenset[Any]] = {}
        self.period: Period | None = None
        self.failure: Exception | None = None
        self.failures: dict[str, Exception] = {}
        """What to raise in one operation only."""

        self.clock: Clock | None = None
        """What tells when an answer is given; without one they are all given at the same time."""

    def origin(self) -> Source:
        """The source of what is answered now."""
        found = source(self.system)
        return dataclasses.replace(found, fetched_at=self.clock.now()) if self.clock is not None else found

    def asked(self, operation: str, parts: frozenset[Any] = frozenset(), *, period: Period | None = None) -> None:
        self.calls[operation] += 1
        self.period = period
        self.parts[operation] = parts
        failure = self.failures.get(operation, self.failure)
        if failure is not None:
            raise failure

    async def aclose(self) -> None:
        """Nothing to close."""


class FakeCrm(FakeSystem):
    """Customers by id; accounts say who they belong to."""

    def __init__(self) -> None:
        super().__init__("crm")
        self.accounts: dict[str, tuple[str, ...]] = {"1000042": (ACCOUNT,)}
        self.name: str | None = None
        """What every customer is called; None for a name made of the number."""

        self.valid_for: TimePeriod | None = None
        self.never: frozenset[CustomerPart] = frozenset()
        """Parts that are left out although they were asked for."""

        self.twice = False
        """Whether every customer found by account comes twice, as once per account that was asked for."""

    def customer(self, number: str, parts: frozenset[CustomerPart]) -> Customer:
        parts -= self.never
        return Customer(
            ref=Ref("customer", self.system, (number,)),
            customer_number=number,
            name=(self.name or f"Customer {number}") if CustomerPart.NAME in parts else ABSENT,
            status="Approved" if CustomerPart.STATUS in parts else ABSENT,
            status_reason=None if CustomerPart.STATUS in parts else ABSENT,
            valid_for=self.valid_for if CustomerPart.VALIDITY in parts else ABSENT,
            characteristics=[] if CustomerPart.CHARACTERISTICS in parts else ABSENT,
            credit_profiles=[] if CustomerPart.CREDIT in parts else ABSENT,
            party_ref=PartyRef(f"5{number}", PartyKind.INDIVIDUAL) if CustomerPart.PARTY in parts else ABSENT,
            account_numbers=self.accounts[number] if CustomerPart.ACCOUNTS in parts else ABSENT,
            source=self.origin(),
        )

    async def customers(
        self, ids: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Mapping[str, Answer[Customer] | ConnectorError]:
        self.asked("customers", parts)
        return {i: Answer(self.customer(i, parts), NOW, parts) for i in ids if i in self.accounts}

    async def customers_of_party(
        self, party_id: str, *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        self.asked("customers_of_party", parts)
        return Answer(tuple(self.customer(i, parts) for i in self.accounts if party_id == f"5{i}"), NOW, parts)

    async def customers_of_accounts(
        self, account_numbers: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        self.asked("customers_of_accounts", parts)
        owners = [i for i, numbers in self.accounts.items() if set(numbers) & set(account_numbers)]
        owners *= 2 if self.twice else 1
        return Answer(tuple(self.customer(i, parts) for i in owners), NOW, parts)

    async def parties(
        self, refs: Sequence[PartyRef], *, parts: frozenset[PartyPart], within: Terms
    ) -> Mapping[PartyRef, Answer[Party] | ConnectorError]:
        self.asked("parties", parts)
        return {
            ref: Answer(
                Party(
                    party_id=ref.party_id,
                    kind=ref.kind,
                    name="王小明" if PartyPart.NAME in parts else ABSENT,
                    given_name="小明" if PartyPart.NAME in parts else ABSENT,
                    family_name="王" if PartyPart.NAME in parts else ABSENT,
                    birth_date=dt.date(1990, 1, 31) if PartyPart.DEMOGRAPHICS in parts else ABSENT,
                    contact_media=[] if PartyPart.CONTACTS in parts else ABSENT,
                    source=self.origin(),
                ),
                NOW,
                parts,
            )
            for ref in refs
        }


class FakeBilling(FakeSystem):
    """Accounts with the lines that hang on them."""

    def __init__(self, system: str = "billing", *, currency: str = "EUR", later: dt.timedelta = dt.timedelta()) -> None:
        super().__init__(system)
        self.currency = currency
        self.later = later
        """How much later than another billing system's everything here happened."""

        self.unbilled: list[Money] = []
        self.open = "0.00"
        """What is left to pay on every bill."""

        self.lines: dict[str, tuple[str, ...]] = {ACCOUNT: (MSISDN,)}
        self.only_known = False
        """Whether bills and payments of other accounts are refused."""

        self.without_accounts = False
        """Whether every customer is known but has no account."""

    async def profile(self, key: BillingKey, *, parts: frozenset[BillingPart], within: Terms) -> Answer[BillingProfile]:
        self.asked("profile", parts)
        numbers = [
            number
            for number, lines in self.lines.items()
            if (key.value in lines if key.kind is BillingKeyKind.MSISDN else key.value == number)
        ]
        if not numbers and not self.without_accounts:
            raise NotKnown("no such subscriber", system=self.system, operation="profile")
        accounts = tuple(
            BillingAccount(
                ref=Ref("account", self.system, (number,)),
                key=f"key-{number}",
                account_number=number,
                name="Account",
                payment_mode=PaymentMode.POSTPAID,
                currency=self.currency,
                bill_cycle=None,
                source=self.origin(),
            )
            for number in numbers
        )
        subscribers = tuple(
            Subscriber(
                msisdn=msisdn,
                key=f"sub-{msisdn}",
                account_keys=(f"key-{number}",),
                status="2",
                payment_mode=PaymentMode.POSTPAID,
                brand=None,
                activated_at=None,
                offerings=[] if BillingPart.OFFERINGS in parts else ABSENT,
                source=self.origin(),
            )
            for number in numbers
            for msisdn in self.lines[number]
        )
        profile = BillingProfile(
            customer_key="c",
            accounts=accounts if BillingPart.ACCOUNTS in parts else ABSENT,
            subscribers=subscribers if BillingPart.SUBSCRIBERS in parts else ABSENT,
        )
        return Answer(profile, NOW, parts)

    async def bills(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Bill, ...]]:
        self.asked("bills", period=period)
        self._check(account_number)
        return Answer(tuple(self.bill(account_number, n) for n in range(24)), NOW)

    def _check(self, account_number: str) -> None:
        if self.only_known and account_number not in self.lines:
            raise NotKnown("no such account", system=self.system)

    def bill(self, account_number: str, n: int) -> Bill:
        return Bill(
            ref=Ref("bill", self.system, (account_number, str(n))),
            bill_number=str(n),
            account_number=account_number,
            status=BillStatus.OPEN if n == 0 else BillStatus.CLOSED,
            period=None,
            issued_at=NOW - dt.timedelta(days=30 * n) + self.later,
            due_at=None,
            amount=money("19.99", self.currency),
            open_amount=money(self.open, self.currency),
            tax=None,
            discount=None,
            disputed=None,
            lines=[],
            source=self.origin(),
        )

    async def payments(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Payment, ...]]:
        self.asked("payments", period=period)
        self._check(account_number)
        payment = Payment(
            ref=Ref("payment", self.system, (account_number, "1")),
            payment_number="1",
            external_reference=None,
            account_key=f"key-{account_number}",
            paid_at=NOW + self.later,
            amount=money("19.99", self.currency),
            method=None,
            channel=None,
            status=None,
            source=self.origin(),
        )
        return Answer((payment,), NOW)

    async def balance(
        self, account_number: str, *, account_key: str | None = None, within: Terms
    ) -> Answer[AccountBalance]:
        self.asked("balance")
        return Answer(
            AccountBalance(
                purses=[], outstanding=[], overdue=[], credits=[], unbilled=self.unbilled, source=self.origin()
            ),
            NOW,
        )


class FakeHss(FakeSystem):
    """One subscription."""

    def __init__(self) -> None:
        super().__init__("hss")
        self.msisdn: str | None = MSISDN
        """The number of the one SIM; None for a SIM without one."""

        self.source: Source | None = None
        """Where everything is said to come from; None for here and now."""

    async def profile_by_msisdn(self, msisdn: str, *, within: Terms) -> Answer[NetworkProfile]:
        self.asked("profile_by_msisdn")
        return self._profile(msisdn, IMSI, known=msisdn == MSISDN)

    async def profile_by_imsi(self, imsi: str, *, within: Terms) -> Answer[NetworkProfile]:
        self.asked("profile_by_imsi")
        return self._profile(self.msisdn, imsi, known=imsi == IMSI)

    def _profile(self, msisdn: str | None, imsi: str, *, known: bool) -> Answer[NetworkProfile]:
        if not known:
            raise NotKnown("no such subscription", system=self.system)
        nothing = dict.fromkeys((field.name for field in dataclasses.fields(Barring)), None)
        return Answer(
            NetworkProfile(
                imsi=imsi,  # type: ignore[arg-type]
                msisdn=msisdn,  # type: ignore[arg-type]
                profile_id=None,
                subscriber_type=None,
                barring=Barring(**nothing),
                call_forwarding=[],
                services=[],
                apns=["internet"],
                locked=None,
                source=self.source or self.origin(),
            ),
            NOW,
        )


class FakeRecharge(FakeSystem):
    """Balances of the lines it knows, and recharges of any."""

    def __init__(self, system: str, *, currency: str = "EUR", later: dt.timedelta = dt.timedelta()) -> None:
        super().__init__(system)
        self.currency = currency
        self.later = later
        self.lines = {MSISDN}
        self.only_known = False
        """Whether the history of other lines is refused."""

    def _known(self, msisdn: str) -> None:
        if msisdn not in self.lines:
            raise NotKnown("no such subscriber", system=self.system)

    async def balances(self, msisdn: str, *, within: Terms) -> Answer[tuple[Balance, ...]]:
        self.asked("balances")
        self._known(msisdn)
        main = Balance(
            ref=Ref("balance", self.system, (msisdn, "main")),
            kind=BalanceKind.MAIN,
            name="main",
            money=money("12.50", self.currency),
            quantity=None,
            valid_for=None,
            source=self.origin(),
        )
        return Answer((main,), NOW)

    async def prepaid_account(
        self, msisdn: str, *, parts: frozenset[PrepaidPart], within: Terms
    ) -> Answer[PrepaidAccount]:
        self.asked("prepaid_account", parts)
        self._known(msisdn)
        return Answer(PrepaidAccount(service_class="1", source=self.origin()), NOW, parts)

    async def accumulators(self, msisdn: str, *, within: Terms) -> Answer[tuple[Accumulator, ...]]:
        self.asked("accumulators")
        return Answer((), NOW)

    async def recharges(self, msisdn: str, *, period: Period, within: Terms) -> Answer[tuple[Recharge, ...]]:
        self.asked("recharges", period=period)
        if self.only_known:
            self._known(msisdn)
        found = tuple(
            Recharge(
                ref=Ref("recharge", self.system, (msisdn, str(n))),
                recharged_at=NOW - dt.timedelta(days=n) + self.later,
                result=RechargeResult.SUCCEEDED,
                kind=None,
                voucher_batch=None,
                amount=money("5.00", self.currency),
                balance_before=None,
                balance_after=None,
                source=self.origin(),
            )
            for n in range(30)
        )
        return Answer(found, NOW)
