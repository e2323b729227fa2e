"""The consent system: TM Forum TMF644 agreements over REST, with a hub that tells of changes, behind HTTP Basic."""

import asyncio
import datetime as dt
import itertools
import json
from collections.abc import Iterable
from typing import Any, Final

from sandbox.call import Call, Reply, SystemName
from sandbox.consent.documents import (
    AGREEMENTS,
    BASE,
    BadUpdateError,
    Document,
    agreement_document,
    updated,
)
from sandbox.consent.hub import BadListenerError, Hub
from sandbox.consent.seeds import place_of, seeds
from sandbox.credentials import Credential
from sandbox.crm.queries import BadQueryError, Query, read_query
from sandbox.population import Population
from sandbox.population.numbering import customer_of_party
from sandbox.tmf_replies import CONTENT_TYPE, as_error, as_json
from sandbox.ugly import stack_text

_HUB: Final = f"{BASE}/hub"
_KNOWN: Final = frozenset(
    {
        "id", "status", "agreementType", "engagedParty.id", "engagedParty.role", "engagedParty.@referredType",
        "partyPrivacyProfileCharacteristic.name", "partyPrivacyProfileCharacteristic.privacyUsagePurpose",
        "partyPrivacyProfileCharacteristic.relatedParty.id",
    }
)  # fmt: skip
_BREATH: Final = 200
"""How many customers a walk through everybody looks at before it lets others run."""


class ConsentSystem:
    """The consent system. What is changed is changed for as long as the sandbox runs."""

    name = SystemName.CONSENT
    content_type = CONTENT_TYPE

    def __init__(self, people: Population, credential: Credential) -> None:
        self._people = people
        self._credential = credential
        self._changed: dict[str, Document | None] = {}
        self._numbers = itertools.count(1)
        self._hub = Hub()

    def call_name(self, call: Call) -> str | None:
        """Method and collection: "GET /partyPrivacyAgreement" for the list and for one alike."""
        for path in (AGREEMENTS, _HUB):
            if call.path == path or call.path.startswith(f"{path}/"):
                return f"{call.method} /{path.rpartition('/')[2]}"
        return "unknown"

    def own_fault(self, call: Call) -> Reply:
        """A TMF error with a stack trace and a number of the customer asked about."""
        party = next((value for name, value in call.parameters if name == "engagedParty.id"), "")
        customer = self._people.customer(customer_of_party(party))
        number = customer.lines[0].msisdn if customer and customer.lines else "unknown"
        return as_error(500, "50000", "Internal error", stack_text(number, component="consent"))

    async def answer(self, call: Call) -> Reply:
        """Answer a request for agreements, a change of one, or a registration at the hub."""
        if not self._credential.admits_basic(call.headers.get("authorization")):
            challenge = (("WWW-Authenticate", 'Basic realm="consent"'),)
            return as_error(401, "40100", "Unauthorized", "A user and a password are needed.", headers=challenge)
        try:
            return await self._routed(call)
        except (BadQueryError, BadUpdateError, BadListenerError) as exc:
            return as_error(400, "40000", "Bad request", str(exc))

    async def aclose(self) -> None:
        """Tell nobody of changes any more."""
        await self._hub.aclose()

    async def _routed(self, call: Call) -> Reply:
        match call.method, call.path.removeprefix(BASE).strip("/").split("/"):
            case "GET", ["partyPrivacyAgreement"]:
                return await self._list(read_query(call.parameters, known=_KNOWN), call)
            case "GET" | "PATCH" | "DELETE" as method, ["partyPrivacyAgreement", number]:
                return self._one(method, number, call)
            case "POST", ["hub"]:
                return as_json(201, self._hub.register(_body(call)))
            case "DELETE", ["hub", number]:
                return _NOTHING if self._hub.remove(number) else _absent("listener")
            case _, ["partyPrivacyAgreement" | "hub", *_]:
                return as_error(405, "40500", "Method not allowed", "This is not offered here.")
            case _:
                return _absent("resource")

    def _one(self, method: str, number: str, call: Call) -> Reply:
        document = self._document(number, call.base_url)
        if document is None:
            return _absent("agreement")
        if method == "GET":
            return as_json(200, read_query(call.parameters, known=_KNOWN).shown(document))
        after = updated(document, _body(call)) if method == "PATCH" else None
        self._changed[number] = after
        self._hub.tell(self._event(document, after))
        return as_json(200, after) if after else _NOTHING

    async def _list(self, query: Query, call: Call) -> Reply:
        found = []
        for place, index in enumerate(self._candidates(query)):
            if place % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
            numbers = [seed.number for seed in seeds(index, today=self._people.today)]
            documents = (self._document(number, call.base_url) for number in numbers)
            found += [document for document in documents if document and query.matches(document)]
        page = [query.shown(document) for document in found[query.offset : query.offset + query.limit]]
        totals = (("X-Total-Count", str(len(found))), ("X-Result-Count", str(len(page))))
        return as_json(206 if len(page) < len(found) else 200, page, headers=totals)

    def _candidates(self, query: Query) -> Iterable[int]:
        parties, numbers = query.values_of("engagedParty.id"), query.values_of("id")
        if parties is not None:
            known = {customer_of_party(party) for party in parties}
            return sorted(index for index in known if index is not None and index <= self._people.size)
        if numbers is not None:
            places = filter(None, map(place_of, numbers))
            return sorted({index for index, _ in places if index <= self._people.size})
        return range(1, self._people.size + 1)

    def _document(self, number: str, base_url: str) -> Document | None:
        if number in self._changed:
            return self._changed[number]
        place = place_of(number)
        customer = self._people.customer(place[0]) if place else None
        if customer is None or place is None:
            return None
        made = seeds(customer.index, today=self._people.today)
        return agreement_document(made[place[1]], customer, base_url) if made else None

    def _event(self, before: Document, after: Document | None) -> dict[str, Any]:
        kind, path = "Delete", None
        if after is not None and after["status"] != before["status"]:
            kind = "StatusChange"
        elif after is not None:
            kind, path = "AttributeValueChange", "partyPrivacyAgreement"
        number, now = str(next(self._numbers)), dt.datetime.now(dt.UTC).isoformat()
        event = {
            "eventId": number,
            "eventTime": now,
            "eventType": f"PartyPrivacyAgreement{kind}Event",
            "correlationId": number,
            "domain": "Privacy",
            "title": "An agreement has changed",
            "description": "An agreement has changed",
            "priority": "1",
            "timeOcurred": now,
            # What is gone is named and not shown again.
            "event": {"partyPrivacyAgreement": after or {"id": before["id"]}},
        }
        return event | ({} if path is None else {"fieldPath": path})


_NOTHING: Final = Reply(status=204, content_type=CONTENT_TYPE, body=b"")


def _absent(what: str) -> Reply:
    return as_error(404, "40401", "Not found", f"There is no such {what}.")


def _body(call: Call) -> Any:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/merge-patch+json"}:
        raise BadUpdateError("The body must be application/json or application/merge-patch+json.")
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        raise BadUpdateError("The body is not JSON.") from None
