"""
Partners: they read about those who have agreed to it, for the purpose that their token names.

Of who is not known the consent system is asked, too: about a stand-in, to whom nobody has agreed to anything. Else what
becomes of a question while it is slow or away would tell who is known.
"""

import contextlib
import dataclasses
from collections.abc import Collection

from connectors.capabilities import DataSubject
from connectors.errors import Rejected
from connectors.terms import Terms
from gateway.consent import Decisions, Granted, Ledger, PurposeError, Reader, purpose_of
from gateway.consent.decision import on_legal_ground
from gateway.consent.settings import ConsentTerms
from resolvers.failures import ConsentRequired, Forbidden, GraphFailure, NotFound
from resolvers.reach import Reach
from schema.customer import Customer, PartyRef

_NOT_ITS_OWN = "The token names a purpose that this client may not have. Get a token with one that it may."


@dataclasses.dataclass(frozen=True, slots=True)
class Consenting:
    """The customers who have agreed. Makes the reach of each operation, which asks about each of them once."""

    ledger: Ledger
    reader: Reader

    def __call__(self, within: Terms) -> Reach:
        """The reach of one operation on these terms."""
        return _ByConsent(self.ledger, self.reader, within)


class _ByConsent:
    def __init__(self, ledger: Ledger, reader: Reader, within: Terms) -> None:
        self._decisions = Decisions(ledger, reader, within=within)
        self._ground = on_legal_ground(reader)
        self._asks = ledger.asks
        self.basis: set[tuple[str, str]] = set()

    @property
    def nobody(self) -> GraphFailure | None:
        """ConsentRequired where no system knows of any consent."""
        return None if self._ground is not None or self._asks else ConsentRequired()

    async def admit(self, customer: Customer) -> None:
        """Raise ConsentRequired without consent, and ConnectorError where nobody can say whether there is one."""
        if self._ground is not None:
            self.basis.add(("ground", str(self._ground.ground)))
            return
        who = customer.party_ref
        if who is None:
            # Agreements are made by people and companies: of a customer who is neither, there can be none.
            raise NotFound
        decision = await self._decisions.on(DataSubject.of_party(who))
        if not isinstance(decision, Granted):
            raise ConsentRequired
        self.basis.add(("consent", str(decision.reference)))

    async def miss(self, stand_in: PartyRef) -> None:
        """Ask the consent system. On a legal ground nobody is asked about those who are known either."""
        if self._ground is None:
            # A system that does not know a stand-in has answered as well as one that knows of no agreement.
            with contextlib.suppress(Rejected):
                await self._decisions.on(DataSubject.of_party(stand_in))

    def foresees(self, system: str, number: str) -> bool:  # noqa: ARG002 - a ground is one about everybody.
        """Nobody, but on a legal ground: consent can have ended since it was last asked about."""
        return self._ground is not None

    def excludes(self, system: str, number: str) -> bool:  # noqa: ARG002 - the consent system says so.
        """Nobody: whoever it is may have agreed."""
        return False

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

    @property
    def nobody(self) -> GraphFailure | None:
        """Forbidden."""
        return Forbidden(self.why)

    async def admit(self, _: Customer) -> None:
        """Raise Forbidden."""
        raise Forbidden(self.why)

    async def miss(self, _: PartyRef) -> None:
        """Nobody is asked about those who are known either."""

    def foresees(self, system: str, number: str) -> bool:  # noqa: ARG002 - it makes no difference who it is.
        """Nobody is admitted."""
        return False

    def excludes(self, system: str, number: str) -> bool:  # noqa: ARG002 - it makes no difference who it is.
        """Everybody."""
        return True

    @property
    def basis(self) -> Collection[tuple[str, str]]:
        """None: nobody is admitted."""
        return ()

    def unknown(self, _: GraphFailure) -> GraphFailure:
        """The same as for somebody who is known."""
        return Forbidden(self.why)


def reach_of_partner(
    client_id: str,
    terms: ConsentTerms,
    purposes: frozenset[str],
    ledger: Ledger,
    *,
    not_its_own: frozenset[str] = frozenset(),
) -> Consenting | NoPurpose:
    """
    Whom a partner's token reaches that names these *purposes*, and others that its client may not name.

    All of them count: a token for two purposes is one for neither, whoever may use which.
    """
    try:
        purpose = purpose_of(purposes | not_its_own)
    except PurposeError as exc:
        return NoPurpose(str(exc))
    if purpose in not_its_own:
        return NoPurpose(_NOT_ITS_OWN)
    return Consenting(ledger, terms.reader(client=client_id, purpose=purpose))
