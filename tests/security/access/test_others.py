"""Other people's data (BOLA, FAULTS 36): every id and key of one customer, with the token of another, by every way."""

import itertools
from typing import Any

import pytest

from tests.e2e.login import bearer, right
from tests.security.access.people import EVERYTHING, People
from tests.security.access.world import AGENT, FRAUD, GIVEN, NOBODY, OTHER, SHOP, Asker, World, codes, flat, own

WAYS = ("id", "number", "party", "msisdn", "imsi", "account")
ENTITIES = ("customer by id", "customer by number", "line by id", "line by number", "account", "bill")
CUSTOMER = (
    "id customerNumber name status accounts { accountNumber } bills { nodes { billNumber } } lines { nodes { msisdn } }"
)
LINE = "id msisdn balances { name } network { locked } account { accountNumber } recharges { totalCount }"
ON = (
    f"... on Customer {{ {CUSTOMER} }} ... on Line {{ {LINE} }} "
    "... on BillingAccount { number: accountNumber called: name balance { overdue { amount } } } "
    "... on Bill { billNumber amount { amount } charges: lines { amount { amount } } }"
)


def _nothing_of(other: Any, text: str) -> None:
    found = {each for each in other.values if each in text}
    assert not found


@pytest.mark.parametrize("way", WAYS)
def test_a_customer_reaches_themselves_by_every_key_and_nobody_else_by_any(
    world: World, people: People, way: str
) -> None:
    text = f"query ($by: CustomerKey!) {{ customer(by: $by) {{ {CUSTOMER} }} }}"
    for mine, other in itertools.permutations((people.a, people.b)):
        me = own(mine.number)

        assert mine.number == world.ask(me, text, by=mine.keys[way])["data"]["customer"]["customerNumber"]
        refused = world.post(me, text, variables={"by": other.keys[way]})
        assert (["FORBIDDEN"], {"customer": None}) == (codes(refused.json()), refused.json()["data"])
        _nothing_of(other, refused.text)


@pytest.mark.parametrize("way", ["id", "msisdn", "imsi"])
def test_nor_anybody_elses_line(world: World, people: People, way: str) -> None:
    text = f"query ($by: LineKey!) {{ line(by: $by) {{ {LINE} }} }}"
    for mine, other in itertools.permutations((people.a, people.b)):
        me = own(mine.number)

        assert mine.line["msisdn"] == world.ask(me, text, by=mine.line_keys[way])["data"]["line"]["msisdn"]
        refused = world.post(me, text, variables={"by": other.line_keys[way]})
        assert (["FORBIDDEN"], {"line": None}) == (codes(refused.json()), refused.json()["data"])
        _nothing_of(other, refused.text)


@pytest.mark.parametrize("kind", ENTITIES)
def test_nor_as_an_entity(world: World, people: People, kind: str) -> None:
    text = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {ON} }} }}"
    for mine, other in itertools.permutations((people.a, people.b)):
        r = [other.representations[kind], mine.representations[kind], other.representations[kind]]

        answer = world.post(own(mine.number), text, variables={"r": r})

        first, second, third = answer.json()["data"]["_entities"]
        assert (None, None) == (first, third)
        assert second is not None
        assert ["FORBIDDEN", "FORBIDDEN"] == codes(answer.json())
        _nothing_of(other, answer.text)


def test_nor_beside_oneself_in_lists_and_by_aliases(world: World, people: People) -> None:
    mine, other = people.a, people.b
    me = own(mine.number)
    keys = [key for way in WAYS for key in (other.keys[way], mine.keys[way])]

    answer = world.post(
        me, f"query ($by: [CustomerKey!]!) {{ customers(by: $by) {{ {CUSTOMER} }} }}", variables={"by": keys}
    )
    found = answer.json()["data"]["customers"]
    assert [None] * len(WAYS) == found[::2]
    assert [mine.number] * len(WAYS) == [each["customerNumber"] for each in found[1::2]]
    _nothing_of(other, answer.text)

    text = (
        f"query ($a: CustomerKey!, $b: CustomerKey!, $l: LineKey!) {{ one: customer(by: $a) {{ ...F }} "
        f"two: customer(by: $b) {{ ...F }} three: line(by: $l) {{ {LINE} }} four: customer(by: $a) {{ ...F }} }} "
        f"fragment F on Customer {{ {CUSTOMER} }}"
    )
    for fresh in ("", "@fresh(maxAge: 0)", "@within(ms: 20000)"):
        asked = text.replace("$l: LineKey!)", f"$l: LineKey!) {fresh}")
        answer = world.post(
            me, asked, variables={"a": mine.keys["id"], "b": other.keys["msisdn"], "l": other.line_keys["msisdn"]}
        )
        data = answer.json()["data"]
        assert (None, None) == (data["two"], data["three"])
        assert mine.number == data["one"]["customerNumber"] == data["four"]["customerNumber"]
        _nothing_of(other, answer.text)


