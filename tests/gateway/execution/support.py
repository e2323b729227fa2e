"""An operator whose one customer has as much to tell as in the question that the peers are compared by."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from graphql.execution.values import VariableValues, get_variable_values

from connectors.capabilities import Period
from connectors.guard import Answer
from connectors.terms import Terms
from gateway.execution import Completion
from resolvers.context import Context
from resolvers.needs import needs_of
from schema.billing import Bill, BillLine, BillStatus
from schema.network import Barring, CallForwarding, ForwardingCondition, NetworkProfile, NetworkService
from schema.period import TimePeriod
from schema.recharge import Recharge, RechargeResult
from schema.source import Ref
from tests.connectors.support import NOW
from tests.resolvers.fakes import ACCOUNT, IMSI, MSISDN, money, source
from tests.resolvers.support import SCHEMA, FakeOperator

GRAPH = SCHEMA._schema
AT_A_GLANCE = """query CustomerAtAGlance($n: ID!, $m: MSISDN!) {
  customer(by: {id: $n}) {
    id customerNumber name status statusReason validFor { start end }
    characteristics { name value } creditProfiles { judgedAt riskRating score }
    bills(first: 12) { totalCount nodes {
      id billNumber accountNumber status period { start end } issuedAt dueAt amount { amount currency }
      openAmount { amount currency } tax { amount currency }
      lines { number category chargeCode amount { amount currency } tax { amount currency } discount { amount currency } }
    } }
  }
  line(by: {msisdn: $m}) {
    id msisdn
    network { imsi profileId subscriberType barring { outgoing incoming roaming } callForwarding { condition active forwardTo }
      services { name state } apns locked }
    recharges(first: 20) { totalCount nodes {
      id rechargedAt result kind amount { amount currency } balanceBefore { amount currency } balanceAfter { amount currency }
    } }
  }
}"""
GLANCE_VARIABLES = {"n": "1000042", "m": MSISDN}


class RichOperator(FakeOperator):
    """Twelve bills of *lines* charges, a network profile with everything in it, and thirty recharges."""

    def __init__(self, *, bills: int = 12, lines: int = 8, fresh_until: dt.datetime | None = None) -> None:
        super().__init__()
        origin = source("billing")
        history = source("recharge-history")
        origin.fresh_until = history.fresh_until = fresh_until
        self.made = tuple(_bill(n, lines=lines, origin=origin) for n in range(bills))
        recharges = tuple(_recharge(n, origin=history) for n in range(30))
        profile = _network()
        profile.source.fresh_until = fresh_until

        async def answered_bills(number: str, *, period: Period, within: Terms) -> Answer[tuple[Bill, ...]]:
            self.billing.asked("bills")
            return Answer(self.made, NOW)

        async def answered_network(msisdn: str, *, within: Terms) -> Answer[NetworkProfile]:
            self.hss.asked("profile_by_msisdn")
            return Answer(profile, NOW)

        async def answered_recharges(msisdn: str, *, period: Period, within: Terms) -> Answer[tuple[Recharge, ...]]:
            self.history.asked("recharges")
            return Answer(recharges, NOW)

        self.crm.valid_for = TimePeriod(start=NOW, end=None)
        replaced: Mapping[Any, Mapping[str, Any]] = {
            self.billing: {"bills": answered_bills},
            self.hss: {"profile_by_msisdn": answered_network},
            self.history: {"recharges": answered_recharges},
        }
        for system, operations in replaced.items():
            for name, operation in operations.items():
                setattr(system, name, operation)


def _bill(n: int, *, lines: int, origin: Any) -> Bill:
    issued = NOW - dt.timedelta(days=30 * n)
    return Bill(
        ref=Ref("bill", "billing", (ACCOUNT, str(n))),
        bill_number=str(n),
        account_number=ACCOUNT,
        status=BillStatus.OPEN if n == 0 else BillStatus.CLOSED,
        period=TimePeriod(start=issued - dt.timedelta(days=30), end=issued),
        issued_at=issued,
        due_at=issued + dt.timedelta(days=14),
        amount=money("119.99"),
        open_amount=money("0.00"),
        tax=money("19.16"),
        discount=None,
        disputed=None,
        lines=[
            BillLine(
                number=f"{n}-{each}",
                category="5",
                charge_code="C_MONTHLY",
                amount=money(f"{each}.90"),
                open_amount=None,
                tax=money("1.44"),
                discount=money("0.00") if each % 2 else None,
            )
            for each in range(lines)
        ],
        source=origin,
    )


def _recharge(n: int, *, origin: Any) -> Recharge:
    return Recharge(
        ref=Ref("recharge", "recharge-history", (MSISDN, str(n))),
        recharged_at=NOW - dt.timedelta(days=n),
        result=RechargeResult.SUCCEEDED,
        kind="1",
        voucher_batch=None,
        amount=money("5.00"),
        balance_before=money("1.20"),
        balance_after=money("6.20"),
        source=origin,
    )


def _network() -> NetworkProfile:
    off = dict.fromkeys((field.name for field in dataclasses.fields(Barring)), 0)
    return NetworkProfile(
        imsi=IMSI,  # type: ignore[arg-type]
        msisdn=MSISDN,  # type: ignore[arg-type]
        profile_id="1",
        subscriber_type="1",
        barring=Barring(**off),
        call_forwarding=[
            CallForwarding(condition=condition, provisioned=True, active=False, forward_to=None)
            for condition in ForwardingCondition
        ],
        services=[
            NetworkService(name=name, state=1) for name in ("caw", "clip", "hold", "mpty", "ts11", "ts21", "ts22")
        ],
        apns=["1", "2"],
        locked=False,
        source=source("hss"),
    )


def contexts(operator: FakeOperator, made: Completion, variables: dict[str, Any]) -> Callable[[], Context]:
    """A function that makes a fresh context for each execution of *made* with *variables*."""
    values = get_variable_values(GRAPH, made.operation.variable_definitions or (), variables)
    coerced = values.coerced if isinstance(values, VariableValues) else {}
    needs = needs_of(GRAPH, made.document, made.operation, coerced)
    return lambda: Context(operator.graph, needs=needs, variables=coerced, within=Terms.after(5, operator.clock))
