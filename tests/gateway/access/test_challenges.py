"""What refusals say in `WWW-Authenticate`."""

import pytest

from gateway.access.challenges import Challenges, challenge
from gateway.access.presented import Scheme

METADATA = "https://graph.example/.well-known/oauth-protected-resource"
BOTH = Challenges(METADATA, ("ES256", "EdDSA"))


def test_a_challenge_says_what_is_wrong_and_what_would_do():
    assert 'Bearer realm="graph"' == challenge() == Challenges().nobody()
    assert (
        'Bearer realm="graph", error="insufficient_scope", error_description="It wants more.", scope="a:read b:read"'
        == Challenges().insufficient(Scheme.BEARER, frozenset({"b:read", "a:read"}), "It wants more.")
    )


def test_whoever_has_said_nothing_reads_both_ways_to_show_a_token():
    assert (
        f'Bearer realm="graph", resource_metadata="{METADATA}", '
        f'DPoP realm="graph", resource_metadata="{METADATA}", algs="ES256 EdDSA"' == BOTH.nobody()
    )


def test_what_is_wrong_stands_with_the_way_in_which_it_was_shown():
    assert BOTH.refused(Scheme.DPOP, "invalid_dpop_proof", "no").startswith(
        'DPoP realm="graph", error="invalid_dpop_proof", error_description="no", '
    )
    assert BOTH.refused(Scheme.DPOP, "invalid_dpop_proof", "no").count("error=") == 1
    assert 'algs="ES256 EdDSA"' in BOTH.refused(Scheme.BEARER, "invalid_token", "no")
    assert BOTH.refused(Scheme.BEARER, "invalid_token", "no").startswith('Bearer realm="graph", error="invalid_token"')
    assert "DPoP" not in Challenges(METADATA).refused(Scheme.BEARER, "invalid_token", "no")


@pytest.mark.parametrize("text", ['a"', "a\\", "a\r\nX: y", "é"])
def test_a_challenge_cannot_be_broken_out_of(text):
    with pytest.raises(ValueError, match="cannot hold"):
        challenge(error="invalid_token", error_description=text)
