"""Whether somebody is known at all is not found out by those who may not read about them: not by any word of an answer."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.security.access.people import People
from tests.security.access.world import FRAUD, NOBODY, SHOP, WITHDRAWN, Asker, World, codes, own

MORE_NOT_GIVEN = {"expired": "1000043", "another purpose": "1000045", "another party": "1000046", "nothing": "1000047"}
FIELDS = {
    "status": "status",
    "all": "id name bills { totalCount } accounts { id balance { overdue { amount } } } lines { nodes { balances { name } } }",
}
NO_NUMBER = "99969999999"
"""In the numbering plan, and nobody's."""

METERED = Asker("metered", purpose=FRAUD)
_OF_THE_MOMENT = {"date", "x-request-id"}
_LEFT = re.compile(r'(?:"cost";)?[rt]=\d+;?')


def shape(response: Any) -> Any:
    """A response without what is of the moment."""
    headers = {name: value for name, value in response.headers.items() if name not in _OF_THE_MOMENT}
    headers["ratelimit"] = _LEFT.sub("", headers.get("ratelimit", ""))
    body = response.json()
    for error in body["errors"]:
        error["extensions"].pop("requestId")
    return response.status_code, headers, body


def _left(response: Any) -> int:
    return int(re.search(r'"cost";r=(\d+)', response.headers["ratelimit"])[1])  # type: ignore[index]


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize("sources", [{}, {"sources": True}], ids=["plain", "with sources"])
@pytest.mark.parametrize("who", [SHOP, METERED, own("1000040")], ids=["partner", "metered partner", "self care"])
def test_foreign_not_agreeing_and_unknown_customers_are_answered_alike(
    world: World, who: Asker, sources: dict[str, bool], fields: str
) -> None:
    """Status, headers, codes, messages and members; twice, because the second time something is kept."""

    def asked(number: str) -> Any:
        text = f'{{ customer(by: {{id: "{number}"}}) {{ {fields} }} }}'
        return shape(world.post(who, text, extensions=sources))

    unknown = asked(NOBODY)

    for _ in range(2):
        for number in (WITHDRAWN, *MORE_NOT_GIVEN.values()):
            assert unknown == asked(number)
        assert unknown == asked(NOBODY)


def test_what_is_left_of_a_budget_tells_nothing_either(world: World) -> None:
    """Each answer costs what was estimated: how many systems were asked would tell how far somebody was found."""

    def spent(number: str) -> int:
        before = world.post(METERED, "{ __typename }")
        after = world.post(METERED, f'{{ customer(by: {{id: "{number}"}}) {{ status }} }}')
        return (_left(before) - _left(after)) // 8  # Some comes back meanwhile.

    assert {spent(NOBODY)} == {spent(each) for each in (WITHDRAWN, *MORE_NOT_GIVEN.values())}


@pytest.mark.parametrize("kind", ["id", "msisdn", "imsi", "account", "party"])
@pytest.mark.parametrize("root", ["customer", "line"])
def test_by_whatever_key(world: World, people: People, root: str, kind: str) -> None:
    keys = people.withdrawn.keys if root == "customer" else people.withdrawn.line_keys
    if kind not in keys or (root == "line" and kind == "id"):
        return  # Sealed ids of others open for nobody, or were given by us: there is none of somebody unknown.
    name = next(iter(keys[kind]))
    strange = {"msisdn": NO_NUMBER, "imsi": "999990000099999", "accountNumber": "A1999999", "partyId": "5999999"}
    for who in (SHOP, own(people.a.number)):
        known = world.post(who, _by(root), variables={"by": {name: keys[kind][name]}})
        unknown = world.post(who, _by(root), variables={"by": {name: strange.get(name, NOBODY)}})
        if kind == "id":
            known = world.post(who, _by(root), variables={"by": {"id": people.withdrawn.number}})
        assert shape(known) == shape(unknown)
        assert {root: None} == known.json()["data"]


