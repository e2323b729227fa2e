"""Settings: safe defaults, and sentences for what cannot be."""

import pytest
from pydantic import ValidationError

from connectors.ucip.settings import DedicatedAccount
from tests.connectors.ucip.fake import settings


def test_the_defaults_are_those_of_the_protocol():
    found = settings()

    assert ("/Air", "UGw Server/4.0/1.0", "EXT", 1) == (
        found.path,
        found.user_agent,
        found.origin_node_type,
        found.nature_of_address,
    )


@pytest.mark.parametrize(
    ("changes", "nature"),
    [
        ({"number_form": "international"}, 1),
        ({"number_form": "national"}, 0),
        ({"number_form": "national-significant"}, 2),
        ({"subscriber_number_nai": "leave-out"}, None),
        ({"number_form": "national", "subscriber_number_nai": 2}, 2),
    ],
)
def test_the_nature_of_address_follows_the_form_unless_told(changes, nature):
    assert nature == settings(**changes).nature_of_address


def test_accounts_are_named_by_their_number_as_configuration_files_write_it():
    found = settings(dedicated_accounts={"7": {"name": "data", "unit": "bytes"}})

    assert {7: DedicatedAccount(name="data", unit="bytes")} == found.dedicated_accounts


@pytest.mark.parametrize(
    "changes",
    [
        {"number_form": "plus"},
        {"subscriber_number_nai": 3},
        {"user_agent": "switchboard"},
        {"user_agent": "a/4.0/1.0\r\nX: y"},
        {"user_agent": "a/b/4.0/1.0"},
        {"path": "Air"},
        {"path": "/Air?x=1"},
        {"origin_node_type": "EXTERNALS"},
        {"origin_host_name": "two words"},
        {"money_decimals": 7},
        {"money_decimals": -1},
        {"currency": "euro"},
        {"currency_names": {"CFA": "franc"}},
        {"dedicated_accounts": {"0": {"name": "x", "unit": "money"}}},
        {"dedicated_accounts": {"1": {"name": "x", "unit": "litres"}}},
        {"dedicated_accounts": {"1": {"name": "x", "unit": "bytes", "decimals": 2}}},
        {"unlisted_dedicated_accounts": "bytes"},
        {"negotiated_capabilities": [-1]},
        {"offer_flags": ["a b"]},
        {"password": "s3cret"},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_stops_the_start(changes):
    with pytest.raises(ValidationError) as caught:
        settings(**changes)

    assert "s3cret" not in str(caught.value).replace("input_value='s3cret'", "")


def test_a_password_is_not_shown():
    assert "s3cret" not in repr(settings())
