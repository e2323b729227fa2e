"""The CRM as a neighbour: customers and parties, in our words. What is said on the wire is told in `collection`."""

import asyncio
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from connectors.capabilities import CHECK
from connectors.environment import Environment
from connectors.errors import BadData, ConnectorError, NotKnown, Rejected
from connectors.guard import Answer, Call, Subject, subject
from connectors.terms import Terms
from connectors.tmf import fields, mapping
from connectors.tmf.auth import credentials
from connectors.tmf.checking import check_collection
from connectors.tmf.collection import Batch, Collection, Filter, ReadParts
from connectors.tmf.filters import by_account, by_party
from connectors.tmf.questions import can_filter, grouped, questions
from connectors.tmf.settings import Many, TMFSettings
from connectors.tmf.subjects import named, named_together
from connectors.tmf.validators import Sourced, Validators
from connectors.wire import HttpWire
from schema.customer import Customer, PartyRef
from schema.parts import CustomerPart, Part, PartyPart
from schema.party import Party, PartyKind

T = TypeVar("T", bound=Sourced)

Who = Callable[[str], Subject]
"""Whom a call is about that asks by a key."""

KEPT: Final = (Batch[Customer], Batch[Party])
"""What is kept of its calls beside what `Customers` promises: what one question about several ids found."""


