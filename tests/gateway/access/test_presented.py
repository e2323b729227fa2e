"""Tokens in headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.presented import MalformedError, Presented, Scheme, Shown, shown


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Bearer abc.def-_~+/==", Shown(Scheme.BEARER, "abc.def-_~+/==")),
        ("bearer abc", Shown(Scheme.BEARER, "abc")),
        ("BEARER  abc ", Shown(Scheme.BEARER, "abc")),
        ("DPoP abc", Shown(Scheme.DPOP, "abc")),
        ("dpop abc", Shown(Scheme.DPOP, "abc")),
        (None, None),
        ("", None),
        ("Basic dXNlcjpw", None),
        ("Bearerabc", None),
        ("Bearer,DPoP abc", None),
    ],
)
def test_a_token_is_what_follows_its_scheme(header, found):
    assert found == shown(header)


@pytest.mark.parametrize("scheme", ["Bearer", "DPoP"])
@pytest.mark.parametrize("rest", ["", " ", " a b", " a,Bearer b", " a, Basic b", ' "a"', " =", " é", " a\n"])
def test_a_header_that_came_twice_or_holds_no_token_is_refused(scheme, rest):
    with pytest.raises(MalformedError, match=f"Write one header: 'Authorization: {scheme} <token>'"):
        shown(f"{scheme}{rest}")


def test_neither_a_refusal_nor_a_repr_repeats_what_was_sent():
    with pytest.raises(MalformedError) as caught:
        shown("Bearer s3cret s3cret")

    every = Presented(authorization="Bearer s3cret", dpop="s3cret", certificate=":s3cret:")
    assert "s3cret" not in str(caught.value) + repr(every) + repr(shown("Bearer s3cret"))


@given(st.text(max_size=60))
def test_any_header_is_a_token_none_or_malformed(header):
    try:
        found = shown(header)
    except MalformedError:
        return
    assert found is None or (found.token.isascii() and found.token in header and not set(found.token) & set(' ,;"\\'))
