"""Which answers a node may give: to our transaction, with one known code, each thing once and nothing against itself."""

from decimal import Decimal

import pytest

from connectors.errors import BadData, NotKnown, Rejected, Unavailable
from tests.connectors.ucip.by_hand import SOUND, asked, document, in_response, main_balance, member, of
from tests.connectors.ucip.hostile import TRANSACTION


@pytest.mark.parametrize(
    "echo",
    [
        "<string>17951234567890120043</string>",
        f"<i8>{TRANSACTION}</i8>",
        f"<i4>{TRANSACTION}</i4>",
        f"<string> {TRANSACTION}</string>",
        f"<string>0{TRANSACTION}</string>",
        f"<string>{TRANSACTION[:-1]}</string>",
        f"<string>{TRANSACTION}0</string>",
        f"<string>{TRANSACTION}<!-- --></string>",
        f"<array><data><value><string>{TRANSACTION}</string></value></data></array>",
        "<string></string>",
        "<string/>",
        "<nil/>",
        "",
    ],
)
async def test_an_echo_that_is_not_ours_makes_all_of_the_answer_an_error(echo):
    assert BadData is await main_balance(originTransactionID=echo)


async def test_an_answer_without_echo_is_refused():
    without = {name: content for name, content in SOUND.items() if name != "originTransactionID"}

    assert BadData is type(await asked(document(**without)))


@pytest.mark.parametrize("order", [1, -1])
async def test_two_echoes_of_which_one_is_ours_are_refused(order):
    echoes = [
        member("originTransactionID", SOUND["originTransactionID"]),
        member("originTransactionID", "<string>4</string>"),
    ]
    others = "".join(member(name, content) for name, content in SOUND.items() if name != "originTransactionID")

    assert BadData is type(await asked(in_response("".join(echoes[::order]) + others)))


async def test_an_echo_in_a_wrong_place_is_none():
    without = {name: content for name, content in SOUND.items() if name != "originTransactionID"}
    inner = f"<struct>{member('originTransactionID', SOUND['originTransactionID'])}</struct>"

    assert BadData is type(await asked(document(**without, originOperator=inner)))


@pytest.mark.parametrize("code", ["102", "203"])
async def test_not_even_an_absence_is_believed_with_another_echo(code):
    changes = {"responseCode": f"<i4>{code}</i4>"}

    assert NotKnown is await main_balance(**changes)
    assert BadData is await main_balance(**changes, originTransactionID="<string>4</string>")


@pytest.mark.parametrize("code", ["", "ok", "0.0", "1e2", "-1", "-102", "3", "99", "９"])
async def test_a_code_that_no_node_has_is_refused(code):
    assert BadData is await main_balance(responseCode=f"<i4>{code}</i4>")


async def test_a_code_beyond_its_integers_is_no_known_refusal():
    # 102 and 2 ** 32: cut to 32 bits it would be an unknown subscriber.
    assert Rejected is await main_balance(responseCode="<i4>4294967398</i4>")


async def test_an_answer_without_code_is_refused():
    assert BadData is await main_balance(responseCode="<nil/>")


@pytest.mark.parametrize(
    "currency",
    [
        "",
        "<string></string>",
        "<string>euro</string>",
        "<string>EU</string>",
        "<string>EUX</string>",
        "<string>eur</string>",
        "<string>EUR </string>",
        "<string>ＥＵＲ</string>",
        "<i4>978</i4>",
        "<nil/>",
    ],
)
async def test_money_without_a_known_currency_is_refused(currency):
    assert BadData is await main_balance(currency1=currency)


@pytest.mark.parametrize(
    "items",
    [
        [("1", "5", ""), ("1", "5", "")],
        [("1", "5", ""), ("1", "7", "")],
        [("1", "5", ""), ("2", "5", ""), ("01", "5", "")],
        [("1", "5", "8"), ("1", "7", "8")],
    ],
)
@pytest.mark.parametrize(
    ("operation", "list_name", "names"),
    [
        ("balances", "dedicatedAccountInformation", ("dedicatedAccountID", "dedicatedAccountValue1")),
        ("counters", "accumulatorInformation", ("accumulatorID", "accumulatorValue")),
        ("account", "offerInformationList", ("offerID", "offerState")),
        ("account", "offerInformation", ("offerID", "offerState")),
    ],
)
async def test_one_thing_told_twice_is_refused(items, operation, list_name, names):
    structs = [
        {names[0]: f"<i4>{number}</i4>", names[1]: f"<i4>{value}</i4>"}
        | ({"productID": f"<i4>{product}</i4>"} if product else {})
        for number, value, product in items
    ]
    inside = "".join(of(**each).removeprefix("<array><data>").removesuffix("</data></array>") for each in structs)

    assert BadData is type(
        await asked(document(**SOUND | {list_name: f"<array><data>{inside}</data></array>"}), operation)
    )


