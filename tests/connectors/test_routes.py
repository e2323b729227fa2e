"""Which systems are asked about a key: those with the longest beginning of it, or all that may know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.routes import NoSuchSystemError, Serves, Systems

PROVINCES = Systems(
    {"mainland": 1, "islands": 2},
    {
        "mainland": Serves(numbers=("9996",), accounts=("A", "B"), imsis=("99970",)),
        "islands": Serves(numbers=("9997", "99965"), accounts=("C",), imsis=("99971",)),
    },
)
UNTOLD = Systems({"first": 1, "second": 2})
DIGITS = st.text("0123456789", max_size=6)


@pytest.mark.parametrize(
    ("msisdn", "systems"),
    [
        ("99960000001", ("mainland",)),
        ("99970000001", ("islands",)),
        ("99965000001", ("islands",)),
        ("99980000001", ()),
        ("", ()),
    ],
)
def test_a_number_leads_to_the_system_with_its_longest_beginning(msisdn: str, systems: tuple[str, ...]) -> None:
    assert systems == PROVINCES.of_number(msisdn)


def test_accounts_and_sims_have_beginnings_of_their_own() -> None:
    assert ("mainland",) == PROVINCES.of_account("B1000042")
    assert ("islands",) == PROVINCES.of_account("C1000042")
    assert () == PROVINCES.of_account("X1")
    assert ("islands",) == PROVINCES.of_imsi("999710000000001")


def test_systems_that_tell_nothing_are_all_asked() -> None:
    assert ("first", "second") == UNTOLD.of_number("99960000001")
    assert ("first", "second") == UNTOLD.of_account("")


def test_a_system_that_tells_nothing_is_asked_where_no_other_claims_the_key() -> None:
    rest = Systems({"rest": 1, "islands": 2}, {"islands": Serves(numbers=("9997",))})

    assert ("islands",) == rest.of_number("99970000001")
    assert ("rest",) == rest.of_number("99960000001")


@given(st.lists(st.lists(DIGITS.filter(bool), max_size=3), min_size=1, max_size=4), DIGITS)
def test_never_a_system_whose_beginnings_do_not_fit(beginnings: list[list[str]], key: str) -> None:
    names = [f"s{place}" for place in range(len(beginnings))]
    systems = Systems(
        dict.fromkeys(names, 0),
        {name: Serves(numbers=tuple(told)) for name, told in zip(names, beginnings, strict=True)},
    )

    found = systems.of_number(key)

    fitting = {name: [b for b in told if key.startswith(b)] for name, told in zip(names, beginnings, strict=True)}
    reach = {
        name: max(map(len, fits), default=0 if not told else -1)
        for (name, fits), told in zip(fitting.items(), beginnings, strict=True)
    }
    assert {name for name, length in reach.items() if length >= 0 and length == max(reach.values())} == set(found)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(NoSuchSystemError):
        _ = PROVINCES["nowhere"]
