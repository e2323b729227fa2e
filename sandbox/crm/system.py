"""The CRM: TM Forum TMF629 customers and TMF632 parties over REST, behind HTTP Basic."""

import asyncio
from collections.abc import Iterator
from typing import Final

from sandbox.call import Call, Reply, SystemName
from sandbox.credentials import Credential
from sandbox.crm.conditions import unless_known
from sandbox.crm.documents import Document
from sandbox.crm.queries import BadQueryError, Query, read_query
from sandbox.crm.resources import RESOURCES, Resource
from sandbox.population import Customer, Population
from sandbox.tmf_replies import CONTENT_TYPE, as_error, as_json
from sandbox.ugly import stack_text

_BREATH: Final = 200
"""How many customers a walk through everybody looks at before it lets others run."""


class CRM:
    """The customer relationship system. *totals* is whether lists say how long they are."""

    name = SystemName.CRM
    content_type = CONTENT_TYPE

    def __init__(self, people: Population, credential: Credential, *, totals: bool) -> None:
        self._people = people
        self._credential = credential
        self.totals = totals

    def call_name(self, call: Call) -> str | None:
        """Method and collection: "GET /customer" for the list and for one alike."""
        resource, _ = _find(call.path)
        return f"{call.method} /{resource.name}" if resource else "unknown"

    def own_fault(self, call: Call) -> Reply:
        """A TMF error with a stack trace and the number of the customer asked about."""
        lines = next((owner.lines for owner in self._asked_about(call) if owner.lines), None)
        number = lines[0].msisdn if lines else "unknown"
        return as_error(500, "50000", "Internal error", stack_text(number, component="crm"))

    async def answer(self, call: Call) -> Reply:
        """Answer a request for a list or for one resource."""
        if not self._credential.admits_basic(call.headers.get("authorization")):
            challenge = (("WWW-Authenticate", 'Basic realm="CRM"'),)
            return as_error(401, "40100", "Unauthorized", "A user and a password are needed.", headers=challenge)
        resource, number = _find(call.path)
        if resource is None:
            return as_error(404, "40400", "Not found", "There is no such resource.")
        if call.method != "GET":
            allow = (("Allow", "GET"),)
            return as_error(405, "40500", "Method not allowed", "Only GET is offered here.", headers=allow)
        try:
            query = read_query(call.parameters, known=resource.known)
        except BadQueryError as exc:
            return as_error(400, "40000", "Bad request", str(exc))
        reply = self._one(resource, number, query, call) if number else await self._list(resource, query, call)
        return unless_known(reply, call)

    def _asked_about(self, call: Call) -> Iterator[Customer]:
        """Customers that the path or a filter value leads to, by whatever key."""
        values = [call.path.rpartition("/")[2], *(value for _, value in call.parameters)]
        for locate in (locate for resource in RESOURCES for locate in resource.indexed.values()):
            for index in (index for value in values for index in locate(value, self._people)):
                customer = self._people.customer(index)
                if customer:
                    yield customer

    def _one(self, resource: Resource, number: str, query: Query, call: Call) -> Reply:
        customer = self._by_id(resource, number)
        if customer is None:
            return as_error(404, "40401", "Not found", f"There is no such {resource.name}.")
        return as_json(200, query.shown(resource.render(customer, call.base_url)))

    async def _list(self, resource: Resource, query: Query, call: Call) -> Reply:
        page, total = await self._page(resource, query, call.base_url)
        partial = len(page) < total
        totals = (("X-Total-Count", str(total)), ("X-Result-Count", str(len(page)))) if self.totals else ()
        return as_json(206 if partial else 200, [query.shown(document) for document in page], headers=totals)

    async def _page(self, resource: Resource, query: Query, base_url: str) -> tuple[list[Document], int]:
        """The documents of the page asked for, and how many match in all."""
        if resource.everybody and not query.filters:
            everybody = range(1, self._people.size + 1)[query.offset : query.offset + query.limit]
            known = (self._people.customer(index) for index in everybody)
            return [resource.render(customer, base_url) for customer in known if customer], self._people.size
        page: list[Document] = []
        total = 0
        for place, index in enumerate(resource.candidates(query, self._people)):
            if place % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
            customer = self._people.customer(index)
            if customer is None or not resource.holds(customer):
                continue
            document = resource.render(customer, base_url)
            if not query.matches(document):
                continue
            if query.offset <= total < query.offset + query.limit:
                page.append(document)
            total += 1
        return page, total

    def _by_id(self, resource: Resource, number: str) -> Customer | None:
        customer = self._people.customer(resource.by_id(number))
        return customer if customer and resource.holds(customer) else None


def _find(path: str) -> tuple[Resource | None, str | None]:
    """The collection a path is in, and the id after it if there is one."""
    for resource in RESOURCES:
        if path.rstrip("/") == resource.path:
            return resource, None
        if path.startswith(f"{resource.path}/") and "/" not in path.removeprefix(f"{resource.path}/"):
            return resource, path.removeprefix(f"{resource.path}/")
    return None, None
