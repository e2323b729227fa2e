"""Numbers that change hands: every system that knows a number knows at once whose it is by now."""

import pytest

from sandbox import Sandbox
from sandbox.population.numbering import LineKey
from tests.sandbox.wire import CUSTOMERS, INDIVIDUALS, Wire

ONE, OTHER, ISLANDER = LineKey(21, 0), LineKey(22, 0), LineKey(19, 0)


async def _trade(wire: Wire, one: LineKey, other: LineKey) -> int:
    response = await wire.control("POST", "/trades", json={"msisdns": [one.msisdn, other.msisdn]})
    return response.status_code


async def test_two_lines_trade_their_numbers_and_nothing_else(sandbox: Sandbox, wire: Wire) -> None:
    before = [sandbox.people.line(key) for key in (ONE, OTHER)]

    assert 204 == await _trade(wire, ONE, OTHER)

    after = [sandbox.people.line(key) for key in (ONE, OTHER)]
    assert [OTHER.msisdn, ONE.msisdn] == [line.msisdn for line in after if line]
    assert [line.accounts for line in before if line] == [line.accounts for line in after if line]
    found = sandbox.people.line_by_msisdn(ONE.msisdn)
    assert found is not None
    assert OTHER == found.key


async def test_the_crm_finds_the_new_owner_by_the_number(wire: Wire) -> None:
    await _trade(wire, ONE, OTHER)

    by_number = {"contactMedium.characteristic.phoneNumber": f"+{ONE.msisdn}", "fields": "id,contactMedium"}
    (found,) = (await wire.crm(INDIVIDUALS, **by_number)).json()

    assert "5000022" == found["id"]
    assert ONE.msisdn in str(found["contactMedium"])
    assert 206 == (await wire.crm(CUSTOMERS)).status_code


async def test_a_number_that_was_traded_can_be_traded_on(sandbox: Sandbox, wire: Wire) -> None:
    third = LineKey(23, 0)
    await _trade(wire, ONE, OTHER)
    await _trade(wire, ONE, third)

    holders = [sandbox.people.line_by_msisdn(key.msisdn) for key in (ONE, OTHER, third)]

    # The first trade gave the first number to the second line, the second trade took it on to the third.
    assert [third, ONE, OTHER] == [line.key for line in holders if line]


@pytest.mark.parametrize(
    "body",
    [
        {"msisdns": [ONE.msisdn, ISLANDER.msisdn]},
        {"msisdns": [ONE.msisdn, "99900000000"]},
        {"msisdns": [ONE.msisdn]},
        {"msisdns": [ONE.msisdn, OTHER.msisdn], "why": "x"},
        [],
    ],
    ids=["across provinces", "nobody's", "only one", "something else", "no object"],
)
async def test_a_trade_that_makes_no_sense_is_refused(wire: Wire, body: object) -> None:
    response = await wire.control("POST", "/trades", json=body)

    assert 400 == response.status_code
    assert response.json()["error"]
