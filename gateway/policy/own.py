"""Customers who ask themselves: they read about themselves, and of others do not even learn whether they exist."""

import dataclasses
from collections.abc import Callable, Collection

from connectors.terms import Terms
from resolvers.failures import GraphFailure, OutOfReach
from resolvers.reach import Reach
from schema.customer import Customer, PartyRef


@dataclasses.dataclass(frozen=True, slots=True)
class OwnCustomer:
    """The one customer that a token names, by the number that the CRM *system* has for it."""

    number: str = dataclasses.field(repr=False)
    system: str

    def __call__(self, _: Terms) -> Reach:
        """The same in every operation."""
        return self

    @property
    def nobody(self) -> GraphFailure | None:
        """None: there is somebody."""
        return None

    async def admit(self, customer: Customer) -> None:
        """Raise OutOfReach for any other customer."""
        if self.excludes(customer.ref.system, customer.customer_number):
            raise OutOfReach

    async def miss(self, _: PartyRef) -> None:
        """Nobody is asked about those who are known either."""

    def foresees(self, system: str, number: str) -> bool:
        """The one customer."""
        return (number, system) == (self.number, self.system)

    def excludes(self, system: str, number: str) -> bool:
        """Everybody else."""
        return not self.foresees(system, number)

    @property
    def basis(self) -> Collection[tuple[str, str]]:
        """Nobody needs any for what is their own."""
        return ()

    def unknown(self, _: GraphFailure) -> GraphFailure:
        """The same as for somebody who is known."""
        return OutOfReach()


@dataclasses.dataclass(frozen=True, slots=True)
class OwnCustomerWith:
    """
    The one customer that a partner's token names, as far as the partner reaches.

    Who it is does not say what for: the token has a purpose as well, and the customer has agreed to it.
    """

    own: OwnCustomer
    partners: Callable[[Terms], Reach]

    def __call__(self, within: Terms) -> Reach:
        """The reach of one operation on these terms."""
        return _Both(self.own, self.partners(within))


class _Both:
    def __init__(self, own: OwnCustomer, also: Reach) -> None:
        self._own = own
        self._also = also

    @property
    def nobody(self) -> GraphFailure | None:
        return self._also.nobody

    async def admit(self, customer: Customer) -> None:
        """Raise what either has against *customer*."""
        await self._own.admit(customer)
        await self._also.admit(customer)

    async def miss(self, stand_in: PartyRef) -> None:
        # Of other customers, who are all that there are beside the own one, nobody asks whether they have agreed.
        await self._own.miss(stand_in)

    def foresees(self, system: str, number: str) -> bool:
        return self._own.foresees(system, number) and self._also.foresees(system, number)

    def excludes(self, system: str, number: str) -> bool:
        return self._own.excludes(system, number)

    @property
    def basis(self) -> Collection[tuple[str, str]]:
        return self._also.basis

    def unknown(self, failure: GraphFailure) -> GraphFailure:
        return self._own.unknown(failure)
