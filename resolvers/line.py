"""Where a line leads: billing's view of it, its account, the network, and prepaid. Each edge asks one system."""

from typing import Any

import strawberry
from strawberry.types import Info

from connectors.errors import NotKnown
from resolvers import ahead
from resolvers.connections import After, Connection, First
from resolvers.context import context, loaders
from resolvers.edge import Ask, edge
from resolvers.identity import Identity
from resolvers.ids_of_things import identified
from resolvers.loader import known
from resolvers.merged_pages import merged_page
from resolvers.several import Merged
from schema.billing import BillingAccount, Subscriber
from schema.line import Line
from schema.network import NetworkProfile
from schema.parts import BillingPart
from schema.recharge import Accumulator, Balance, PrepaidAccount, Recharge

identified(Line, "Identifies the line in this graph. The number cannot be read from it.")


@edge(
    Line,
    description="The line's contract. Null when billing does not know the line or cannot be reached.",
    asks=(Ask("billing", "profile"),),
    early=ahead.line_subscriber,
    parts=(BillingPart.SUBSCRIBERS,),
)
async def subscriber(root: strawberry.Parent[Line], info: Info[Any, Any]) -> Subscriber | None:
    """Billing: QueryCustomerInfo."""
    found = await known(loaders(info).profile_by_number.load(root.msisdn))
    if found is None:
        return None
    return next((each for each in found.value.subscribers if each.msisdn == root.msisdn), None)


@edge(
    Line,
    description="The account the line is charged to. Null when billing does not know it or cannot be reached.",
    asks=(Ask("billing", "profile"),),
    early=ahead.line_account,
    parts=(BillingPart.SUBSCRIBERS, BillingPart.ACCOUNTS),
)
async def account(root: strawberry.Parent[Line], info: Info[Any, Any]) -> BillingAccount | None:
    """Billing: QueryCustomerInfo. For a caller that may not read about everybody: CRM by the account as well."""
    found = await known(loaders(info).profile_by_number.load(root.msisdn))
    if found is None:
        return None
    profile = found.value
    keys = [key for each in profile.subscribers if each.msisdn == root.msisdn for key in each.account_keys]
    by_key = {each.key: each for each in profile.accounts}
    found_account = next((by_key[key] for key in keys if key in by_key), None)
    if found_account is not None:
        # An employer may pay for the line: then the account is not its user's to read.
        await Identity(context(info)).admit_owner_of_account(found_account.account_number)
    return found_account


@edge(
    Line,
    description="The network's own subscription. Null when the HSS does not know it or cannot be reached.",
    asks=(Ask("network", "profile_by_msisdn"),),
    early=ahead.line_network,
)
async def network(root: strawberry.Parent[Line], info: Info[Any, Any]) -> NetworkProfile | None:
    """HSS: CAI3G Get."""
    return await known(loaders(info).network_by_line.load(root.msisdn))


@edge(
    Line,
    description="Prepaid balances, the main one first. Null when the recharge system does not know the line "
    "(a purely postpaid one) or cannot be reached.",
    asks=(Ask("recharging", "balances"),),
    early=ahead.line_balances,
)
async def balances(root: strawberry.Parent[Line], info: Info[Any, Any]) -> list[Balance] | None:
    """Recharge: GetBalanceAndDate."""
    found = await known(loaders(info).balances_by_line.load(root.msisdn))
    return None if found is None else list(found)


@edge(
    Line,
    description="The prepaid account behind the line. Null when there is none or recharge cannot be reached.",
    asks=(Ask("recharging", "prepaid_account"),),
    early=ahead.line_prepaid_account,
)
async def prepaid_account(root: strawberry.Parent[Line], info: Info[Any, Any]) -> PrepaidAccount | None:
    """Recharge: GetAccountDetails."""
    return await known(loaders(info).prepaid_by_line.load(root.msisdn))


@edge(
    Line,
    description="Usage counters. Null when the recharge system does not know the line or cannot be reached.",
    asks=(Ask("recharging", "accumulators"),),
    early=ahead.line_accumulators,
)
async def accumulators(root: strawberry.Parent[Line], info: Info[Any, Any]) -> list[Accumulator] | None:
    """Recharge: GetAccumulators."""
    found = await known(loaders(info).accumulators_by_line.load(root.msisdn))
    return None if found is None else list(found)


@edge(
    Line,
    description="Past recharges, newest first. Null when the recharge history cannot be reached.",
    asks=(Ask("recharge_history", "recharges"),),
    early=ahead.line_recharges,
)
async def recharges(
    root: strawberry.Parent[Line], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Recharge] | None:
    """Recharge history: VoucherRechargeEnquiry, in every system that may have served the number."""

    async def ask() -> Merged[tuple[Recharge, ...]]:
        found = await loaders(info).recharges_by_line.load(root.msisdn)
        if not found.parts:
            raise NotKnown("no system has a history of it", system="recharge history")
        return found

    return await known(merged_page(info, ask, first=first, after=after, newest=lambda each: each.recharged_at))
