"""A small TMF server for tests: TMF629, 632 and 644 as far as we ask them, with a switch for each bad habit."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.settings import SystemSettings
from connectors.tmf import TMFConnector, TMFConsentConnector, TMFConsentSettings, TMFSettings
from tests.connectors.support import FixedClock, environment

CUSTOMERS = "/tmf-api/customerManagement/v4/customer"
INDIVIDUALS = "/tmf-api/party/v4/individual"
ORGANIZATIONS = "/tmf-api/party/v4/organization"
AGREEMENTS = "/tmf-api/privacyManagement/v4/partyPrivacyAgreement"

Json = dict[str, Any]


def a_customer(number: str, **members: Any) -> Json:
    """A whole TMF629 customer of our own invention; *members* replace what it would have."""
    return {
        "@type": "Customer",
        "id": number,
        "href": f"{CUSTOMERS}/{number}",
        "name": f"Customer {number}",
        "status": "active",
        "statusReason": "all papers seen",
        "validFor": {"startDateTime": "2020-02-29T10:00:00+02:00"},
        "engagedParty": {"@referredType": "Individual", "id": f"p{number}", "href": f"{INDIVIDUALS}/p{number}"},
        "account": [
            {"@referredType": "BillingAccount", "id": f"A{number}", "name": "main"},
            {"id": f"B{number}", "name": "second"},
            {"@referredType": "FinancialAccount", "id": f"F{number}", "name": "not for billing"},
        ],
        "characteristic": [{"name": "segment", "value": "home"}],
        "creditProfile": [
            {
                "creditProfileDate": "2024-05-01T00:00:00Z",
                "creditRiskRating": 2,
                "creditScore": 640,
                "validFor": {"startDateTime": "2024-05-01T00:00:00Z", "endDateTime": "2025-05-01T00:00:00Z"},
            }
        ],
        "somethingNewer": {"ignored": [1, 2.5, None]},
    } | members


def a_person(number: str, **members: Any) -> Json:
    """A whole TMF632 individual of our own invention."""
    return {
        "@type": "Individual",
        "id": number,
        "givenName": "小明",
        "familyName": "王",
        "fullName": "王小明",
        "birthDate": "1990-04-30",
        "contactMedium": [
            {"mediumType": "phone", "characteristic": {"phoneNumber": "060000042", "contactType": "homePhone"}},
            {"mediumType": "email", "preferred": True, "characteristic": {"emailAddress": "ming@example.com"}},
        ],
    } | members


def an_organization(number: str, **members: Any) -> Json:
    """A whole TMF632 organisation of our own invention."""
    return {
        "@type": "Organization",
        "id": number,
        "name": "Sales department",
        "tradingName": "Lantern Works",
        "contactMedium": [],
    } | members


FRAUD = "dpv:FraudPreventionAndDetection"
PARTNER = {"id": "partner-a", "role": "dataRecipient", "@referredType": "Organization"}


def a_use(**members: Any) -> Json:
    """A word of an agreement: the partner may use all personal data against fraud."""
    return {
        "name": "personalData",
        "privacyUsagePurpose": FRAUD,
        "valueType": "string",
        "value": "Yes",
        "relatedParty": [PARTNER],
    } | members


def an_agreement(number: str, party: str = "p1", **members: Any) -> Json:
    """A whole TMF644 agreement of our own invention, in force for some years from 2026."""
    return {
        "@type": "PartyPrivacyAgreement",
        "id": number,
        "agreementType": "privacy",
        "name": "What we may do",
        "initialDate": "2026-01-31T10:00:00+02:00",
        "status": "validated",
        "agreementPeriod": {"startDateTime": "2026-02-01T00:00:00Z", "endDateTime": "2030-02-01T00:00:00Z"},
        "agreementItem": [{"id": "1"}],
        "agreementAuthorization": [{"state": "approved", "signatureRepresentation": "digital"}],
        "engagedParty": [{"id": party, "role": "customer", "@referredType": "Individual", "name": "Ada"}],
        "partyPrivacyProfileCharacteristic": [a_use()],
        "somethingNewer": {"ignored": [1, 2.5, None]},
    } | members


@dataclasses.dataclass
class FakeCRM:
    """The CRM: what it keeps, how it behaves, and what it was asked."""

    customers: list[Json] = dataclasses.field(default_factory=list)
    individuals: list[Json] = dataclasses.field(default_factory=list)
    organizations: list[Json] = dataclasses.field(default_factory=list)
    agreements: list[Json] = dataclasses.field(default_factory=list)
    totals: bool = True
    largest_page: int = 1000
    partial_status: int = 206
    status_beyond_end: int | None = None
    heeds_fields: bool = True
    heeds_filters: bool = True
    heeds_offset: bool = True
    heeds_limit: bool = True
    absent_status: int = 404
    absent_body: bytes = b'{"code": "60", "reason": "no such resource"}'
    absent_type: str = "application/json"
    empty_list_status: int = 200
    answer: Callable[[Request], Response] | None = None
    asked: list[Request] = dataclasses.field(default_factory=list)

    @property
    def questions(self) -> list[str]:
        """What was asked, one text each: path as it was on the wire, and the parameters."""
        return [_question(request) for request in self.asked]

    @property
    def addresses(self) -> list[httpx.URL]:
        """The same, as addresses exactly as they were on the wire."""
        scopes = [request.scope for request in self.asked]
        return [
            httpx.URL(f"http://crm.test{scope['raw_path'].decode()}?{scope['query_string'].decode()}")
            for scope in scopes
        ]

    def app(self) -> Starlette:
        routes = []
        for path, kept in (
            (CUSTOMERS, "customers"),
            (INDIVIDUALS, "individuals"),
            (ORGANIZATIONS, "organizations"),
            (AGREEMENTS, "agreements"),
        ):
            routes += [
                Route(path, self._list(kept)),
                Route(path + "/{id:path}", self._one(kept)),
            ]
        return Starlette(routes=routes)

    def _one(self, kept: str) -> Callable[[Request], Any]:
        async def one(request: Request) -> Response:
            self.asked.append(request)
            if self.answer is not None:
                return self.answer(request)
            for each in getattr(self, kept):
                if each["id"] == request.path_params["id"]:
                    return as_json(self._selected(each, request))
            return Response(self.absent_body, self.absent_status, media_type=self.absent_type)

        return one

    def _list(self, kept: str) -> Callable[[Request], Any]:
        async def many(request: Request) -> Response:
            self.asked.append(request)
            if self.answer is not None:
                return self.answer(request)
            found = [each for each in getattr(self, kept) if self._fits(each, request)]
            return self._page(found, request)

        return many

    def _page(self, found: list[Json], request: Request) -> Response:
        offset = int(request.query_params.get("offset", "0")) if self.heeds_offset else 0
        limit = int(request.query_params.get("limit", "20")) if self.heeds_limit else len(found)
        page = found[offset : offset + min(limit, self.largest_page)]
        headers = {"X-Total-Count": str(len(found)), "X-Result-Count": str(len(page))} if self.totals else {}
        if not page and offset and self.status_beyond_end is not None:
            return Response(status_code=self.status_beyond_end)
        if not found and self.empty_list_status != 200:
            return Response(status_code=self.empty_list_status)
        whole = len(page) == len(found)
        body = [self._selected(each, request) for each in page]
        return as_json(body, status=200 if whole else self.partial_status, headers=headers)

    def _fits(self, each: Json, request: Request) -> bool:
        if not self.heeds_filters:
            return True
        filters = {name: value for name, value in request.query_params.items() if name not in _RESERVED}
        return all(set(value.split(",")) & set(_values(each, name)) for name, value in filters.items())

    def _selected(self, each: Json, request: Request) -> Json:
        wanted = request.query_params.get("fields")
        if wanted is None or not self.heeds_fields:
            return each
        names = {"id", "href", *wanted.split(",")}
        return {name: value for name, value in each.items() if name in names}


_RESERVED = {"fields", "limit", "offset"}


def _values(found: Any, path: str) -> Iterator[str]:
    # Every value at an attribute path such as account.id; arrays are looked into.
    name, _, rest = path.partition(".")
    inner = found.get(name) if isinstance(found, dict) else None
    for each in inner if isinstance(inner, list) else [inner]:
        if rest:
            yield from _values(each, rest)
        elif each is not None:
            yield str(each)


def _question(request: Request) -> str:
    path = request.scope["raw_path"].decode()
    for collection in (CUSTOMERS, INDIVIDUALS, ORGANIZATIONS, AGREEMENTS):
        path = path.replace(collection, "/" + collection.rpartition("/")[2])
    params = [f"{name}={value}" for name, value in request.query_params.multi_items() if name != "limit"]
    return f"{path}?{'&'.join(params)}" if params else path


def as_json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, headers, media_type="application/json;charset=utf-8")


def settings(**values: Any) -> TMFSettings:
    """Settings of a connector to the fake."""
    made: SystemSettings = TMFSettings.model_validate({"dialect": "tmf", "url": "http://crm.test"} | values)
    assert isinstance(made, TMFSettings)
    return made


def connector_to(crm: FakeCRM, *, clock: FixedClock | None = None, **values: Any) -> TMFConnector:
    """A connector that talks to *crm*; *values* are settings."""
    surroundings = environment(transport=httpx.ASGITransport(app=crm.app()), clock=clock)
    return TMFConnector("crm", settings(**values), surroundings)


def consent_settings(**values: Any) -> TMFConsentSettings:
    """Settings of a connector to the fake's agreements."""
    made: TMFConsentSettings = TMFConsentSettings.model_validate(
        {"dialect": "tmf644", "url": "http://crm.test"} | values
    )
    return made


def consents_of(crm: FakeCRM, *, clock: FixedClock | None = None, **values: Any) -> TMFConsentConnector:
    """A connector that reads agreements from *crm*; *values* are settings."""
    surroundings = environment(transport=httpx.ASGITransport(app=crm.app()), clock=clock)
    return TMFConsentConnector("consent", consent_settings(**values), surroundings)
