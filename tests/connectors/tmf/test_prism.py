"""Against Prism, somebody else's reading of the published definitions: it accepts our requests over real HTTP."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.errors import BadData, ConnectorError
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.customer import PartyRef
from schema.parts import CustomerPart, PartyPart
from schema.party import PartyKind
from tests.connectors.support import environment, soon
from tests.connectors.tmf import prism_server
from tests.connectors.tmf.fake import settings
from tests.dialects import dialects_folder

# Every text in Prism's examples is this word, ids as well.
EXAMPLE = "string"
PERSON = PartyRef(party_id=EXAMPLE, kind=PartyKind.INDIVIDUAL)


@dataclasses.dataclass(frozen=True)
class Servers:
    """Prism, once for each definition."""

    customers: str
    parties: str


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    definitions = dialects_folder() / "tmf" / "v4"
    start = prism_server.command()
    files = (definitions / f"{name}-v4.0.0.swagger.json" for name in ("TMF629-Customer", "TMF632-Party"))
    with prism_server.mocks(start, *files) as (customers, parties):
        yield Servers(customers=customers, parties=parties)


class Recorder(httpx.AsyncHTTPTransport):
    """The network, remembering what Prism thought of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        self.statuses.append(response.status_code)
        return response


def connector_to(url: str, **values: Any) -> tuple[TMFConnector, Recorder]:
    # Prism serves a definition without its base path, and its birth dates have a time of day.
    recorder = Recorder()
    chosen = settings(
        url=url,
        customer_path="/customer",
        individual_path="/individual",
        organization_path="/organization",
        default_party_kind="individual",
        zone="UTC",
        guard={"timeout_s": 10},
        **values,
    )
    return TMFConnector("crm", chosen, environment(transport=recorder)), recorder


async def test_every_question_about_customers_is_accepted(servers):
    connector, recorder = connector_to(servers.customers)
    parts = frozenset(CustomerPart)

    by_id = await connector.customers([EXAMPLE], parts=parts, within=soon(seconds=20))
    by_ids = await connector.customers(["1", "2"], parts=parts, within=soon(seconds=20))
    with pytest.raises(BadData):
        await connector.customers_of_party("1", parts=parts, within=soon(seconds=20))
    with pytest.raises(BadData):
        await connector.customers_of_accounts(["1", "2"], parts=parts, within=soon(seconds=20))
    await connector.aclose()

    assert [200, 200, 200, 200] == recorder.statuses
    found = by_id[EXAMPLE]
    assert isinstance(found, Answer)
    assert (EXAMPLE, EXAMPLE, PERSON) == (found.value.name, found.value.status, found.value.party_ref)
    assert (0, 0) == (found.value.credit_profiles[0].risk_rating, found.value.credit_profiles[0].score)
    # Prism answers every filter with the same example, which is not what was asked for.
    assert all(isinstance(each, BadData) for each in by_ids.values())


async def test_every_question_about_parties_is_accepted(servers):
    connector, recorder = connector_to(servers.parties)
    firm = PartyRef(party_id=EXAMPLE, kind=PartyKind.ORGANIZATION)
    parts = frozenset(PartyPart)

    found = await connector.parties([PERSON, firm], parts=parts, within=soon(seconds=20))
    several = [PartyRef(party_id=number, kind=kind) for kind in PartyKind for number in "12"]
    foreign = await connector.parties(several, parts=parts, within=soon(seconds=20))
    await connector.aclose()

    assert [200, 200, 200, 200] == recorder.statuses
    for ref in (PERSON, firm):
        answer = found[ref]
        assert isinstance(answer, Answer)
        assert EXAMPLE == answer.value.name
        assert f"{EXAMPLE}, {EXAMPLE}" == answer.value.contact_media[0].street
    assert set(several) == set(foreign)
    assert all(isinstance(each, BadData) for each in foreign.values())


async def test_prism_would_refuse_a_request_that_is_not_in_the_definition(servers):
    """Otherwise the tests above would show nothing."""
    async with httpx.AsyncClient(base_url=servers.customers, trust_env=False) as client:
        assert 400 == (await client.get("/customer", params={"limit": "ten"})).status_code
        assert 404 == (await client.get("/client")).status_code


async def test_prisms_own_404_is_not_taken_for_an_unknown_customer(servers):
    connector, _ = connector_to(servers.parties)

    found = await connector.customers(["1"], parts=frozenset(), within=soon(seconds=20))
    await connector.aclose()

    assert isinstance(found["1"], ConnectorError)
