"""FAULTS 40 and 41: another's answer, and amounts that are none. The dialects' own tests have many more forms."""

import re

import pytest

from tests.connectors.acctmgr.fake import log

NO_AMOUNTS = [
    *("NaN", "INF", "Infinity", "-", "+", ".", "1e3", "1E3", "1_000", "1,000", "1 000", "10.00.", "0x3e8"),
    *(
        "1000EUR",
        "EUR1000",
        "--1000",
        "+-1000",
        "1000-",
        "(1000)",
        "1000;",
        "1'000",
        "9" * 60,
        "true",
        "null",
        "1000\u0660",
    ),
]


@pytest.mark.parametrize("amount", NO_AMOUNTS, ids=lambda amount: ascii(amount[:12]))
async def test_what_is_no_amount_is_never_read_as_one(amount, xml_peer):
    xml_peer.writes(lambda text: text.replace(">1000<", f">{amount}<"))

    await xml_peer.fails()


@pytest.mark.parametrize("amount", ["1000", "+1000", "001000", " 1000\n"])
async def test_every_way_to_write_the_number_is_that_number(amount, xml_peer):
    xml_peer.writes(lambda text: text.replace(">1000<", f">{amount}<"))

    assert xml_peer.dialect.right == await xml_peer.ask()


@pytest.mark.parametrize("way", ["after", "before", "same value"])
async def test_an_amount_that_is_there_twice_is_none(way, xml_peer):
    soap = xml_peer.dialect.name == "soap"
    once = r"<acc:RechargeAmt>1000</acc:RechargeAmt>" if soap else r"<member>\s*<name>accountValue1</name>.*?</member>"

    def twice(text: str) -> str:
        found = re.search(once, text, re.DOTALL)
        assert found is not None
        other = found[0] if way == "same value" else found[0].replace("1000", "9900")
        return text.replace(found[0], other + found[0] if way == "before" else found[0] + other)

    xml_peer.writes(twice)

    await xml_peer.fails()


@pytest.mark.parametrize(
    "members",
    [
        '"name": "10.00", "name": "99.00"',
        '"name": "10.00", "na\\u006de": "99.00"',
        '"name": 10.00',
        '"name": ["10.00"]',
        '"name": {"value": "10.00"}',
        '"name": true',
        '"name": "10\\u000000"',
        '"name": "\\ud83d10.00"',
        '"name": NaN',
        '"name": 1e999',
        '"name": "10.00",',
        "'name': '10.00'",
        'name: "10.00"',
    ],
)
async def test_a_member_that_is_not_one_text_is_no_name(members, json_peer):
    json_peer.writes(lambda text: text.replace('"name": "10.00"', members))

    await json_peer.fails()


async def test_another_customers_answer_is_not_given(json_peer):
    for other in ('"2"', '"1 "', '"01"', "1", '""', "null", '["1"]'):
        json_peer.writes(lambda text, other=other: text.replace('"id": "1"', f'"id": {other}'))
        await json_peer.fails()


async def test_another_transactions_answer_is_not_given(xml_peer):
    echo = r"(TransactionId>|originTransactionID</name>\s*<value><string>)([^<]+)"
    for other in ("1", r"\g<2>0", r"0\g<2>", "x"):
        xml_peer.writes(lambda text, other=other: re.sub(echo, rf"\g<1>{other}", text))
        await xml_peer.fails()


@pytest.mark.parametrize("number", ["60000043", "9960000042", "6000004", "", "600000420"])
async def test_another_lines_record_is_not_given_not_even_among_others(number, peer):
    if peer.dialect.name != "soap":
        return
    foreign = log(SubscriberNo=number, Sequence="700002")
    for place in ("before", "after"):
        peer.writes(
            lambda text, place=place: text.replace(log(), foreign + log() if place == "before" else log() + foreign)
        )
        await peer.fails()
