"""A name whose bits were turned over is told from another name."""

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.json import JsonError, as_object
from connectors.misspelling import is_misspelt
from connectors.xml import XmlError
from connectors.xmlrpc import Struct
from tests.dialects import dialects_folder

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=30)


def with_bits_turned(name: str, *bits: int) -> str:
    changed = bytearray(name.encode())
    for bit in bits:
        changed[bit // 7] ^= 1 << bit % 7
    return changed.decode()


@given(NAMES, st.data())
def test_one_bit_or_two_in_any_place_make_a_damaged_name(name, data):
    bits = data.draw(st.sets(st.integers(0, len(name) * 7 - 1), min_size=1, max_size=2 if len(name) > 3 else 1))

    assert is_misspelt(name, {"other", with_bits_turned(name, *bits)})


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("accountValue2", {"accountValue1", "accountValue3"}),
        ("startDate", {"expiryDate", "startDateTime", ""}),
        ("status", {"reason"}),
        ("id", {"ip"}),
        ("name", set()),
    ],
)
def test_other_names_are_no_damaged_ones(name, others):
    assert not is_misspelt(name, others)


def test_of_more_names_than_a_message_has_none_is_compared():
    assert not is_misspelt("name", {"nama"} | {str(number) for number in range(1000)})


def test_what_is_absent_but_there_under_a_damaged_name_is_an_error_that_names_it():
    with pytest.raises(JsonError, match=r"customer\.statusReason is missing, and"):
        as_object({"statusReasoo": "x"}, path="customer").text("statusReason")
    with pytest.raises(XmlError, match="dedicatedAccountInformation is missing, and"):
        Struct({"dedicatedAccountInfoRmation": []}).structs("dedicatedAccountInformation")
    with pytest.raises(XmlError, match=r"currency2 is missing, and"):
        Struct({"currenci2": "EUR"}).text("currency2")
    with pytest.raises(XmlError, match=r"accountValue1 is missing, and"):
        Struct({"accounuValue1": "1"}).integer("accountValue1")


def test_what_is_there_may_have_any_neighbour():
    assert "EUR" == Struct({"currency": "EUR", "currencx": "USD"}).text("currency")
    assert as_object({"status": None, "statut": "x"}).text("status") is None


def test_no_two_published_names_of_one_object_are_taken_for_one_another():
    definitions = [
        (path.name, name, set(schema.get("properties", {})))
        for path in (dialects_folder() / "tmf" / "v4").glob("*.swagger.json")
        for name, schema in json.loads(path.read_bytes())["definitions"].items()
    ]
    messages = (dialects_folder() / "recharge" / "ucip").glob("*.xml")
    members = {found for path in messages for found in re.findall(r"<name>(\w+)</name>", path.read_text())}

    found = [
        (file, kind, one, other)
        for file, kind, names in [*definitions, ("ucip", "all", members)]
        for one, other in itertools.combinations(sorted(names), 2)
        if is_misspelt(one, {other})
    ]

    assert 1000 < len(definitions)
    assert not found
