"""What hangs on a customer, put together from the systems that each know a part. Fields and pages are elsewhere."""

import functools
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from connectors.capabilities import BillingProfile
from connectors.errors import NotKnown
from resolvers.identity import line_of
from resolvers.loaders import AccountKey, Loaders
from resolvers.several import Merged, each_part, joined, only
from schema.billing import BillingAccount, Subscriber
from schema.customer import Customer
from schema.line import Line
from schema.recharge import Recharge

T = TypeVar("T")


async def of_each_account(customer: Customer, loaders: Loaders, ask: Callable[[AccountKey], Awaitable[T]]) -> Merged[T]:
    """What *ask* gives for each of the customer's accounts, in the billing system that has it."""

    async def of(number: str) -> T:
        return await only(loaders.systems_of_account(number), lambda system: ask(AccountKey(system, number)))

    return await each_part(customer.account_numbers, of)


async def accounts_of(customer: Customer, loaders: Loaders) -> Merged[BillingAccount]:
    """The customer's accounts, in the CRM's order."""

    async def of(number: str) -> BillingAccount:
        found = await loaders.profile_of_account(number)
        for account in found.value.accounts:
            if account.account_number == number:
                return account
        raise NotKnown("the account is not among its customer's", system=found.system)

    return await each_part(customer.account_numbers, of)


async def lines_of(customer: Customer, loaders: Loaders) -> Merged[tuple[Line, ...]]:
    """
    The lines that hang on the customer's accounts, each once.

    Where billing knows one customer and the CRM two, callers who read about everybody are told of the lines of both.
    """
    profiles = await each_part(customer.account_numbers, loaders.profile_of_account)
    told = _subscribers if loaders.others_lines else functools.partial(_own_subscribers, customer)
    numbers = dict.fromkeys(each.msisdn for found in profiles.parts for each in told(found.value))
    return Merged(parts=(tuple(line_of(msisdn) for msisdn in numbers),), failures=profiles.failures)


def _subscribers(profile: BillingProfile) -> Iterable[Subscriber]:
    return profile.subscribers


def _own_subscribers(customer: Customer, profile: BillingProfile) -> Iterable[Subscriber]:
    own = {each.key for each in profile.accounts if each.account_number in customer.account_numbers}
    if len(own) == len(profile.accounts):
        return profile.subscribers
    return [each for each in profile.subscribers if not own.isdisjoint(each.account_keys)]


async def of_each_line(customer: Customer, loaders: Loaders, ask: Callable[[str], Awaitable[T]]) -> Merged[T]:
    """What *ask* gives for the number of each of the customer's lines."""
    lines = await lines_of(customer, loaders)
    found = await each_part([line.msisdn for part in lines.parts for line in part], ask)
    return joined([found], failures=lines.failures)


async def recharges_of(customer: Customer, loaders: Loaders) -> Merged[tuple[Recharge, ...]]:
    """Recharges of the customer's lines, a part for each line and system."""
    found = await of_each_line(customer, loaders, loaders.recharges_by_line.load)
    return joined(found.parts, failures=found.failures)
