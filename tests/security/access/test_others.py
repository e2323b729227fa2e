"""Other people's data (BOLA, FAULTS 36): every id and key of one customer, with the token of another, by every way."""

import hashlib
import itertools
import json
from typing import Any

import pytest

from tests.e2e.login import bearer, right
from tests.security.access.people import EVERYTHING, People, Person
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


def test_nor_as_one_of_fifty_entities(world: World, people: People) -> None:
    """Mixed, so that a place that is shifted by one would show somebody else."""
    text = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {ON} }} }}"
    mine, other = people.a, people.b
    r = [person.representations[kind] for kind in ENTITIES for person in (mine, other, other, mine)] * 2
    r += [{"__typename": "Customer", "customerNumber": NOBODY}, *other.representations.values()][: 50 - len(r)]

    answer = world.post(own(mine.number), text, variables={"r": r})

    assert 50 == len(r)
    found = answer.json()["data"]["_entities"]
    allowed = list(mine.representations.values())
    assert [each in allowed for each in r] == [each is not None for each in found]
    assert [each["__typename"] for each in r if each in allowed] == [each["__typename"] for each in found if each]
    assert {"FORBIDDEN"} == set(codes(answer.json()))
    _nothing_of(other, answer.text)


def _ids(person: Person) -> dict[str, str]:
    """An id of each kind of thing that is theirs."""
    customer, line = person.customer, person.line
    found = {
        "payment": [each["node"]["id"] for each in customer["payments"]["edges"]],
        "recharge": [each["node"]["id"] for each in (line["recharges"] or {"edges": ()})["edges"]],
        "balance": [each["id"] for each in line["balances"] or ()],
    }
    some = {kind: ids[0] for kind, ids in found.items() if ids}
    return {
        "customer": customer["id"],
        "account": person.account["id"],
        "bill": person.bill["id"],
        "line": line["id"],
        **some,
    }


ID_PLACES = {
    "customer": ("query ($id: ID!) { it: customer(by: {id: $id}) { id status } }", "customer"),
    "customers": ("query ($id: ID!) { it: customers(by: [{id: $id}]) { id status } }", "customer"),
    "line": ("query ($id: ID!) { it: line(by: {id: $id}) { id msisdn } }", "line"),
    **{
        kind: ("query ($r: [_Any!]!) { it: _entities(representations: $r) { __typename } }", of)
        for kind, of in {"Customer": "customer", "Line": "line", "BillingAccount": "account", "Bill": "bill"}.items()
    },
}
"""Where an id can be written, and of what kind it has to be there."""


def _by_id(world: World, who: Asker, place: str, value: str) -> Any:
    text, _ = ID_PLACES[place]
    variables = {"r": [{"__typename": place, "id": value}]} if "_Any" in text else {"id": value}
    return world.post(who, text, variables=variables)


@pytest.mark.parametrize("place", ID_PLACES)
def test_an_id_of_one_kind_is_none_of_another(world: World, people: People, place: str) -> None:
    """Neither one's own nor somebody else's: what kind it is of is sealed in it."""
    _, wanted = ID_PLACES[place]
    for person in (people.a, people.b):
        for kind, value in _ids(person).items():
            answer = _by_id(world, own(people.a.number), place, value)
            found = answer.json()["data"]["it"]
            if kind != wanted:
                assert (["BAD_INPUT"], True) == (codes(answer.json()), found in (None, [None])), kind
            elif person is people.b:
                assert (["FORBIDDEN"], True) == (codes(answer.json()), found in (None, [None])), kind
            else:
                assert "errors" not in answer.json()
            _nothing_of(people.b, answer.text)


def test_an_id_that_a_partner_was_given_opens_for_nobody_else(world: World, people: People) -> None:
    text = "query ($by: CustomerKey!) { customer(by: $by) { id accounts { id } bills { nodes { id } } lines { nodes { id } } } }"
    found = world.ask(SHOP, text, by={"id": people.a.number})["data"]["customer"]
    ids = {
        "Customer": found["id"],
        "BillingAccount": found["accounts"][0]["id"],
        "Bill": found["bills"]["nodes"][0]["id"],
        "Line": found["lines"]["nodes"][0]["id"],
    }
    for who in (own(people.a.number), own(people.b.number), AGENT, Asker("platform")):
        for kind, value in ids.items():
            entity = _by_id(world, who, kind, value).json()
            assert (["BAD_INPUT"], {"it": [None]}) == (codes(entity), entity["data"])
    for who in (OTHER, AGENT, own(people.a.number)):
        for place, kind in (("customer", "Customer"), ("line", "Line")):
            answer = _by_id(world, who, place, ids[kind]).json()
            assert (["BAD_INPUT"], {"it": None}) == (codes(answer), answer["data"])


