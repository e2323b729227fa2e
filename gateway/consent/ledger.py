"""
The ledger: asks the consent system what a customer has agreed to, and decides.

What is kept of its answers the guard keeps: for as long as the operator says, at most for MOST_OLD_S, and dropped on
every replica when we are told of a change (`gateway.events`). Nothing is remembered here beyond one operation. While
the system is away nothing is granted: its error is raised, because nobody can say that consent is missing.
"""

import functools
from typing import Final

from connectors.capabilities import Consents, DataSubject
from connectors.clock import Clock
from connectors.errors import NotFresh
from connectors.guard import Answer
from connectors.guard.freshness import CLOCKS_DIFFER_S
from connectors.guard.record import our_own_question
from connectors.routes import Systems
from connectors.terms import Terms
from gateway.consent.decision import Decision, Reader, Reason, Refused, decide, on_legal_ground
from resolvers.failures import TooCostly
from resolvers.loader import Loader, one_by_one
from schema.consent import Consent

MOST_OLD_S: Final = 60.0 - CLOCKS_DIFFER_S
"""
No answer that is older is used, whatever settings say. A withdrawal counts within 60 seconds; another replica's clock
may be behind ours by the rest.
"""

MOST_CUSTOMERS: Final = 100
"""Customers about whom one operation may have the consent system asked."""


class Ledger:
    """Decides by what *consents* knows; None: no system knows of any, and nobody has agreed to anything."""

    def __init__(self, consents: Systems[Consents] | None, *, clock: Clock) -> None:
        self._consents = consents
        self._clock = clock

    @property
    def asks(self) -> bool:
        """Whether there is a system that is asked."""
        return self._consents is not None

    async def decide(self, who: DataSubject, reader: Reader, *, within: Terms) -> Decision:
        """
        Whether *reader* may read personal data of *who* now.

        A legal ground is enough by itself, and the system is not asked then. Raises ConnectorError where it is asked
        and does not say.
        """
        granted = on_legal_ground(reader)
        if granted is not None:
            return granted
        if self._consents is None:
            return Refused(Reason.NO_AGREEMENT)
        name = self._consents.name
        strictly = within.no_older(MOST_OLD_S, or_older=False)
        # Not the caller's own question: it is not to use up the calls that the caller has for those.
        with our_own_question():
            answer = await self._consents[name].agreements(who, within=strictly)
        self._check_age(answer, name)
        return decide(answer.value, reader, now=self._clock.now())

    def _check_age(self, answer: Answer[tuple[Consent, ...]], system: str) -> None:
        # The guard has seen to it; what personal data depends on is not left to one place.
        if (self._clock.now() - answer.fetched_at).total_seconds() > MOST_OLD_S:
            raise NotFresh("what is known of consents is too old", system=system)


class Decisions:
    """The decisions of one operation for one *reader*: about each customer the ledger is asked once, and about few."""

    def __init__(self, ledger: Ledger, reader: Reader, *, within: Terms, most: int = MOST_CUSTOMERS) -> None:
        self._most = most
        self._asked: set[DataSubject] = set()
        self._loader: Loader[DataSubject, Decision] = one_by_one(
            functools.partial(ledger.decide, reader=reader, within=within)
        )

    async def on(self, who: DataSubject) -> Decision:
        """The decision about *who*; raises ConnectorError as the ledger does, and TooCostly beyond *most* customers."""
        if who not in self._asked and len(self._asked) >= self._most:
            raise TooCostly(f"This asks for personal data of more than {self._most} customers. Ask for fewer at once.")
        self._asked.add(who)
        return await self._loader.load(who)

    def give_up(self) -> None:
        """Stop asking: nobody waits any more."""
        self._loader.give_up()
