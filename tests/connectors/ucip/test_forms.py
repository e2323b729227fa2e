"""Every odd form of a number or a date that a node may send: read as what it says, or refused."""

import datetime as dt
from decimal import Decimal

import pytest

from connectors.errors import BadData
from tests.connectors.ucip.by_hand import SOUND, asked, document, main_balance, of

INTEGERS = {
    "1250": 1250,
    " 1250\n": 1250,
    "+1250": 1250,
    "-1250": -1250,
    "0001250": 1250,
    "-0": 0,
    "<![CDATA[1250]]>": 1250,
    "&#49;250": 1250,
    "12&#x35;0": 1250,
    **dict.fromkeys(
        (
            "",
            " ",
            "12<?x y?>50",
            "12<!-- -->50",
            "<!-- -->1250",
            "12<b/>50",
            "<i4>1250</i4>",
            "12&unknown;50",
            "12&#0;50",
            "NaN",
            "INF",
            "Infinity",
            "1e3",
            "1E3",
            "1_250",
            "1,250",
            "1.250",
            "1250.",
            "1250.00",
            "1 250",
            "1&#160;250",
            "&#8203;1250",
            "１２５０",
            "١٢٥٠",
            "१२५०",
            "²",
            "--5",
            "+-5",
            "5-",
            "−5",
            "(5)",
            "0x4E2",
            "0b1",
            "1250L",
            "EUR 1250",
            "1250 EUR",
            "€1250",
            "true",
            "null",
            "nil",
            "20261122T08:00:00+0000",
            "9" * 40,
            "9223372036854775808",
            "-9223372036854775809",
        )
    ),
}
"""Contents of an integer or of a string of digits, and the number; None for what must be refused."""

MISTYPED = (
    "1250<b/>",
    "<double>1250</double>",
    "<double>1e3</double>",
    "<boolean>1</boolean>",
    "<nil/>",
    "<base64>MTI1MA==</base64>",
    "<dateTime.iso8601>1250</dateTime.iso8601>",
    "<array><data><value><i4>1250</i4></value></data></array>",
    "<struct><member><name>i4</name><value><i4>1250</i4></value></member></struct>",
    "<i4>1250</i4><i4>1250</i4>",
    "<i4>1250</i4>5",
    "5<i4>1250</i4>",
    "<value><i4>1250</i4></value>",
    '<x:i4 xmlns:x="urn:x">1250</x:i4>',
    "<I4>1250</I4>",
    "<i2>1250</i2>",
)

DATES = {
    "20270127T12:00:00+0000": dt.datetime(2027, 1, 27, 12, tzinfo=dt.UTC),
    "20270127T120000+0200": dt.datetime(2027, 1, 27, 10, tzinfo=dt.UTC),
    "20270127T24:00:00-0330": dt.datetime(2027, 1, 28, 3, 30, tzinfo=dt.UTC),
    " 20270127T12:00:00+0000\n": dt.datetime(2027, 1, 27, 12, tzinfo=dt.UTC),
    "20240229T12:00:00+1400": dt.datetime(2024, 2, 28, 22, tzinfo=dt.UTC),
    "20270328T02:30:00+0100": dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC),
    "99991231T00:00:00+1200": None,
    "99991231T120000+0000": None,
    **dict.fromkeys(
        (
            "",
            "20240230T12:00:00+0000",
            "20230229T12:00:00+0000",
            "20241301T12:00:00+0000",
            "20240001T12:00:00+0000",
            "20240100T12:00:00+0000",
            "20240101T24:00:01+0000",
            "20240101T25:00:00+0000",
            "20240101T12:60:00+0000",
            "20240101T12:00:60+0000",
            "20240101T12:00:00",
            "20240101T12:00:00Z",
            "20240101T12:00:00+00",
            "20240101T12:00:00+00:00",
            "20240101T12:00:00+1500",
            "20240101T12:00:00+2200",
            "20240101T12:00:00 +0000",
            "20240101T12:0000+0000",
            "20240101 12:00:00+0000",
            "20240101T12:00:00.5+0000",
            "2024-01-01T12:00:00+0000",
            "2024101T12:00:00+0000",
            "202401010T12:00:00+0000",
            "２0240101T12:00:00+0000",
            "20240101T12:00:00<!-- -->+0000",
            "20240101<?x?>T12:00:00+0000",
            "00000101T12:00:00+0000",
            "00010101T00:00:00+0100",
            "99991231",
            "99991231T12:00:00",
            "9999",
            "never",
            "1704110400",
            "NaN",
        ),
        BadData,
    ),
}
"""Contents of a date of expiry, and the instant; None for never."""


@pytest.mark.parametrize("kind", ["string", "i4"])
@pytest.mark.parametrize("content", INTEGERS)
async def test_an_amount(content, kind):
    found = await main_balance(accountValue1=f"<{kind}>{content}</{kind}>")

    number = INTEGERS[content]
    assert (BadData if number is None else Decimal(number).scaleb(-2)) == (found if number is None else found["value"])


@pytest.mark.parametrize("content", MISTYPED)
@pytest.mark.parametrize("name", ["accountValue1", "responseCode"])
async def test_a_number_of_another_type_is_refused(name, content):
    assert BadData is await main_balance(**{name: content})


@pytest.mark.parametrize("content", INTEGERS)
@pytest.mark.parametrize(("name", "unit"), [(2, Decimal(1)), (99, Decimal("0.0001"))])
async def test_the_value_of_a_dedicated_account(content, name, unit):
    accounts = of(dedicatedAccountID=f"<i4>{name}</i4>", dedicatedAccountValue1=f"<string>{content}</string>")
    found = await asked(document(**SOUND | {"dedicatedAccountInformation": accounts}))

    number = INTEGERS[content]
    if number is None:
        assert BadData is type(found)
    else:
        assert number * unit == found[1]["value"]


@pytest.mark.parametrize("content", INTEGERS)
async def test_a_counter(content):
    counters = of(accumulatorID="<i4>1</i4>", accumulatorValue=f"<i4>{content}</i4>")
    found = await asked(document(**SOUND | {"accumulatorInformation": counters}), "counters")

    number = INTEGERS[content]
    assert BadData is type(found) if number is None else number == found[0]["value"]


@pytest.mark.parametrize("content", ["2147483648", "-2147483649", "9223372036854775807"])
async def test_a_counter_beyond_the_integers_of_ucip_is_refused(content):
    counters = of(accumulatorID="<i4>1</i4>", accumulatorValue=f"<i8>{content}</i8>")

    assert BadData is type(await asked(document(**SOUND | {"accumulatorInformation": counters}), "counters"))


@pytest.mark.parametrize("content", DATES)
async def test_a_date(content):
    found = await main_balance(supervisionExpiryDate=f"<dateTime.iso8601>{content}</dateTime.iso8601>")

    assert DATES[content] == (found["period"][1] if isinstance(found, dict) else found)


@pytest.mark.parametrize("kind", ["string", "i4", "int"])
async def test_a_date_of_another_type_is_refused(kind):
    assert BadData is await main_balance(supervisionExpiryDate=f"<{kind}>20270127T12:00:00+0000</{kind}>")
