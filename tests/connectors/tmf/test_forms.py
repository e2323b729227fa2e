"""Every odd form of a number, a time, an identity and a list that a CRM may send: read as what it says, or refused."""

import datetime as dt
import json
from typing import Any

import pytest

from connectors.errors import BadData
from schema.party import PartyKind
from tests.connectors.tmf.fake import a_customer, a_person, an_organization
from tests.connectors.tmf.hostile import (
    Found,
    Question,
    Said,
    customers_by_id,
    customers_of_accounts,
    customers_of_party,
    parties_by_id,
    put,
)

NUMBERS = {
    "5": 5,
    "-5": -5,
    "0": 0,
    "-0": 0,
    "5.0": 5,
    "5e0": 5,
    "0.5e1": 5,
    "2147483647": 2147483647,
    " 5\n": 5,
    **dict.fromkeys(
        (
            "5.5",
            "1e-1",
            "1e400",
            "1E400",
            "1e99",
            "2147483648",
            "-2147483649",
            "9" * 40,
            "9" * 5000,
            "NaN",
            "Infinity",
            "-Infinity",
            "05",
            "+5",
            "5.",
            ".5",
            "0x5",
            "1_000",
            "1,5",
            "5 5",
            "５",
            "٥",
            '"5"',
            '"five"',
            '""',
            "true",
            "[5]",
            "[]",
            "{}",
            '{"value": 5}',
            "5/**/",
            "--5",
            "5-",
            "undefined",
            "",
        )
    ),
}
"""How a credit score may be written, and the score; None for what must be refused."""

TIMES = {
    "2024-05-01T00:00:00Z": dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    "2024-05-01T00:00:00.123Z": dt.datetime(2024, 5, 1, microsecond=123000, tzinfo=dt.UTC),
    "2024-05-01T02:00+02:00": dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    "2024-05-01T02:00:00+0200": dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    "2024-02-29T23:59:59-14:00": dt.datetime(2024, 3, 1, 13, 59, 59, tzinfo=dt.UTC),
    "2024-03-31T02:30:00+01:00": dt.datetime(2024, 3, 31, 1, 30, tzinfo=dt.UTC),
    **dict.fromkeys(
        (
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-05-00T00:00:00Z",
            "2024-05-01T24:00:00Z",
            "2024-05-01T00:60:00Z",
            "2024-05-01T00:00:60Z",
            "2024-05-01T00:00:00",
            "2024-05-01",
            "2024-05-01 00:00:00Z",
            "20240501T000000Z",
            "20240501000000",
            "2024-5-1T00:00:00Z",
            "2024-W18-3T00:00:00Z",
            "2024-122T00:00:00Z",
            "2024-05-01T00:00:00+15:00",
            "2024-05-01T00:00:00+2",
            "2024-05-01T00:00:00UTC",
            "2024-05-01T00:00:00 Z",
            " 2024-05-01T00:00:00Z",
            "2024-05-01T00:00:00Z ",
            "２０２４-05-01T00:00:00Z",
            "٢٠٢٤-05-01T00:00:00Z",
            "1714521600",
            "never",
            "0000-00-00T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
        ),
    ),
}
"""How a time may be written, and the instant; None for what must be refused."""

WRONG = ("0", "1", "true", "false", "[]", '["x"]', "{}", '{"value": "x"}', "[[]]")
"""What is no text."""

LISTS = ("account", "characteristic", "creditProfile")
OBJECTS = ("validFor", "engagedParty")
PLACE = "a value stands here"


def written(found: Any, token: str) -> bytes:
    """The JSON of *found*, with *token* where the place was marked."""
    return json.dumps(found).replace(f'"{PLACE}"', token).encode()


async def asked(question: Question, *answers: Any) -> Found:
    bodies = [answer if isinstance(answer, bytes) else json.dumps(answer).encode() for answer in answers]
    return (await put(question, [Said(body) for body in bodies]))[0]


async def customer_with(token: str, **members: Any) -> Any:
    """What is read of customer 1 with *token* in the marked place of these members; or what kind of error."""
    found = await asked(customers_by_id("1"), written(a_customer("1", **members), token))
    outcome = found["1"] if isinstance(found, dict) else None
    return outcome if isinstance(outcome, dict) else type(outcome)


@pytest.mark.parametrize("name", ["creditScore", "creditRiskRating"])
@pytest.mark.parametrize("token", NUMBERS)
async def test_a_number(token, name):
    found = await customer_with(token, creditProfile=[{name: PLACE}])

    number = NUMBERS[token]
    if number is None:
        assert BadData is found
    else:
        assert number in found["credit"][0]


@pytest.mark.parametrize("text", TIMES)
async def test_a_time(text):
    start = await customer_with(json.dumps(text), validFor={"startDateTime": PLACE})
    judged = await customer_with(json.dumps(text), creditProfile=[{"creditProfileDate": PLACE}])

    instant = TIMES[text]
    if instant is None:
        assert BadData is start is judged
    else:
        assert (instant, instant) == (start["period"][0], judged["credit"][0][0])