class TMFConnector:
    """Customers (TMF629 v4) and the parties behind them (TMF632 v4): the capability `Customers`."""

    def __init__(self, system: str, settings: TMFSettings, environment: Environment) -> None:
        self.system = system
        self._settings = settings
        self._clock = environment.clock
        self._joins = settings.filters.many is Many.COMMA
        self._guard = environment.guard(system, settings)
        self._wire = HttpWire(
            system,
            settings,
            credential=credentials(settings),
            headers={"Accept": "application/json"},
            transport=environment.transport,
        )
        reading = mapping.Reading(
            system=system, zone=settings.zone, default_party_kind=mapping.party_kind(settings.default_party_kind)
        )
        read_customer = functools.partial(mapping.customer, reading=reading)
        self._customers = self._collection("GET /customer", settings.customer_path, fields.CUSTOMER, read_customer)
        self._parties = {
            kind: self._collection(name, path, members, functools.partial(mapping.party, kind=kind, reading=reading))
            for kind, name, path, members in (
                (PartyKind.INDIVIDUAL, "GET /individual", settings.individual_path, fields.INDIVIDUAL),
                (PartyKind.ORGANIZATION, "GET /organization", settings.organization_path, fields.ORGANIZATION),
            )
        }

    async def customers(
        self, ids: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Mapping[str, Answer[Customer] | ConnectorError]:
        """Customers by TMF629 id, in one call for each `page_size` ids; unknown ids are left out."""
        return await self._by_ids(self._customers, ids, subject.customer, parts=parts, within=within)

    async def customers_of_party(
        self, party_id: str, *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        """Every customer whose engagedParty has this id, whether person or organisation; empty when none."""
        filters = [by_party(party_id, self._settings.filters)]
        return await self._by_filters(filters, subject.party, parts=parts, within=within)

    async def customers_of_accounts(
        self, account_numbers: Sequence[str], *, parts: frozenset[CustomerPart], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        """Every customer that has one of these billing accounts; empty when none."""
        groups = grouped(account_numbers, join=self._joins, size=self._settings.page_size)
        filters = [by_account(group, self._settings.filters) for group in groups]
        return await self._by_filters(filters, subject.account, parts=parts, within=within)

    async def parties(
        self, refs: Sequence[PartyRef], *, parts: frozenset[PartyPart], within: Terms
    ) -> Mapping[PartyRef, Answer[Party] | ConnectorError]:
        """Parties by TMF632 id, persons and organisations at the same time; unknown ones are left out."""
        ids = {kind: [ref.party_id for ref in refs if ref.kind is kind] for kind in self._parties}
        found = await asyncio.gather(
            *(
                self._by_ids(collection, ids[kind], subject.party, parts=parts, within=within)
                for kind, collection in self._parties.items()
            )
        )
        return {
            PartyRef(party_id=party_id, kind=kind): outcome
            for kind, outcomes in zip(self._parties, found, strict=True)
            for party_id, outcome in outcomes.items()
        }

    async def check(self, *, msisdn: str, within: Terms) -> None:  # noqa: ARG002 - dialects differ in what they need
        """Whether every collection is there and takes our credentials, by asking each for the id of one object."""
        paths = {
            "GET /customer": self._settings.customer_path,
            "GET /individual": self._settings.individual_path,
            "GET /organization": self._settings.organization_path,
        }
        for operation, path in paths.items():
            ask = functools.partial(
                check_collection,
                self._wire,
                path,
                system=self.system,
                operation=operation,
                send_fields=self._settings.send_fields,
            )
            await self._guard.call(Call(self.system, CHECK, (path,), within), ask)

    def renew(self, settings: TMFSettings) -> None:
        """Use the credentials and certificates of *settings* for calls from now on. Raises as the wire does."""
        self._wire.renew(settings, credential=credentials(settings))
        self._settings = settings

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say."""
        await self._wire.open_ahead()

    async def aclose(self) -> None:
        """End calls in flight and close the connections."""
        await self._guard.aclose()
        await self._wire.aclose()

    def _collection(
        self, operation: str, path: str, members: Mapping[Part, tuple[str, ...]], read: ReadParts[T]
    ) -> Collection[T]:
        return Collection(
            system=self.system,
            operation=operation,
            path=path,
            members=members,
            read=read,
            settings=self._settings,
            wire=self._wire,
            clock=self._clock,
            id_filter=self._settings.filters.by_id,
            validators=_validators(path, self._settings) if self._settings.heed_etags else None,
        )

    async def _by_ids(
        self, collection: Collection[T], ids: Iterable[str], who: Who, *, parts: frozenset[Part], within: Terms
    ) -> dict[str, Answer[T] | ConnectorError]:
        groups = questions(ids, join=self._joins, size=self._settings.page_size)
        if len(groups) == 1:
            # As usual, and then a task for it would be one more than needed.
            return await self._group(collection, groups[0], who, parts, within)
        outcomes = await asyncio.gather(*(self._group(collection, group, who, parts, within) for group in groups))
        return {wanted: outcome for group in outcomes for wanted, outcome in group.items()}

    async def _group(
        self, collection: Collection[T], ids: tuple[str, ...], who: Who, parts: frozenset[Part], within: Terms
    ) -> dict[str, Answer[T] | ConnectorError]:
        about = tuple(map(who, ids))
        call = Call(self.system, collection.operation, ("ids", *ids), within, parts, about, named_together)

        async def ask() -> Batch[T]:
            if len(ids) == 1:
                found = await collection.by_id(ids[0], parts=parts)
                if not found.found:
                    # As every dialect says it, so that it is kept for no longer than such answers may be.
                    raise NotKnown("no such object", system=self.system, operation=collection.operation)
                return found
            return await collection.by_ids(ids, parts=parts)

        try:
            return _outcomes(await self._guard.call(call, ask), call)
        except NotKnown:
            return {}
        except ConnectorError as error:
            return dict.fromkeys(ids, error)

    async def _by_filters(
        self, filters: Sequence[Filter], who: Who, *, parts: frozenset[Part], within: Terms
    ) -> Answer[tuple[Customer, ...]]:
        if not all(can_filter(value, join=self._joins) for each in filters for value in each.values):
            raise Rejected("this key cannot be a filter's value", system=self.system, operation="GET /customer")
        outcomes = await asyncio.gather(*(self._filtered(each, who, parts, within) for each in filters))
        answers = []
        for outcome in outcomes:
            if isinstance(outcome, ConnectorError):
                raise outcome
            answers.append(outcome)
        customers = {each.customer_number: each for answer in answers for each in answer.value}
        fetched_at = min((answer.fetched_at for answer in answers), default=self._clock.now())
        return Answer(value=tuple(customers.values()), fetched_at=fetched_at, parts=parts)

    async def _filtered(
        self, filter_: Filter, who: Who, parts: frozenset[Part], within: Terms
    ) -> Answer[tuple[Customer, ...]] | ConnectorError:
        # An error is handed back, not raised, so that no other question is left running unwatched.
        question = ("filter", filter_.member, *filter_.values)
        about = tuple(map(who, filter_.values))
        call = Call(self.system, self._customers.operation, question, within, parts, about, named)
        try:
            return await self._guard.call(call, lambda: self._customers.by_filter(filter_, parts=parts))
        except ConnectorError as error:
            return error


def _validators(path: str, settings: TMFSettings) -> Validators:
    # All that a reading hangs on beside the body, and where the body came from.
    kind, zone = settings.default_party_kind, settings.zone
    return Validators(str(settings.url), path, settings.send_fields, settings.charset, kind, str(zone))


def _outcomes(answer: Answer[Batch[T]], call: Call) -> dict[str, Answer[T] | ConnectorError]:
    found: dict[str, Answer[T] | ConnectorError] = {
        key: Answer(value=value, fetched_at=answer.fetched_at, parts=answer.parts)
        for key, value in answer.value.found.items()
    }
    refused = {
        key: BadData(reason, system=call.system, operation=call.operation)
        for key, reason in answer.value.refused.items()
    }
    return found | refused