def test_a_field_that_wants_younger_values_reaches_no_further(world: World, people: People) -> None:
    """Such fields have loaders of their own, beside the operation's."""
    text = (
        "query ($a: CustomerKey!, $b: CustomerKey!) { one: customer(by: $a) @fresh(maxAge: 0) { name } "
        "two: customer(by: $b) @fresh(maxAge: 0) { name bills @fresh(maxAge: 1) { totalCount } } "
        "three: customer(by: $b) @fresh(maxAge: 5, else: STALE) { name } }"
    )
    for who, other in ((own(people.a.number), people.b), (SHOP, people.withdrawn)):
        answer = world.post(who, text, variables={"a": {"id": people.a.number}, "b": other.keys["msisdn"]})
        assert (None, None) == (answer.json()["data"]["two"], answer.json()["data"]["three"])
        assert answer.json()["data"]["one"]
        _nothing_of(other, answer.text)


def test_marks_of_anothers_lists_mark_nothing(world: World, people: People) -> None:
    text = (
        "query ($by: CustomerKey!, $bill: String, $payment: String, $line: String, $recharge: String) {"
        " customer(by: $by) { bills(after: $bill) { nodes { billNumber } } payments(after: $payment) { totalCount }"
        " lines(after: $line) { nodes { msisdn } } recharges(after: $recharge) { totalCount } } }"
    )
    marks = {
        name: people.b.customer[f"{name}s"]["edges"][0]["cursor"] for name in ("bill", "payment", "line", "recharge")
    }

    answer = world.post(own(people.a.number), text, variables={"by": {"id": people.a.number}, **marks})

    assert {"bills": None, "payments": None, "lines": None, "recharges": None} == answer.json()["data"]["customer"]
    assert ["BAD_INPUT"] * 4 == codes(answer.json())
    _nothing_of(people.b, answer.text)


@pytest.mark.parametrize(
    "wrong",
    [
        "1000041 ", " 1000041", "01000041", "+1000041", "1000041\u0000", "1000041/", "1000041?fields=*", "1000041&id=1000040",
        "1000040,1000041", "１００００４１", "1000041#", "../customer/1000041", "%31000041", "1000040;1000041", "*", "",
    ],
)  # fmt: skip
def test_no_way_to_write_a_number_leads_to_another(world: World, people: People, wrong: str) -> None:
    text = f"query ($by: CustomerKey!) {{ customer(by: $by) {{ {CUSTOMER} }} }}"
    for member in ("id", "partyId", "accountNumber"):
        answer = world.post(own(people.a.number), text, variables={"by": {member: wrong}})
        assert 200 == answer.status_code
        assert {"customer": None} == answer.json()["data"]
        assert set(codes(answer.json())) <= {"FORBIDDEN", "BAD_INPUT", "UPSTREAM_REJECTED"}
        _nothing_of(people.b, answer.text)


@pytest.mark.parametrize(
    "claim", ["1000041", "01000040", "1000040 ", "crm:1000040", "\u0661000040", "1000040,1000041", "*"]
)
def test_a_token_that_names_the_customer_in_another_way_names_somebody_else(world: World, claim: str) -> None:
    answer = world.ask(own(claim), f'{{ customer(by: {{id: "{GIVEN}"}}) {{ {CUSTOMER} }} }}')

    assert (["FORBIDDEN"], {"customer": None}) == (codes(answer), answer["data"])


@pytest.mark.parametrize("claim", [None, 1000040, ["1000040"], "", {"id": "1000040"}, True])
def test_a_token_without_a_customer_is_none(world: World, claim: Any) -> None:
    said = {**own(GIVEN).said, "customer_number": claim}
    response = world.noted(
        world.http.post("/graphql", json={"query": "{ viewer { audience } }"}, headers=bearer(right(**said)))
    )

    assert 401 == response.status_code


