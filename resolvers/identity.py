"""
Who is meant by a key, and whether the caller may read about them.

Of whomever it may not read about a caller learns nothing, not even whether they are there: what it is told, what is
asked of which system, and what becomes of that while one is ill, is the same for somebody and for nobody.
"""

from connectors.errors import ConnectorError, NotFresh
from connectors.guard import subject
from connectors.guard.record import RECORD
from resolvers.context import Context
from resolvers.failures import AmbiguousIdentity, ConsentRequired, GraphFailure, NotFound, OutOfReach
from resolvers.finding import Finding, line_of
from resolvers.keys import CustomerKey, LineKey, given
from resolvers.names import CUSTOMER, LINE, By, Name, customer_name, line_name
from resolvers.reach import Reach
from schema.customer import Customer
from schema.line import Line

__all__ = ["CUSTOMER", "LINE", "Identity", "line_of"]


class Identity:
    """Finds out who is meant. One operation's loaders keep every answer on the way for the edges that follow."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._graph = context.graph
        self._reach = context.reach
        self._finding = Finding(context, hides=context.reach is not None)

    async def customer(self, key: CustomerKey) -> Customer:
        """
        The customer that *key* names.

        id and party id: CRM. Number, account: billing, then CRM by the account. IMSI: HSS, billing, CRM.
        Raises NotFound, AmbiguousIdentity, BadInput, a ConnectorError or what the caller's reach has against it.
        """
        return await self._within_reach(customer_name(*given(key), self._graph))

    async def line(self, key: LineKey) -> Line:
        """
        The line that *key* names. Only an IMSI costs a question, to the HSS.

        For a caller that may not read about everybody it is found out whose line it is, as `customer` does.
        """
        name = line_name(*given(key), self._graph)
        if name.by is not By.IMSI:
            _concerns(subject.line(name.value))
        if self._reach is not None:
            await self._within_reach(name)
        line = await self._finding.line(name)
        _concerns(subject.line(line.msisdn))
        return line

    async def customer_numbered(self, system: str, number: str) -> Customer:
        """The customer that one CRM has under this number. Raises as `customer`."""
        return await self._within_reach(Name(By.NUMBER, number, system))

    async def admit_owner_of_line(self, msisdn: str) -> None:
        """Raise when the caller may not read about the customer whose line it is. Asks billing and CRM."""
        _concerns(subject.line(msisdn))
        if self._reach is not None:
            await self._within_reach(Name(By.MSISDN, msisdn))

    async def admit_owner_of_account(self, number: str) -> None:
        """Raise when the caller may not read about the customer whose account has this *number*. Asks CRM."""
        if self._reach is not None:
            await self._within_reach(Name(By.ACCOUNT, number))

    async def _within_reach(self, name: Name) -> Customer:
        reach = self._reach
        if reach is None:
            return await self._met(name)
        if (nobody := reach.nobody) is not None:
            raise nobody
        try:
            if name.by is By.NUMBER and reach.excludes(name.system, name.value):
                # The number itself says so, whoever it is and whether there is anybody.
                raise reach.unknown(NotFound())  # noqa: TRY301 - as everything else that is refused
            return await self._admitted(name, reach)
        except Exception:
            _tell_no_cost()
            raise

    async def _admitted(self, name: Name, reach: Reach) -> Customer:
        try:
            return await self._judged(name, reach)
        except (ConsentRequired, OutOfReach):
            record = RECORD.get()
            if record is None:
                raise
            way = self._way(name)
            if (failure := next((record.failed[each] for each in way if each in record.failed), None)) is not None:
                # What was kept has stood in for a system that is away; of those of whom nothing is, that is told.
                raise failure from None
            if record.recalled.isdisjoint(way):
                raise
        # Of those who are known more is kept, and for longer, than of those who are not. So nobody is refused by what
        # is kept: what becomes of that while a system is away would tell them apart.
        return await Identity(self._context.anew())._judged(name, reach)  # noqa: SLF001 - another one of these

    def _way(self, name: Name) -> list[str]:
        """The systems that may be asked on the way from *name* to a customer, in this order."""
        routes = self._graph.routes
        way = [*routes.customers.by_name]
        if name.by not in {By.NUMBER, By.PARTY}:
            way = [*routes.billing.by_name, *way]
        return [*routes.network.by_name, *way] if name.by is By.IMSI else way

    async def _judged(self, name: Name, reach: Reach) -> Customer:
        try:
            return await self._walked(name, reach)
        except NotFresh as refused:
            # That something is kept, only too old, tells that somebody is there.
            raise refused.because or refused from None
        except (GraphFailure, ConnectorError) as refused:
            # Of whoever is nowhere known the failure of the system would be told that could not say so.
            raise self._finding.silent.get(name) or refused from None

    async def _walked(self, name: Name, reach: Reach) -> Customer:
        try:
            found = await self._met(name)
            await reach.admit(found)
        except (NotFound, AmbiguousIdentity) as failure:
            await reach.miss(self._graph.stand_ins.party(name))
            raise reach.unknown(failure) from None
        return found

    async def _met(self, name: Name) -> Customer:
        found = await self._finding.customer(name)
        _concerns(subject.customer(found.customer_number))
        return found


def _tell_no_cost() -> None:
    # Which systems were asked, and how often, tells how far on the way somebody was found.
    record = RECORD.get()
    if record is not None:
        record.tells_cost = False


def _concerns(who: subject.Subject) -> None:
    record = RECORD.get()
    if record is not None:
        record.concerns(who)
