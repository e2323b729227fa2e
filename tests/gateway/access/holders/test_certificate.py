"""Certificates in a header, and whose word is believed on them."""

import base64
import hashlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.holders.certificate import is_from, thumbprint_of
from tests.gateway.access.issuing import encoded

DER = bytes(range(256)) * 3
HEADER = f":{base64.b64encode(DER).decode()}:"
PROXIES = [ipaddress.ip_network(each) for each in ("127.0.0.1", "10.1.0.0/16", "2001:db8::/64")]


def test_the_thumbprint_is_that_of_the_bytes():
    assert encoded(hashlib.sha256(DER).digest()) == thumbprint_of(HEADER) == thumbprint_of(f" {HEADER} ")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ":",
        "::",
        HEADER[1:],
        HEADER[:-1],
        f"{HEADER},{HEADER}",
        f"{HEADER};a=1",
        ":abc:",
        ":a-_b:",
        ":a b=:",
        ":=AAA:",
        "?1",
        ":" + "A" * 20_000 + ":",
        ":ÀAAA:",
    ],
)
def test_what_is_no_byte_sequence_is_no_certificate(header):
    assert thumbprint_of(header) is None


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.255.1", "2001:db8::5", "::ffff:10.1.0.1"])
def test_proxies_are_believed(peer):
    assert is_from(peer, PROXIES)


@pytest.mark.parametrize(
    "peer", [None, "", "127.0.0.2", "10.2.0.1", "2001:db8:0:1::5", "::1", "::ffff:10.2.0.1", "localhost", "10.1.0.1:80"]
)
def test_and_nobody_else(peer):
    assert not is_from(peer, PROXIES)


@given(st.text(max_size=60))
def test_any_header_is_a_certificate_or_none(header):
    found = thumbprint_of(header)
    assert found is None or 43 == len(found)