async def test_one_number_for_two_products_is_two_things():
    def account(product: str) -> str:
        content = of(
            dedicatedAccountID="<i4>1</i4>", dedicatedAccountValue1="<i4>5</i4>", productID=f"<i4>{product}</i4>"
        )
        return content.removeprefix("<array><data>").removesuffix("</data></array>")

    accounts = f"<array><data>{account('7')}{account('8')}</data></array>"
    found = await asked(document(**SOUND | {"dedicatedAccountInformation": accounts}))

    assert 3 == len(found)


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        ({"accountValue2": "<i4>1250</i4>", "currency2": "<string>EUR</string>"}, False),
        ({"accountValue2": "<i4>1251</i4>", "currency2": "<string>EUR</string>"}, True),
        ({"accountValue2": "<i4>1251</i4>", "currency2": "<string>USD</string>"}, False),
        ({"accountValue2": "<i4>1251</i4>"}, False),
        ({"accountValue2": "<string>n/a</string>", "currency2": "<string>USD</string>"}, False),
        ({"accountValue2": "<string>n/a</string>", "currency2": "<string>EUR</string>"}, True),
    ],
)
async def test_an_amount_told_twice_in_one_currency_must_be_one_amount(second, refused):
    found = await main_balance(**second)

    assert refused is (found is BadData)
    assert refused or Decimal("12.50") == found["value"]


async def test_amounts_of_which_no_currency_is_told_are_not_held_against_each_other():
    without = {name: content for name, content in SOUND.items() if name != "currency1"} | {
        "accountValue2": "<i4>9</i4>"
    }

    found = await asked(document(**without), currency="EUR")

    assert isinstance(found, list)
    assert Decimal("12.50") == found[0]["value"]


@pytest.mark.parametrize(
    ("kind", "refused"), [("0", False), ("5", False), ("1", True), ("7", True), ("-1", True), ("99", True)]
)
async def test_a_unit_that_ucip_does_not_have_is_refused(kind, refused):
    accounts = of(
        dedicatedAccountID="<i4>2</i4>",
        dedicatedAccountValue1="<i4>5</i4>",
        dedicatedAccountUnitType=f"<i4>{kind}</i4>",
    )
    found = await asked(document(**SOUND | {"dedicatedAccountInformation": accounts}))

    assert refused is isinstance(found, BadData)


async def test_an_unlisted_account_of_the_services_own_unit_is_not_money():
    accounts = of(
        dedicatedAccountID="<i4>50</i4>", dedicatedAccountValue1="<i4>5</i4>", dedicatedAccountUnitType="<i4>5</i4>"
    )

    assert 1 == len(await asked(document(**SOUND | {"dedicatedAccountInformation": accounts})))


@pytest.mark.parametrize("lost", ["dedicatedAccountValue9", "DedicatedAccountValue1", "dedicatedAccountValue"])
async def test_an_account_that_lost_its_value_does_not_disappear(lost):
    accounts = of(dedicatedAccountID="<i4>1</i4>", **{lost: "<i4>5</i4>"})

    assert BadData is type(await asked(document(**SOUND | {"dedicatedAccountInformation": accounts})))


@pytest.mark.parametrize(
    "dates",
    [
        {"startDate": "20260101T12:00:00+0000", "startDateTime": "20260102T12:00:00+0000"},
        {"expiryDate": "99991231T12:00:00+0000", "expiryDateTime": "20260102T12:00:00+0000"},
    ],
)
@pytest.mark.parametrize("list_name", ["offerInformation", "offerInformationList"])
async def test_two_spellings_of_a_date_that_differ_are_refused(list_name, dates):
    written = {name: f"<dateTime.iso8601>{text}</dateTime.iso8601>" for name, text in dates.items()}

    found = await asked(document(**SOUND | {list_name: of(offerID="<i4>7</i4>", **written)}), "account")

    assert BadData is type(found)


async def test_two_lists_of_offers_are_refused():
    lists = {"offerInformation": of(offerID="<i4>7</i4>"), "offerInformationList": of(offerID="<i4>8</i4>")}

    assert BadData is type(await asked(document(**SOUND | lists), "account"))


FAULT = "<fault><value><struct><member><name>faultCode</name><value><int>1001</int></value></member></struct></value></fault>"
PARAMS = document(**SOUND).decode().removeprefix("<methodResponse>").removesuffix("</methodResponse>")


@pytest.mark.parametrize(
    "body",
    [
        f"<methodResponse>{PARAMS}{FAULT}</methodResponse>",
        f"<methodResponse>{FAULT}{PARAMS}</methodResponse>",
        f"<methodResponse>{PARAMS}{PARAMS}</methodResponse>",
        f"<methodResponse>{PARAMS.replace('</params>', '')}{PARAMS.replace('<params>', '')}</methodResponse>",
        f"<methodResponse><methodResponse>{PARAMS}</methodResponse></methodResponse>",
        f"<methodResponse>{PARAMS}</methodResponse><methodResponse>{PARAMS}</methodResponse>",
        f"<methodResponse>{PARAMS}</methodResponse>5",
        f"<methodCall>{PARAMS}</methodCall>",
        f'<methodResponse xmlns="urn:x">{PARAMS}</methodResponse>',
        f"<methodResponse><wrapper>{PARAMS}</wrapper></methodResponse>",
        "<methodResponse><params/></methodResponse>",
        "<methodResponse/>",
        f"<!DOCTYPE methodResponse [<!ENTITY x '5'>]><methodResponse>{PARAMS}</methodResponse>",
        f"<methodResponse>{FAULT.replace('1001', '')}</methodResponse>",
        f"<methodResponse>{FAULT.replace('<int>1001</int>', '<string>ten</string>')}</methodResponse>",
        f"<methodResponse>{PARAMS.replace('struct>', 'array>')}</methodResponse>",
    ],
)
async def test_what_is_not_one_answer_is_refused(body):
    assert BadData is type(await asked(body.encode()))


async def test_a_fault_by_itself_is_one():
    assert Unavailable is type(await asked(f"<methodResponse>{FAULT}</methodResponse>".encode()))
