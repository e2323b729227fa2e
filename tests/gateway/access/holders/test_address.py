"""One way to write each address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.holders.address import normalised


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example/", "https://a.example/"),
        ("HTTPS://A.Example:443/x?y=1#z", "https://a.example/x"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("http://a.example:443/x", "http://a.example:443/x"),
        ("https://a.example:/x", "https://a.example/x"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://a.example/%7euser/%2f/%c3%a9", "https://a.example/~user/%2F/%C3%A9"),
        # RFC 3986, 5.2.4.
        ("https://a.example/a/b/c/./../../g", "https://a.example/a/g"),
        ("https://a.example/../..", "https://a.example/"),
        ("https://a.example/a/.", "https://a.example/a/"),
        ("https://a.example/a//b", "https://a.example/a//b"),
        ("https://a.example/.well-known/x", "https://a.example/.well-known/x"),
    ],
)
def test_addresses_that_mean_the_same_are_written_so(written, one):
    assert one == normalised(written)
    assert one == normalised(one)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/x",
        "ftp://a/x",
        "https://",
        "https://u:p@a/x",
        "https://a/ x",
        "https://a/\n",
        "https://a/%zz",
        "https://[",
        "https://a:99999/",
        "https://é/",
    ],
)
def test_what_is_no_address_is_refused(written):
    with pytest.raises(ValueError):
        normalised(written)


@given(st.text(alphabet="abAB01./:%?#@[]\\ é", max_size=30))
def test_what_is_written_so_stays_so(text):
    try:
        found = normalised(f"https://a{text}")
    except ValueError:
        return
    assert found == normalised(found)
    assert not set("?# @") & set(found)