def test_nor_does_a_name_that_another_partner_knows_somebody_by(world: World, people: People) -> None:
    """What one partner tells another of a customer is of no use."""
    text = "query ($by: CustomerKey!) { customer(by: $by) { customerNumber accounts { accountNumber } party { partyId } } }"
    names = [world.ask(who, text, by={"id": people.a.number})["data"]["customer"] for who in (SHOP, OTHER)]
    for who, theirs in zip((OTHER, SHOP), names, strict=True):
        for by in (
            {"id": theirs["customerNumber"]},
            {"accountNumber": theirs["accounts"][0]["accountNumber"]},
            {"partyId": theirs["party"]["partyId"]},
        ):
            answer = world.ask(who, text, by=by)
            assert (["CONSENT_REQUIRED"], {"customer": None}) == (codes(answer), answer["data"])


WRITINGS = {
    "a variable": ("query ($by: CustomerKey!) { it: customer(by: $by) { ...F } }", True),
    "a part of a variable": ("query ($x: MSISDN!) { it: customer(by: {msisdn: $x}) { ...F } }", True),
    "a default": ('query ($by: CustomerKey! = {msisdn: "NUMBER"}) { it: customer(by: $by) { ...F } }', False),
    "one for a list": ('{ it: customers(by: {msisdn: "NUMBER"}) { ...F } }', False),
    "an alias of somebody else": ('{ customer: line(by: {msisdn: "NUMBER"}) { id } it: customer(by: {msisdn: "NUMBER"}) { ...F } }', False),
    "fragments in each other": ('{ ...Q } fragment Q on Query { ... { ... on Query { ...R } } } fragment R on Query { it: customer(by: {msisdn: "NUMBER"}) { ...F } }', False),
    "included": ('query ($yes: Boolean = true) { it: customer(by: {msisdn: "NUMBER"}) @include(if: $yes) @skip(if: false) { ... @include(if: $yes) { ...F } } }', False),
    "fresh": ('{ it: customer(by: {msisdn: "NUMBER"}) @fresh(maxAge: 0) { ...F } }', False),
    "in another form": ('{ it: customer(by: {msisdn: "+NUMBER"}) { ...F } }', False),
    "one of two operations": ('query Other { viewer { clientId } } query It { it: customer(by: {msisdn: "NUMBER"}) { ...F } }', False),
}  # fmt: skip
"""One question, written in every way; whether its key comes as a variable."""


@pytest.mark.parametrize("how", ["post", "get", "remembered by its hash"])
@pytest.mark.parametrize("writing", WRITINGS)
def test_however_it_is_written_and_sent(world: World, people: People, writing: str, how: str) -> None:
    """Asked by the one whom it is about first, so that everything that can be kept of it is."""
    template, is_variable = WRITINGS[writing]
    number = people.a.line["msisdn"]
    text = template.replace("NUMBER", number) + f" fragment F on Customer {{ {CUSTOMER} }}"
    variables: dict[str, Any] = {"by": {"msisdn": number}, "x": number} if is_variable else {}
    variables = {name: value for name, value in variables.items() if f"${name}:" in text}
    body: dict[str, Any] = {"query": text, "variables": variables}
    if "query It" in text:
        body["operationName"] = "It"
    if how == "remembered by its hash":
        digest = hashlib.sha256(text.encode()).hexdigest()
        body["extensions"] = {"persistedQuery": {"version": 1, "sha256Hash": digest}}

    def told(who: Asker, *, by_hash: bool = False) -> Any:
        sent = {name: value for name, value in body.items() if not by_hash or name != "query"}
        if how == "get":
            params = {name: each if isinstance(each, str) else json.dumps(each) for name, each in sent.items()}
            response = world.http.get("/graphql", params=params, headers=world.headers(who))
        else:
            response = world.http.post("/graphql", json=sent, headers=world.headers(who))
        return world.noted(response)

    for by_hash in (False, how == "remembered by its hash"):
        mine = told(own(people.a.number), by_hash=by_hash).json()
        assert "errors" not in mine, mine
        for who, code in (
            (own(people.b.number), "FORBIDDEN"),
            (Asker("ends", purpose=FRAUD, customer=people.b.number), "FORBIDDEN"),
        ):
            refused = told(who, by_hash=by_hash)
            assert {code, "PERSISTED_QUERY_NOT_FOUND"} >= set(codes(refused.json())) != set()
            assert not any(flat((refused.json().get("data") or {}).get("it") or []))
            _nothing_of(people.a, refused.text)


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