def test_ids_of_one_partner_open_for_no_other_and_an_agents_for_none(world: World, people: People) -> None:
    text = (
        "query ($by: CustomerKey!) { customer(by: $by) { id customerNumber accounts { id accountNumber }"
        " bills { nodes { id billNumber accountNumber } } lines { edges { cursor node { id } } } party { partyId } } }"
    )
    # They have agreed with both partners, each about a purpose of its own.
    by = {"id": people.a.number}
    one, two, ours = (world.ask(each, text, by=by)["data"]["customer"] for each in (SHOP, OTHER, AGENT))

    assert not set(_texts(one)) & set(_texts(two))
    assert not set(_texts(one)) & set(_texts(ours))
    assert one == world.ask(SHOP, text, by={"id": one["id"]})["data"]["customer"]
    for strange in (
        two["id"],
        ours["id"],
        one["id"][:-1],
        one["accounts"][0]["id"],
        f"{one['id']}A",
        one["id"].upper(),
    ):
        answer = world.ask(SHOP, text, by={"id": strange})
        assert answer["data"] == {"customer": None}
        assert set(codes(answer)) <= {"BAD_INPUT", "CONSENT_REQUIRED"}
    line = "query ($by: LineKey!) { line(by: $by) { id } }"
    theirs, mine = (each["lines"]["edges"][0]["node"]["id"] for each in (two, one))
    assert ["BAD_INPUT"] == codes(world.ask(SHOP, line, by={"id": theirs}))
    assert mine == world.ask(SHOP, line, by={"id": mine})["data"]["line"]["id"]
    marks = "query ($by: CustomerKey!, $after: String) { customer(by: $by) { lines(after: $after) { totalCount } } }"
    assert ["BAD_INPUT"] == codes(world.ask(SHOP, marks, by=by, after=two["lines"]["edges"][0]["cursor"]))


def test_a_partners_token_of_a_customer_reaches_them_alone_and_for_what_they_have_agreed_to(
    world: World, people: People
) -> None:
    """Who it is does not say what for."""
    text = "query ($by: CustomerKey!) { customer(by: $by) { status } }"

    def told(customer: str, about: str, purpose: str | None) -> list[str]:
        who = Asker("ends", purpose=purpose, customer=customer)
        answer = world.ask(who, text, by={"id": about})
        assert codes(answer) or answer["data"]["customer"]
        return codes(answer)

    assert [] == told(people.a.number, people.a.number, FRAUD)
    assert ["FORBIDDEN"] == told(people.a.number, people.b.number, FRAUD)
    assert ["FORBIDDEN"] == told(people.a.number, NOBODY, FRAUD)
    assert ["FORBIDDEN"] == told(people.a.number, people.a.number, None)
    assert ["FORBIDDEN"] == told(people.a.number, people.b.number, None)
    assert ["CONSENT_REQUIRED"] == told(people.a.number, people.a.number, "dpv:DirectMarketing")
    assert ["CONSENT_REQUIRED"] == told(people.withdrawn.number, people.withdrawn.number, FRAUD)


def test_pseudonyms_open_nothing(world: World, people: People) -> None:
    text = "query ($by: CustomerKey!) { customer(by: $by) { customerNumber accounts { accountNumber } party { partyId } } }"
    found = world.ask(SHOP, text, by={"id": people.a.number})["data"]["customer"]
    names = {
        "id": found["customerNumber"],
        "accountNumber": found["accounts"][0]["accountNumber"],
        "partyId": found["party"]["partyId"],
    }
    for who in (SHOP, OTHER, own(people.a.number)):
        for member, name in names.items():
            assert {"customer": None} == world.ask(who, text, by={member: name})["data"]


def test_a_partner_sees_nobody_in_clear(world: World, people: People) -> None:
    """Also not who has agreed, with all scopes that a partner can ask for."""
    text = EVERYTHING.replace("network { imsi }", "")
    for who in (
        SHOP,
        Asker("shop", purpose=SHOP.purpose, scopes=(*SHOP.scopes, "unmasked:personal", "unmasked:sensitive")),
    ):
        for person in (people.a, people.b):
            answer = world.post(who, text, variables={"by": {"id": person.number}})
            assert "errors" not in answer.json()
            _nothing_of(person, answer.text)


def _texts(value: Any) -> list[str]:
    return [each for each in flat(value) if len(each) > 6]
