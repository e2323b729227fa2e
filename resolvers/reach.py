"""
How far a caller reaches: about whom it may read, once it is known who is meant.

Rights say which fields a caller may read, whoever they are about; they are worked out in the plan. What is here can
only be said when a key has led to somebody. Without a Reach a caller may read about everybody.
"""

from collections.abc import Collection
from typing import Protocol

from resolvers.failures import GraphFailure
from schema.customer import Customer, PartyRef


class Reach(Protocol):
    """About whom one caller may read."""

    @property
    def nobody(self) -> GraphFailure | None:
        """What is told whoever is meant, where nobody can be admitted; None where that hangs on who it is."""
        ...

    async def admit(self, customer: Customer) -> None:
        """
        Raise a GraphFailure or ConnectorError when nothing about *customer* may be read.

        NotFound where there is nobody who could be asked about: then it is as if nobody were known.
        """

    async def miss(self, stand_in: PartyRef) -> None:
        """
        Ask what `admit` would ask about somebody, about *stand_in*, who is nobody. Never admits.

        Raises ConnectorError as `admit` does, so that who is not known cannot be told from who is.
        """

    @property
    def basis(self) -> Collection[tuple[str, str]]:
        """On what everybody who was admitted was: `consent` or `ground`, and by which reference that can be found."""
        ...

    def foresees(self, system: str, number: str) -> bool:
        """
        Whether the customer whom the CRM *system* has under this *number* is admitted for certain.

        Of others nothing is asked before they are: nobody asks a system for what will not be told.
        """
        ...

    def excludes(self, system: str, number: str) -> bool:
        """Whether the customer with this *number* is out of reach for certain: nobody is asked about them then."""
        ...

    def unknown(self, failure: GraphFailure) -> GraphFailure:
        """What is told where a key has led to nobody, or to several: *failure*, or what tells less."""
