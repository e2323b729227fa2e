"""An operator of whose customers nobody is within reach, who asks about them, and what can be ill meanwhile."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from connectors.errors import BadData, ConnectorError, TimedOut, Unavailable
from connectors.terms import Terms
from gateway.consent import Ledger
from gateway.consent.settings import ConsentTerms
from gateway.policy.asker import Asker
from gateway.policy.by_consent import reach_of_partner
from gateway.policy.own import OwnCustomer, OwnCustomerWith
from gateway.policy.rights import rights_of
from resolvers.reach import Reach
from resolvers.stand_ins import StandIns
from schema.policy import Audience
from tests.gateway.consent.support import FRAUD, FakeConsents
from tests.gateway.policy.asking import ALL, ask, asker, operations
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, FakeOperator

SOMEBODY, NOBODY = "1000042", "1000555"
KEYS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "id": ({"id": SOMEBODY}, {"id": NOBODY}),
    "party": ({"partyId": f"5{SOMEBODY}"}, {"partyId": f"5{NOBODY}"}),
    "msisdn": ({"msisdn": MSISDN}, {"msisdn": "99960000555"}),
    "imsi": ({"imsi": IMSI}, {"imsi": "999700000000555"}),
    "account": ({"accountNumber": ACCOUNT}, {"accountNumber": "A1000555"}),
}
"""Every key of a customer: of one who is there, and of one who is not."""

WAYS = [("customer", key) for key in KEYS] + [("line", "msisdn"), ("line", "imsi")]
TEXTS = {
    "customer": "query ($by: CustomerKey!) { it: customer(by: $by) { status } }",
    "line": "query ($by: LineKey!) { it: line(by: $by) { id } }",
}
ASKED = {"id": "crm", "party": "crm", "msisdn": "billing crm", "imsi": "hss billing crm", "account": "billing crm"}


class Setting:
    """An operator whose one customer has agreed to nothing, unless told otherwise, and its consent system."""

    def __init__(self, operator: FakeOperator | None = None) -> None:
        self.operator = operator or FakeOperator()
        self.operator.graph = dataclasses.replace(self.operator.graph, stand_ins=StandIns(b"a secret of the tests"))
        self.consents = FakeConsents(clock=self.operator.clock)
        self.ledger = Ledger(self.consents.systems, clock=self.operator.clock)

    def partner(self, *purposes: str, terms: ConsentTerms | None = None, **more: Any) -> Asker:
        found = reach_of_partner(
            "shop", terms or ConsentTerms(party="partner-a"), frozenset(purposes or {FRAUD}), self.ledger, **more
        )
        return self.asker_of(Audience.PARTNER, found)

    def partner_of(self, customer: str) -> Asker:
        partners = reach_of_partner("shop", ConsentTerms(party="partner-a"), frozenset({FRAUD}), self.ledger)
        return self.asker_of(Audience.PARTNER, OwnCustomerWith(OwnCustomer(customer, "crm"), partners))

    def customer(self, number: str) -> Asker:
        return asker(Audience.SELF_CARE, reach=OwnCustomer(number, "crm"))

    @staticmethod
    def asker_of(audience: Audience, reach: Callable[[Terms], Reach]) -> Asker:
        return Asker(rights_of(audience, ALL, pseudonymous="shop"), whose=b"", reach=reach, reach_changes=True)

    async def told(self, who: Asker, text: str, **variables: Any) -> Any:
        """The data, the errors, and what was asked of whom."""
        self.operator.counted()
        self.consents.asked.clear()
        data, errors = await ask(operations_of(who.rights.audience), text, who, self.operator, **variables)
        return data, errors, {**self.operator.counted(), "consent": len(self.consents.asked)}


operations_of = functools.cache(operations)

CALLERS: dict[str, Callable[[Setting], Asker]] = {
    "partner": lambda setting: setting.partner(),
    "partner of another": lambda setting: setting.partner_of("1000099"),
    "another customer": lambda setting: setting.customer("1000099"),
}


def away(system: str) -> ConnectorError:
    return Unavailable("away", system=system)


def ill(*systems: str, error: type[ConnectorError] = Unavailable) -> Callable[[Setting], None]:
    def make(setting: Setting) -> None:
        for system in setting.operator.systems:
            if system.system in systems:
                system.failure = error("a reason", system=system.system)
        if "consent" in systems:
            setting.consents.error = error("a reason", system="consent")

    return make


FAULTS: dict[str, Callable[[Setting], None]] = {
    "all is well": ill(),
    "consent away": ill("consent"),
    "consent slow": ill("consent", error=TimedOut),
    "consent talks nonsense": ill("consent", error=BadData),
    "crm away": ill("crm"),
    "crm slow": ill("crm", error=TimedOut),
    "billing away": ill("billing"),
    "hss away": ill("hss"),
    "all away": ill("consent", "crm", "billing", "hss"),
    "crm and consent away": ill("crm", "consent"),
}
