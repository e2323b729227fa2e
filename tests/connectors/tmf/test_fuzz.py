"""Answers of a CRM, damaged and forged: what comes of them is the right value or an error, never another value."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from schema.party import PartyKind
from tests.connectors.mutants import Mutant, damaged
from tests.connectors.mutants.json import structures
from tests.connectors.mutants.json_text import texts
from tests.connectors.tmf.fake import a_customer, a_person, an_organization
from tests.connectors.tmf.hostile import (
    Question,
    Said,
    customers_by_id,
    customers_of_accounts,
    customers_of_party,
    judge,
    parties_by_id,
    put,
)
from tests.dialects import dialects_folder

INDIVIDUAL, ORGANIZATION = PartyKind.INDIVIDUAL, PartyKind.ORGANIZATION
FIRM = {"id": "500", "@referredType": "Organization", "href": "http://crm.test/tmf-api/party/v4/organization/500"}


def published(name: str) -> Callable[[], list[Any]]:
    """A published sample as the only answer."""
    return lambda: [json.loads((dialects_folder() / "tmf" / "samples" / f"{name}.example.json").read_bytes())]


def in_a_list(pages: Callable[[], list[Any]]) -> Callable[[], list[Any]]:
    return lambda: [pages()]


OF_FIRM = [a_customer(str(number), engagedParty=FIRM) for number in range(1, 8)]

CASES: dict[str, tuple[Question, Callable[[], list[Any]]]] = {
    "the published customer": (customers_by_id("1140"), published("TMF629/Customer")),
    "the published person": (parties_by_id(INDIVIDUAL, "42"), published("TMF632/Individual")),
    "the published organisation": (parties_by_id(ORGANIZATION, "128"), published("TMF632/Organization")),
    "the published customer of a party": (customers_of_party("500"), in_a_list(published("TMF629/Customer"))),
    "the published customer of an account": (customers_of_accounts("8251"), in_a_list(published("TMF629/Customer"))),
    "a customer": (customers_by_id("1"), lambda: [a_customer("1")]),
    "three customers, one unknown": (customers_by_id("1", "2", "9"), lambda: [[a_customer("1"), a_customer("2")]]),
    "two persons": (parties_by_id(INDIVIDUAL, "42", "43"), lambda: [[a_person("42"), a_person("43", fullName="李雷")]]),
    "two organisations": (
        parties_by_id(ORGANIZATION, "1", "2"),
        lambda: [[an_organization("1"), an_organization("2")]],
    ),
    "customers of accounts": (customers_of_accounts("A1", "B2"), lambda: [[a_customer("1"), a_customer("2")]]),
    "customers of a party in pages": (customers_of_party("500"), lambda: [OF_FIRM[:3], OF_FIRM[3:6], OF_FIRM[6:]]),
}

LISTS = [
    "the published customer of a party",
    "three customers, one unknown",
    "two persons",
    "customers of accounts",
    "customers of a party in pages",
]

COUNTS = st.sampled_from(["0", "1", "2", "3", "6", "7", "8", "70", "-1", "x", "", "2.0", "２", "2, 2", "+2", "1e1"])
CHARSETS = st.sampled_from(["utf-8", "gbk", "latin-1", "utf-16", "utf-7", "base64", "no-such"])
MEDIA_TYPES = st.sampled_from(["application/vnd.crm+json", "text/html", "text/plain", "application/xml", ""])


def said(pages: Sequence[Any], *, totals: bool = True) -> list[Said]:
    """Sound answers: one object, or pages with what TMF630 puts into their headers."""
    if not isinstance(pages[0], list):
        return [Said(_text(pages[0]))]
    count = sum(map(len, pages))
    return [
        Said(
            _text(page),
            status=200 if len(pages) == 1 else 206,
            headers={"X-Total-Count": str(count), "X-Result-Count": str(len(page))} if totals else {},
        )
        for page in pages
    ]


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def mutants(body: bytes) -> st.SearchStrategy[Mutant]:
    return structures(body) | structures(body) | texts(body) | damaged(body)


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("name", CASES)
async def test_a_sound_answer_is_read_by_both_readers_alike(name, totals):
    question, pages = CASES[name]

    found, crm = await put(question, said(pages(), totals=totals), page_size=3)

    judge(question, found, crm.given)
    assert found
    assert isinstance(found, dict | list)
    assert all(isinstance(each, dict) for each in (found.values() if isinstance(found, dict) else found) if each)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
async def test_a_mutant_is_read_right_or_refused(name, data):
    question, pages = CASES[name]
    answers = said(pages(), totals=data.draw(st.booleans()))
    hit = data.draw(st.integers(0, len(answers) - 1))
    mutant = data.draw(mutants(answers[hit].body))
    charset = data.draw(st.none() | st.none() | CHARSETS)
    answers[hit] = dataclasses.replace(answers[hit], body=mutant.body, charset=charset)
    note(f"{mutant.kind}: {mutant.body!r} as {charset}")

    found, crm = await put(question, answers, page_size=3)

    judge(question, found, crm.given)
    assert {"crm.test"} == {url.host for url in crm.asked}


@pytest.mark.parametrize("name", LISTS)
@given(data=st.data())
async def test_headers_that_lie_hide_nobody_and_invent_nobody(name, data):
    question, pages = CASES[name]
    answers = said(pages())
    hit = data.draw(st.integers(0, len(answers) - 1))
    lies = data.draw(st.fixed_dictionaries({}, optional={"X-Total-Count": COUNTS, "X-Result-Count": COUNTS}))
    answers[hit] = dataclasses.replace(
        answers[hit],
        headers={**answers[hit].headers, **lies},
        media_type=data.draw(st.just("application/json") | MEDIA_TYPES),
        charset=data.draw(st.none() | CHARSETS),
        status=data.draw(st.sampled_from([200, 206])),
    )
    note(f"{answers[hit]!r}")

    found, crm = await put(question, answers, page_size=3)

    judge(question, found, crm.given)


@given(
    order=st.lists(st.integers(0, 2), min_size=1, max_size=5),
    totals=st.lists(st.sampled_from([None, "7", "7", "6", "9", "3"]), min_size=5, max_size=5),
    statuses=st.lists(st.sampled_from([200, 206]), min_size=5, max_size=5),
)
async def test_pages_lost_repeated_and_out_of_order_are_never_taken_for_the_whole(order, totals, statuses):
    question, pages = CASES["customers of a party in pages"]
    sound = said(pages())
    answers = [
        dataclasses.replace(sound[page], headers={"X-Total-Count": total} if total else {}, status=status)
        for page, total, status in zip(order, totals, statuses, strict=False)
    ]

    found, crm = await put(question, answers, page_size=3)

    judge(question, found, crm.given)
    assert len(crm.asked) <= 10