@pytest.mark.parametrize("first", ["known", "unknown"])
@pytest.mark.parametrize(
    ("who", "key"),
    [(SHOP, lambda people: {"id": people.withdrawn.number}), (own("1000040"), lambda people: people.b.keys["msisdn"])],
    ids=["partner", "self care"],
)
def test_errors_come_in_the_order_of_the_question(
    world: World, people: People, who: Asker, key: Callable[[People], dict[str, str]], first: str
) -> None:
    """Whoever is not known is refused sooner; which of two was must not be read off the list of errors."""
    known = key(people)
    unknown = {name: NOBODY if name == "id" else NO_NUMBER for name in known}
    order = (known, unknown) if first == "known" else (unknown, known)
    text = (
        "query ($x: CustomerKey!, $y: CustomerKey!) { x: customer(by: $x) { status } y: customer(by: $y) { status } }"
    )

    answer = world.ask(who, text, x=order[0], y=order[1])

    assert [["x"], ["y"]] == [each["path"] for each in answer["errors"]]
    assert 1 == len({*codes(answer)})


def test_how_many_calls_an_operation_may_make_tells_nothing(world: World) -> None:
    """A partner knows who has agreed: with as many of those as it has calls, only the known ones would be one too many."""
    agreed = [str(1_000_000 + 8 * number) for number in range(5, 17)] + [
        str(1_000_001 + 8 * number) for number in range(5, 18)
    ]
    assert 25 == len(agreed)

    def last(number: str) -> Any:
        keys = ", ".join(f'{{id: "{each}"}}' for each in (*agreed, number))
        text = f"{{ customers(by: [{keys}]) {{ status }} }}"
        answer = world.post(METERED, text, headers={"Cache-Control": "no-cache"}).json()
        assert all(answer["data"]["customers"][:25]), answer
        return codes(answer)

    assert last(NOBODY) == last(WITHDRAWN) == ["CONSENT_REQUIRED"]


def test_nothing_is_asked_about_whoever_is_out_of_reach_although_others_have_asked(
    world: World, people: People
) -> None:
    """What an agent asked is remembered and would be asked early; not for those who will not be told."""
    text = (
        "query ($by: CustomerKey!) { customer(by: $by) { bills { totalCount } "
        "lines { nodes { balances { name } network { NETWORK } } } } }"
    )
    line = "query ($by: LineKey!) { line(by: $by) { balances { name } recharges { totalCount } account { id } } }"
    agents = text.replace("NETWORK", "imsi")
    texts = {SHOP: text.replace("network { NETWORK }", ""), own(people.a.number): text.replace("NETWORK", "locked")}
    for who, question in texts.items():
        for key in ({"id": people.withdrawn.number}, people.withdrawn.keys["msisdn"], people.withdrawn.keys["imsi"]):
            assert "errors" not in world.ask(Asker("desk"), agents, by=key)
            world.gateway.forget_calls()
            refused = world.ask(who, question, by=key, headers={"Cache-Control": "no-cache"})
            assert refused["data"] == {"customer": None}
            asked = {name for calls in world.gateway.calls().values() for name in calls}
            assert not asked & {"QueryInvoice", "GetBalanceAndDate", "VoucherRechargeEnquiry"}, asked
        assert "errors" not in world.ask(Asker("desk"), line, by=people.withdrawn.line_keys["msisdn"])
        world.gateway.forget_calls()
        world.ask(who, line, by=people.withdrawn.line_keys["msisdn"], headers={"Cache-Control": "no-cache"})
        assert not {"recharge", "recharge-islands"} & world.gateway.calls().keys()


def test_systems_are_named_to_those_alone_who_see_them_in_the_graph(world: World) -> None:
    somebody = "1000056"  # Has agreed, and nobody else here asks about them: nothing is kept.
    text = f'{{ customer(by: {{id: "{somebody}"}}) {{ status bills {{ totalCount }} }} }}'
    world.gateway.fault("billing", "503")
    try:
        told = {
            who.client: world.post(who, text, extensions={"sources": True}).json()
            for who in (SHOP, own(somebody), Asker("desk"), Asker("platform"))
        }
    finally:
        world.gateway.heal()

    assert ["UPSTREAM_UNAVAILABLE"] == codes(told["shop"])
    assert {"shop": False, "app": True, "desk": True, "platform": True} == {
        name: "system" in each["errors"][0]["extensions"] for name, each in told.items()
    }
    assert {"shop": False, "app": False, "desk": True, "platform": True} == {
        name: "sources" in each.get("extensions", {}) for name, each in told.items()
    }
    assert not any(name in str(told["shop"]) for name in ("billing", "crm", "QueryInvoice", "hss"))


def _by(root: str) -> str:
    return f"query ($by: {root.title()}Key!) {{ {root}(by: $by) {{ id }} }}"