@pytest.mark.parametrize("token", WRONG)
@pytest.mark.parametrize("name", ["id", "name", "status", "statusReason"])
async def test_what_is_no_text_is_refused(name, token):
    assert BadData is await customer_with(token, **{name: PLACE})


@pytest.mark.parametrize("token", ['"x"', "0", "true", '{"0": {}}', '["x"]', "[null]", "[[]]", "[0]", "[{}, null]"])
@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_list_of_objects_is_refused(name, token):
    assert BadData is await customer_with(token, **{name: PLACE})


@pytest.mark.parametrize("token", ['"x"', "0", "false", "[]", "[{}]"])
@pytest.mark.parametrize("name", OBJECTS)
async def test_what_is_no_object_is_refused(name, token):
    assert BadData is await customer_with(token, **{name: PLACE})


@pytest.mark.parametrize(
    "token", ['{"id": "p1"}', '{"@referredType": "Individual"}', '{"id": 5, "@referredType": "Individual"}', "{}"]
)
async def test_a_party_that_is_not_told_whole_is_refused(token):
    assert BadData is await customer_with(token, engagedParty=PLACE)


@pytest.mark.parametrize("token", ['{"name": "main"}', '{"id": 5}', '{"id": ""}', '{"id": "A1", "@referredType": 5}'])
@pytest.mark.parametrize("others", [[], [{"id": "A1"}]])
async def test_an_account_without_its_id_is_refused_whatever_is_asked(token, others):
    """
    Asked by account, one account that can be read must not hide one that cannot.
    """
    answer = written([a_customer("1", account=[*others, PLACE])], token)

    assert BadData is await customer_with(token, account=[*others, PLACE])
    assert BadData is type(await asked(customers_of_accounts("A1"), answer))


async def test_an_account_named_twice_is_one():
    found = await asked(customers_by_id("1"), a_customer("1", account=[{"id": "A1"}, {"id": "A1", "name": "again"}]))

    assert isinstance(found, dict)
    assert isinstance(found["1"], dict)
    assert ("A1",) == found["1"]["accounts"]


@pytest.mark.parametrize(
    "objects",
    [
        [a_customer("1"), a_customer("2"), a_customer("3")],
        [a_customer("1"), a_customer("2", name="Customer 1"), a_customer("2")],
        [a_customer("1"), a_customer("2"), a_customer("2", creditProfile=[])],
        [a_customer("1"), a_customer("2") | {"id": "2 "}],
        [a_customer("1"), a_customer("2") | {"id": 2}],
        [a_customer("1"), a_customer("2") | {"id": None}],
        [a_customer("1"), {"customer": a_customer("2")}],
        [a_customer("1"), [a_customer("2")]],
        [[a_customer("1"), a_customer("2")]],
        {"1": a_customer("1"), "2": a_customer("2")},
        {"items": [a_customer("1"), a_customer("2")]},
    ],
)
async def test_a_list_that_is_not_the_answer_to_our_ids_is_refused_whole(objects):
    found = await asked(customers_by_id("1", "2"), objects)

    assert isinstance(found, dict)
    assert {"1": BadData, "2": BadData} == {key: type(outcome) for key, outcome in found.items()}


@pytest.mark.parametrize("objects", [[a_customer("2")], [a_customer("1"), a_customer("2")]])
async def test_customers_of_another_party_or_account_are_refused(objects):
    assert BadData is type(await asked(customers_of_party("p1"), objects))
    assert BadData is type(await asked(customers_of_accounts("A1"), objects))


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (PartyKind.INDIVIDUAL, an_organization("1")),
        (PartyKind.INDIVIDUAL, a_person("2")),
        (PartyKind.INDIVIDUAL, a_person("1") | {"@type": "organization"}),
        (PartyKind.INDIVIDUAL, a_person("1") | {"@type": ["Individual"]}),
        (PartyKind.INDIVIDUAL, [a_person("1")]),
        (PartyKind.ORGANIZATION, a_person("1")),
        (PartyKind.ORGANIZATION, an_organization("1") | {"@type": "INDIVIDUAL"}),
    ],
)
async def test_another_party_than_the_one_asked_for_is_refused(kind, answer):
    found = await asked(parties_by_id(kind, "1"), answer)

    assert isinstance(found, dict)
    assert BadData is type(found["1"])


@pytest.mark.parametrize("name", ["Person", "VipCustomer", "individual", None])
async def test_a_type_of_the_servers_own_is_no_other_kind(name):
    found = await asked(parties_by_id(PartyKind.INDIVIDUAL, "1"), a_person("1") | {"@type": name})

    assert isinstance(found, dict)
    assert isinstance(found["1"], dict)


@pytest.mark.parametrize(
    "href", ["http://elsewhere.test/customer/1", "//elsewhere.test/1", "file:///etc/passwd", "http://[x", ""]
)
async def test_no_address_in_an_answer_is_ever_followed(href):
    party = {"id": "p1", "@referredType": "Individual", "href": href}
    customer = a_customer("1", href=href, engagedParty=party)
    found, crm = await put(customers_by_id("1"), [Said(json.dumps(customer).encode())])

    assert isinstance(found, dict)
    assert isinstance(found["1"], dict)
    assert ["crm.test"] == [url.host for url in crm.asked]
