"""
Capabilities: what resolvers may ask, in our words. A dialect offers one or more; configuration routes them to systems.

Every method takes `within`, the caller's deadline, and raises a ConnectorError. What a system does not know is raised
as NotKnown, or left out of the mapping where many are asked at once. Numbers are E.164 digits without plus.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from connectors.errors import ConnectorError
from connectors.guard import answer
from connectors.guard.answer import Answer
from connectors.terms import Terms
from schema.billing import AccountBalance, Bill, BillingAccount, Payment, Subscriber
from schema.consent import Consent
from schema.customer import Customer, PartyRef
from schema.field import metadata
from schema.network import NetworkProfile
from schema.parts import BillingPart, CustomerPart, PartyPart, PrepaidPart
from schema.party import Party
from schema.recharge import Accumulator, Balance, PrepaidAccount, Recharge


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """
    A closed period of time; both ends aware. Without an *end* it goes on until it is asked about.

    Two questions about one open period are the same question, however long after each other they come.
    """

    start: dt.datetime
    end: dt.datetime | None = None


class BillingKeyKind(enum.Enum):
    """What billing can be asked by."""

    MSISDN = "msisdn"
    ACCOUNT = "account"


@dataclasses.dataclass(frozen=True, slots=True)
class BillingKey:
    """One key by which billing finds a customer. The value is personal data and is not printed."""

    kind: BillingKeyKind
    value: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class BillingProfile:
    """What billing knows about one customer; `accounts` and `subscribers` are ABSENT unless asked for as parts."""

    customer_key: str = dataclasses.field(repr=False)
    accounts: tuple[BillingAccount, ...] = dataclasses.field(metadata=metadata((BillingPart.ACCOUNTS,)))
    subscribers: tuple[Subscriber, ...] = dataclasses.field(metadata=metadata((BillingPart.SUBSCRIBERS,)))


@runtime_checkable
class Customers(Protocol):
    """Customers and the parties behind them."""

    async def customers(
        self, ids: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Mapping[str, Answer[Customer] | ConnectorError]:
        """Customers by the system's own ids, in as few calls as it allows; unknown ids are left out."""
        ...

    async def customers_of_party(
        self, party_id: str, *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        """Every customer that a party is; empty when none."""
        ...

    async def customers_of_accounts(
        self, account_numbers: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        """Every customer that one of these billing accounts belongs to; empty when none."""
        ...

    async def parties(
        self, refs: Sequence[PartyRef], *, parts: frozenset[PartyPart], within: Terms
    ) -> Mapping[PartyRef, Answer[Party] | ConnectorError]:
        """Parties, in as few calls as the system allows; unknown ones are left out."""
        ...


@runtime_checkable
class Billing(Protocol):
    """Accounts, bills and payments."""

    async def profile(self, key: BillingKey, *, parts: frozenset[BillingPart], within: Terms) -> Answer[BillingProfile]:
        """The customer a key belongs to, with the parts asked for."""
        ...

    async def bills(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Bill, ...]]:
        """Bills of an account made in *period*, newest first, lines included."""
        ...

    async def payments(self, account_number: str, *, period: Period, within: Terms) -> Answer[tuple[Payment, ...]]:
        """Payments onto an account in *period*, newest first."""
        ...

    async def balance(
        self, account_number: str, *, account_key: str | None = None, within: Terms
    ) -> Answer[AccountBalance]:
        """
        What is on an account now.

        *account_key* is the billing system's own key of the account, where the caller has it: replies may name nothing
        else, and with it an answer about another account is noticed.
        """
        ...


@runtime_checkable
class Network(Protocol):
    """The network's own subscription of a line."""

    async def profile_by_msisdn(self, msisdn: str, *, within: Terms) -> Answer[NetworkProfile]:
        """The subscription of a number."""
        ...

    async def profile_by_imsi(self, imsi: str, *, within: Terms) -> Answer[NetworkProfile]:
        """The subscription of a SIM."""
        ...


@runtime_checkable
class Recharging(Protocol):
    """Prepaid balances and the account behind them."""

    async def balances(self, msisdn: str, *, within: Terms) -> Answer[tuple[Balance, ...]]:
        """Balances of a line, the main one first."""
        ...

    async def prepaid_account(
        self, msisdn: str, *, parts: frozenset[PrepaidPart], within: Terms
    ) -> Answer[PrepaidAccount]:
        """The prepaid account of a line."""
        ...

    async def accumulators(self, msisdn: str, *, within: Terms) -> Answer[tuple[Accumulator, ...]]:
        """Counters of a line."""
        ...


@runtime_checkable
class RechargeHistory(Protocol):
    """Past recharges."""

    async def recharges(self, msisdn: str, *, period: Period, within: Terms) -> Answer[tuple[Recharge, ...]]:
        """Recharges of a line in *period*, newest first; empty when none."""
        ...


class DataSubjectKind(enum.Enum):
    """As what an agreement can engage somebody; values are TMF's names of the types."""

    INDIVIDUAL = "Individual"
    ORGANIZATION = "Organization"
    CUSTOMER = "Customer"


@dataclasses.dataclass(frozen=True, slots=True)
class DataSubject:
    """
    Somebody whose personal data it is, by the CRM's own id of the party or of the customer.

    Kinds have ids of their own: individual 42, organisation 42 and customer 42 are three.
    """

    kind: DataSubjectKind
    id: str = dataclasses.field(repr=False)

    @classmethod
    def of_party(cls, ref: PartyRef) -> "DataSubject":
        """The party that a customer is."""
        return cls(DataSubjectKind[ref.kind.name], ref.party_id)


@runtime_checkable
class Consents(Protocol):
    """What customers have agreed that partners may do with their data."""

    async def agreements(self, who: DataSubject, *, within: Terms) -> Answer[tuple[Consent, ...]]:
        """
        What *who* has said, whatever it is and whenever it holds; empty when nothing.

        Raises BadData where any of it cannot be understood: what is not read may be a refusal.
        """
        ...


CHECK: Final = answer.CHECK
"""Operation of the calls of `Connector.check`. No answer is kept under it, so none is given from a cache."""


class Connector(Protocol):
    """What every connector is, whichever capabilities it offers."""

    system: str

    async def check(self, *, msisdn: str, within: Terms) -> None:
        """
        Ask something harmless and live: whether the system answers and takes our credentials.

        *msisdn* is what to ask about where the dialect needs a number. That the system does not know it is well, and
        where it does its answer is read as any other. Raises ConnectorError.
        """
        ...

    def renew(self, settings: Any) -> None:
        """
        Use the credentials and certificates of *settings* for calls that begin from now on.

        They are settings of the connector's own class which differ from those before in secrets and in the contents of
        certificate files alone. Raises OSError where the files do not serve; nothing is changed then.
        """
        ...

    async def open_ahead(self) -> None:
        """Open the connections that the settings want to be there before the first call. Never raises."""
        ...

    async def aclose(self) -> None:
        """End calls in flight, log out where there are sessions, close connections. Never raises."""
        ...
