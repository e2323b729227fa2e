"""Partners: they read about those who have agreed to it, for the purpose that their token names."""

import dataclasses
from collections.abc import Collection

from connectors.capabilities import DataSubject
from connectors.terms import Terms
from gateway.consent import Decisions, Granted, Ledger, PurposeError, Reader, purpose_of
from gateway.consent.decision import on_legal_ground
from gateway.consent.settings import ConsentTerms
from resolvers.failures import ConsentRequired, Forbidden, GraphFailure
from resolvers.reach import Reach
from schema.customer import Customer


@dataclasses.dataclass(frozen=True, slots=True)
class Consenting:
    """The customers who have agreed. Makes the reach of each operation, which asks about each of them once."""

    ledger: Ledger
    reader: Reader

    def __call__(self, within: Terms) -> Reach:
        """The reach of one operation on these terms."""
        return _ByConsent(Decisions(self.ledger, self.reader, within=within), self.reader)


class _ByConsent:
    def __init__(self, decisions: Decisions, reader: Reader) -> None:
        self._decisions = decisions
        self._reader = reader
        self.basis: set[tuple[str, str]] = set()

    async def admit(self, customer: Customer) -> None:
        """Raise ConsentRequired without consent, and ConnectorError where nobody can say whether there is one."""
        if (ground := on_legal_ground(self._reader)) is not None:
            self.basis.add(("ground", str(ground.ground)))
            return
        who = customer.party_ref
        # Agreements are made by people and companies: of a customer who is neither, there can be none.
        decision = None if who is None else await self._decisions.on(DataSubject.of_party(who))
        if not isinstance(decision, Granted):
            raise ConsentRequired
        self.basis.add(("consent", str(decision.reference)))

    def foresees(self, system: str, number: str) -> bool:  # noqa: ARG002 - a ground is one about everybody.
        """Nobody, but on a legal ground: consent can have ended since it was last asked about."""
        return on_legal_ground(self._reader) is not None

    def unknown(self, _: GraphFailure) -> GraphFailure:
        """The same as for somebody who is known and has not agreed."""
        return ConsentRequired()


@dataclasses.dataclass(frozen=True, slots=True)
class NoPurpose:
    """A token that does not say for what: it reads about nobody."""

    why: str

    def __call__(self, _: Terms) -> Reach:
        """The same in every operation."""
        return self

    async def admit(self, _: Customer) -> None:
        """Raise Forbidden."""
        raise Forbidden(self.why)

    def foresees(self, system: str, number: str) -> bool:  # noqa: ARG002 - it makes no difference who it is.
        """Nobody is admitted."""
        return False

    @property
    def basis(self) -> Collection[tuple[str, str]]:
        """None: nobody is admitted."""
        return ()

    def unknown(self, _: GraphFailure) -> GraphFailure:
        """The same as for somebody who is known."""
        return Forbidden(self.why)


def reach_of_partner(
    client_id: str, terms: ConsentTerms, purposes: frozenset[str], ledger: Ledger
) -> Consenting | NoPurpose:
    """Whom a partner's token reaches that names these *purposes*."""
    try:
        purpose = purpose_of(purposes)
    except PurposeError as exc:
        return NoPurpose(str(exc))
    return Consenting(ledger, terms.reader(client=client_id, purpose=purpose))
