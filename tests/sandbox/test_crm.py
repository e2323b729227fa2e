"""CRM over real HTTP: TMF629 and TMF632, pages, fields, filters and refusals."""

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.wire import CUSTOMERS, INDIVIDUALS, ORGANIZATIONS, Wire


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Status and reason of a TMF Error."""
    body = response.json()
    assert {"code", "reason", "message", "status"} <= set(body)
    assert body["status"] == str(response.status_code)
    return response.status_code, body["reason"]


async def test_a_customer_has_a_party_and_accounts_but_no_contact_media(wire: Wire) -> None:
    customer = (await wire.crm(f"{CUSTOMERS}/1000008")).json()

    assert "Priya Fernández-López" == customer["name"]
    assert "5000008" == customer["engagedParty"]["id"]
    assert ["A1000008", "B1000008"] == [account["id"] for account in customer["account"]]
    assert "contactMedium" not in customer


async def test_hrefs_lead_back_to_what_they_name(wire: Wire) -> None:
    customer = (await wire.crm(f"{CUSTOMERS}/1000003")).json()

    party = await wire.crm(httpx.URL(customer["engagedParty"]["href"]).path)

    assert customer["href"] == wire.url("crm", f"{CUSTOMERS}/1000003")
    assert "王小明" == party.json()["fullName"]


async def test_an_individual_has_contact_media(sandbox: Sandbox, wire: Wire) -> None:
    media = (await wire.crm(f"{INDIVIDUALS}/5000003")).json()["contactMedium"]

    kinds = {medium["mediumType"]: medium["characteristic"] for medium in media}
    assert f"+{sandbox.stories[2].msisdn}" == kinds["mobile"]["phoneNumber"]
    assert kinds["email"]["emailAddress"].endswith("@example.com")
    assert "Villaclara" == kinds["postalAddress"]["city"]


async def test_every_tenth_customer_is_an_organization_and_no_individual(wire: Wire) -> None:
    customer = (await wire.crm(f"{CUSTOMERS}/1000020")).json()

    assert "Organization" == customer["engagedParty"]["@referredType"]
    assert customer["name"] == (await wire.crm(f"{ORGANIZATIONS}/5000020")).json()["name"]
    assert (404, "Not found") == error_of(await wire.crm(f"{INDIVIDUALS}/5000020"))


async def test_fields_choose_first_level_attributes_and_keep_id_and_href(wire: Wire) -> None:
    one = (await wire.crm(f"{CUSTOMERS}/1000001", fields="name,status")).json()
    many = (await wire.crm(CUSTOMERS, fields="status", limit="2")).json()

    assert {"id", "href", "name", "status"} == set(one)
    assert [{"id", "href", "status"}] * 2 == [set(customer) for customer in many]


async def test_a_list_is_a_page_of_twenty_and_says_how_long_it_is(wire: Wire) -> None:
    response = await wire.crm(CUSTOMERS)

    assert 206 == response.status_code
    assert 20 == len(response.json())
    assert ("300", "20") == (response.headers["x-total-count"], response.headers["x-result-count"])


async def test_a_limit_is_at_most_a_hundred_and_pages_join_without_a_seam(wire: Wire) -> None:
    pages = [(await wire.crm(CUSTOMERS, limit="1000", offset=str(offset))).json() for offset in (0, 100, 200, 300)]

    assert [100, 100, 100, 0] == [len(page) for page in pages]
    ids = [customer["id"] for page in pages for customer in page]
    assert ids == [str(1_000_001 + place) for place in range(300)]


async def test_a_whole_list_has_status_200(wire: Wire) -> None:
    response = await wire.crm(CUSTOMERS, id="1000001,1000002")

    assert 200 == response.status_code
    assert ["1000001", "1000002"] == [customer["id"] for customer in response.json()]


async def test_totals_can_be_switched_off(wire: Wire) -> None:
    await wire.control("PUT", "/options", json={"crm": {"totals": False}})

    response = await wire.crm(CUSTOMERS)

    assert 20 == len(response.json())
    assert not {"x-total-count", "x-result-count"} & set(response.headers)


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("id", "1000005", ["1000005"]),
        ("account.id", "B1000008", ["1000008"]),
        ("engagedParty.id", "5000004,5000002", ["1000002", "1000004"]),
        ("name", "王小明", ["1000003"]),
        ("status", "inactive", ["1000009"]),
        ("relatedParty.id", "5000019", ["1000020"]),
        ("id", "1999999", []),
        ("account.id", "A1000300,nonsense", ["1000300"]),
    ],
)
async def test_customers_are_found_by_attribute_paths(wire: Wire, path: str, value: str, found: list[str]) -> None:
    response = await wire.crm(CUSTOMERS, **{path: value, "limit": "100"})

    assert 200 == response.status_code
    ids = [customer["id"] for customer in response.json()]
    assert ids[: len(found)] == found
    assert path == "name" or ids == found


async def test_all_filters_of_a_query_must_hold(wire: Wire) -> None:
    assert [] == (await wire.crm(CUSTOMERS, id="1000001", status="inactive")).json()


async def test_parties_are_found_in_batches(wire: Wire) -> None:
    response = await wire.crm(INDIVIDUALS, id="5000001,5000010,5000003")

    assert ["5000001", "5000003"] == [party["id"] for party in response.json()]


@pytest.mark.parametrize("parameters", [{"shoeSize": "44"}, {"limit": "many"}, {"offset": "-1"}, {"account.x": "1"}])
async def test_a_query_that_makes_no_sense_is_refused(wire: Wire, parameters: dict[str, str]) -> None:
    assert (400, "Bad request") == error_of(await wire.crm(CUSTOMERS, **parameters))


@pytest.mark.parametrize("number", ["1999999", "abc", "0", "1000301", "5000001"])
async def test_an_unknown_customer_is_not_found(wire: Wire, number: str) -> None:
    assert (404, "Not found") == error_of(await wire.crm(f"{CUSTOMERS}/{number}"))


@pytest.mark.parametrize("auth", [None, ("switchboard", "wrong"), ("someone", "pretend-crm-password")])
async def test_nobody_gets_in_without_the_password(wire: Wire, auth: tuple[str, str] | None) -> None:
    response = await wire.http.get(wire.url("crm", f"{CUSTOMERS}/1000001"), auth=auth or httpx.USE_CLIENT_DEFAULT)

    assert (401, "Unauthorized") == error_of(response)
    assert response.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("token", ["Basic", "Basic ???", "Basic bm9jb2xvbg==", "Bearer abc"])
async def test_a_malformed_authorization_is_refused(wire: Wire, token: str) -> None:
    response = await wire.http.get(wire.url("crm", CUSTOMERS), headers={"Authorization": token})

    assert (401, "Unauthorized") == error_of(response)


async def test_only_get_is_offered_and_other_paths_are_unknown(wire: Wire) -> None:
    auth = ("switchboard", "pretend-crm-password")

    patch = await wire.http.patch(wire.url("crm", f"{CUSTOMERS}/1000001"), auth=auth, json={})

    assert (405, "Method not allowed") == error_of(patch)
    assert (404, "Not found") == error_of(await wire.crm("/tmf-api/other/v4/customer"))


async def test_list_and_single_calls_are_counted_under_one_name(wire: Wire) -> None:
    for path in (CUSTOMERS, f"{CUSTOMERS}/1000001", f"{INDIVIDUALS}/5000001", ORGANIZATIONS):
        await wire.crm(path)

    assert {"GET /customer": 2, "GET /individual": 1, "GET /organization": 1} == (await wire.calls())["crm"]


@pytest.mark.parametrize("question", [f"{CUSTOMERS}/1000001", CUSTOMERS])
async def test_who_has_the_answer_already_is_told_so_without_a_body(wire: Wire, question: str) -> None:
    parameters = {"fields": "name", "id": "1000001"} if question == CUSTOMERS else {"fields": "name"}
    first = await wire.crm(question, **parameters)
    etag = first.headers["etag"]

    for condition in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = await wire.crm_unless(condition, question, **parameters)

        assert (304, b"", etag) == (response.status_code, response.content, response.headers["etag"])
        assert not {"content-length", "content-type", "transfer-encoding"} & set(response.headers)


@pytest.mark.parametrize("condition", ['"x"', "x", ""])
async def test_who_has_another_one_is_given_it(wire: Wire, condition: str) -> None:
    response = await wire.crm_unless(condition, f"{CUSTOMERS}/1000001")

    assert (200, "1000001") == (response.status_code, response.json()["id"])


async def test_other_fields_and_other_objects_have_other_etags_and_what_is_none_has_none(wire: Wire) -> None:
    responses = [
        await wire.crm(f"{CUSTOMERS}/1000001", fields="name"),
        await wire.crm(f"{CUSTOMERS}/1000001", fields="status"),
        await wire.crm(f"{CUSTOMERS}/1000002", fields="status"),
    ]

    assert 3 == len({response.headers["etag"] for response in responses})
    for response in (await wire.crm(f"{CUSTOMERS}/1"), await wire.crm(CUSTOMERS, limit="2")):
        assert "etag" not in response.headers
