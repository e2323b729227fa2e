"""A representation that is wrong or unknown is null with its own error; every other one is answered."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from resolvers.ids import IdCodec
from schema.source import Ref
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, SECOND_MSISDN, FakeOperator, codes, presented

NUMBER = "1000042"
GOOD = {"__typename": "Customer", "customerNumber": NUMBER}
QUERY = """query Q($of: [_Any!]!) {
  _entities(representations: $of) {
    __typename ... on Customer { name } ... on Line { msisdn } ... on BillingAccount { currency } ... on Bill { status }
  }
}"""
OPERATOR = FakeOperator()


def sealed(kind: str, system: str, *key: str) -> str:
    return OPERATOR.ids.seal(Ref(kind, system, key))


CUSTOMER = sealed("customer", "crm", NUMBER)
LINE = sealed("line", "", MSISDN)
BILL = sealed("bill", "billing", ACCOUNT, "3")
FOREIGN = IdCodec([b"somebody else's secret"]).seal(Ref("customer", "crm", (NUMBER,)))
TAMPERED = CUSTOMER[:-2] + ("AA" if CUSTOMER[-2:] != "AA" else "BB")
LONG = "9" * 3900

BAD_INPUT = {
    "not an object": "Customer",
    "null inside a list": [None],
    "a list": [GOOD],
    "a number": 7,
    "true": True,
    "empty": {},
    "without a typename": {"customerNumber": NUMBER},
    "a typename that is not text": {"__typename": ["Customer"], "customerNumber": NUMBER},
    "an unknown typename": {"__typename": "Nobody", "id": CUSTOMER},
    "a value type": {"__typename": "Money", "id": CUSTOMER},
    "the root": {"__typename": "Query", "id": CUSTOMER},
    "introspection": {"__typename": "__Schema", "id": CUSTOMER},
    "Python": {"__typename": "__class__", "id": CUSTOMER},
    "no key": {"__typename": "Customer"},
    "null keys": {"__typename": "Customer", "id": None, "customerNumber": None},
    "another entity's key": {"__typename": "Bill", "customerNumber": NUMBER},
    "a number as key": {"__typename": "Customer", "customerNumber": 1000042},
    "a huge number as key": {"__typename": "Customer", "customerNumber": 10**400},
    "a list as key": {"__typename": "Customer", "customerNumber": [NUMBER]},
    "an object as key": {"__typename": "Customer", "id": {"id": CUSTOMER}},
    "an empty key": {"__typename": "Customer", "customerNumber": ""},
    "an endless key": {"__typename": "Customer", "customerNumber": LONG},
    "an endless id": {"__typename": "Customer", "id": "sb1" + LONG},
    "an endless line": {"__typename": "Line", "msisdn": LONG},
    "a foreign id": {"__typename": "Customer", "id": FOREIGN},
    "a tampered id": {"__typename": "Customer", "id": TAMPERED},
    "a cut id": {"__typename": "Customer", "id": CUSTOMER[:-4]},
    "a padded id": {"__typename": "Customer", "id": CUSTOMER + "="},
    "the CRM's number as id": {"__typename": "Customer", "id": NUMBER},
    "an id with a lone surrogate": {"__typename": "Customer", "id": "sb1\ud800"},
    "a bill's id for a customer": {"__typename": "Customer", "id": BILL},
    "a bill's id for an account": {"__typename": "BillingAccount", "id": BILL},
    "a line's id for a bill": {"__typename": "Bill", "id": LINE},
    "a customer's id for a line": {"__typename": "Line", "id": CUSTOMER},
    "a number that is not of the plan": {"__typename": "Line", "msisdn": "4479460000421"},
    "a number with letters": {"__typename": "Line", "msisdn": "call-me"},
    "a number in other digits": {"__typename": "Line", "msisdn": "٩٩٩٦٠٠٠٠٠٤٢"},
    "keys of two customers": {"__typename": "Customer", "id": CUSTOMER, "customerNumber": "1000043"},
    "keys of two lines": {"__typename": "Line", "id": LINE, "msisdn": SECOND_MSISDN},
    "a foreign id beside a good number": {"__typename": "Customer", "id": FOREIGN, "customerNumber": NUMBER},
    "an IMSI": {"__typename": "Line", "imsi": IMSI},
}

NOT_FOUND = {
    "a customer that the CRM does not know": {"__typename": "Customer", "customerNumber": "404"},
    "a number that no address can hold": {"__typename": "Customer", "customerNumber": ".."},
    "a number with a lone surrogate": {"__typename": "Customer", "customerNumber": "\ud800"},
    "a customer of a CRM that is gone": {"__typename": "Customer", "id": sealed("customer", "old-crm", NUMBER)},
    "an account that billing does not know": {"__typename": "BillingAccount", "id": sealed("account", "billing", "A4")},
    "an account of a billing that is gone": {"__typename": "BillingAccount", "id": sealed("account", "old", ACCOUNT)},
    "a bill that its account does not have": {"__typename": "Bill", "id": sealed("bill", "billing", ACCOUNT, "404")},
    "a bill of an account that is unknown": {"__typename": "Bill", "id": sealed("bill", "billing", "A4", "3")},
    "a bill of a billing that is gone": {"__typename": "Bill", "id": sealed("bill", "old", ACCOUNT, "3")},
}


@pytest.fixture
def operator() -> FakeOperator:
    operator = FakeOperator()
    operator.billing.only_known = True
    return operator


def _cases() -> list[Any]:
    return [
        pytest.param(code, value, id=name)
        for code, cases in (("BAD_INPUT", BAD_INPUT), ("NOT_FOUND", NOT_FOUND))
        for name, value in cases.items()
    ]


@pytest.mark.parametrize(("code", "bad"), _cases())
async def test_a_bad_representation_spoils_only_itself(operator: FakeOperator, code: str, bad: object) -> None:
    outcome = await operator.ask(QUERY, of=[GOOD, bad, GOOD])

    good = {"__typename": "Customer", "name": f"Customer {NUMBER}"}
    assert outcome.data is not None
    assert [good, None, good] == outcome.data["_entities"]
    (error,) = presented(outcome)
    assert (["_entities", 1], code) == (error["path"], error["extensions"]["code"])


async def test_all_kinds_of_bad_ones_together_are_each_told_at_their_place(operator: FakeOperator) -> None:
    bad = [*BAD_INPUT.values(), *NOT_FOUND.values()]

    outcome = await operator.ask(QUERY, of=[*bad, GOOD])

    assert outcome.data is not None
    assert [None] * len(bad) == outcome.data["_entities"][:-1]
    assert f"Customer {NUMBER}" == outcome.data["_entities"][-1]["name"]
    assert [["_entities", index] for index in range(len(bad))] == sorted(error.path or [] for error in outcome.errors)


@pytest.mark.parametrize("bad", BAD_INPUT.values(), ids=BAD_INPUT)
async def test_no_message_quotes_a_representation_or_tells_pythons_texts(operator: FakeOperator, bad: object) -> None:
    outcome = await operator.ask(QUERY, of=[bad])

    (error,) = presented(outcome)
    for text in (NUMBER, MSISDN, SECOND_MSISDN, "99999", "sb1", "Nobody", "call-me", "Error", "None", "NoneType", "'"):
        assert text not in error["message"]


async def test_nobody_is_asked_about_what_cannot_be_read(operator: FakeOperator) -> None:
    await operator.ask(QUERY, of=list(BAD_INPUT.values()))

    assert {} == operator.calls


async def test_keys_that_agree_are_no_contradiction(operator: FakeOperator) -> None:
    outcome = await operator.ask(
        QUERY,
        of=[{**GOOD, "id": CUSTOMER}, {"__typename": "Line", "id": LINE, "msisdn": f"+{MSISDN}"}],
    )

    assert not outcome.errors


async def test_null_among_the_representations_is_refused_before_anybody_is_asked(operator: FakeOperator) -> None:
    outcome = await operator.ask(QUERY, of=[GOOD, None])

    assert not outcome.executed
    assert {} == operator.calls


def nested(depth: int) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found]
    return found


async def test_depth_beside_the_keys_does_no_harm(operator: FakeOperator) -> None:
    outcome = await operator.ask(
        QUERY, of=[{**GOOD, "required": nested(7)}, {"__typename": "Customer", "id": nested(7)}]
    )

    assert outcome.data is not None
    assert [f"Customer {NUMBER}", None] == [one and one["name"] for one in outcome.data["_entities"]]


async def test_endless_depth_is_refused_before_anybody_is_asked(operator: FakeOperator) -> None:
    outcome = await operator.ask(QUERY, of=[{**GOOD, "required": nested(900)}])

    assert not outcome.executed
    assert ["BAD_INPUT"] == codes(outcome)
    assert {} == operator.calls


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from([NUMBER, CUSTOMER, LINE, BILL, FOREIGN, MSISDN, sealed("account", "billing", ACCOUNT)]) | _ANY


@hypothesis.given(
    st.lists(
        _ANY.filter(lambda value: value is not None)
        | st.fixed_dictionaries(
            {"__typename": st.sampled_from(["Customer", "Line", "BillingAccount", "Bill"]) | _ANY},
            optional={"id": _KEYS, "customerNumber": _KEYS, "msisdn": _KEYS},
        ),
        max_size=6,
    )
)
async def test_whatever_is_sent_every_place_is_the_right_thing_or_has_an_error(representations: list[Any]) -> None:
    operator = FakeOperator()

    outcome = await operator.ask(QUERY, of=representations)

    assert outcome.data is not None
    missing = [index for index, one in enumerate(outcome.data["_entities"]) if one is None]
    assert len(representations) == len(outcome.data["_entities"])
    assert [["_entities", index] for index in missing] == sorted(error.path or [] for error in outcome.errors)
    assert {"BAD_INPUT", "NOT_FOUND"} >= {error["extensions"]["code"] for error in presented(outcome)}
    for index, one in enumerate(outcome.data["_entities"]):
        assert one is None or one["__typename"] == representations[index]["__typename"]
