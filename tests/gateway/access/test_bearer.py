"""Tokens in headers, and challenges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.bearer import MalformedError, challenge, token_of


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc.def-_~+/==", "abc.def-_~+/=="),
        ("bearer abc", "abc"),
        ("BEARER  abc ", "abc"),
        (None, None),
        ("", None),
        ("Basic dXNlcjpw", None),
        ("DPoP abc", None),
        ("Bearerabc", None),
    ],
)
def test_a_token_is_what_follows_its_scheme(header, token):
    assert token == token_of(header)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,Bearer b",
        "Bearer a, Basic b",
        'Bearer "a"',
        "Bearer =",
        "Bearer é",
        "Bearer a\n",
    ],
)
def test_a_header_that_came_twice_or_holds_no_token_is_refused(header):
    with pytest.raises(MalformedError, match="Write one header"):
        token_of(header)


def test_the_refusal_does_not_repeat_what_was_sent():
    with pytest.raises(MalformedError) as caught:
        token_of("Bearer s3cret s3cret")

    assert "s3cret" not in str(caught.value)


def test_a_challenge_says_what_is_wrong_and_what_would_do():
    assert 'Bearer realm="graph"' == challenge()
    assert (
        'Bearer realm="graph", error="insufficient_scope", error_description="It wants more.", scope="a:read b:read"'
        == challenge(error="insufficient_scope", description="It wants more.", scopes=frozenset({"b:read", "a:read"}))
    )


@pytest.mark.parametrize("text", ['a"', "a\\", "a\r\nX: y", "é"])
def test_a_challenge_cannot_be_broken_out_of(text):
    with pytest.raises(ValueError, match="cannot hold"):
        challenge(error="invalid_token", description=text)


@given(st.text(max_size=60))
def test_any_header_is_a_token_none_or_malformed(header):
    try:
        token = token_of(header)
    except MalformedError:
        return
    assert token is None or (token.isascii() and token in header and not set(token) & set(' ,;"\\'))
