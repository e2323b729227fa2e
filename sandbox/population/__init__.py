"""The pretend operator's people, accounts, bills and balances: pure and seeded, no protocol and no I/O."""

from sandbox.population.bills import Bill, BillLine, Payment
from sandbox.population.people import Account, Customer, Line
from sandbox.population.population import Population
from sandbox.population.provinces import Province
from sandbox.population.purses import Purse, Recharge
from sandbox.population.residents import Residents
from sandbox.population.traits import Addition, PaymentMode, Segment, Status, Traits

__all__ = [
    "Account",
    "Addition",
    "Bill",
    "BillLine",
    "Customer",
    "Line",
    "Payment",
    "PaymentMode",
    "Population",
    "Province",
    "Purse",
    "Recharge",
    "Residents",
    "Segment",
    "Status",
    "Traits",
]
