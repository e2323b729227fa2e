"""Where a client finds out who issues tokens."""

import pytest

from gateway.access.metadata import metadata_of
from gateway.access.settings import AccessSettings


def settings(audience: str) -> AccessSettings:
    issuers = [{"issuer": f"https://{name}.example", "jwks_url": f"https://{name}.example/keys"} for name in "ab"]
    return AccessSettings.model_validate(
        {"audience": audience, "issuers": issuers, "clients": {"desk": {"class": "agent"}}}
    )


@pytest.mark.parametrize(
    ("audience", "path"),
    [
        ("https://graph.example", ""),
        ("https://graph.example/", ""),
        ("https://graph.example/graphql", "/graphql"),
        ("https://graph.example:8443/a/b/", "/a/b"),
    ],
)
def test_it_stands_between_host_and_path_of_the_address(audience: str, path: str) -> None:
    found = metadata_of(settings(audience))

    assert found is not None
    assert f"/.well-known/oauth-protected-resource{path}" == found.path
    assert found.url.startswith("https://graph.example")
    assert found.url.endswith(found.path)
    assert (audience, ["https://a.example", "https://b.example"], ["header"]) == (
        found.document["resource"],
        found.document["authorization_servers"],
        found.document["bearer_methods_supported"],
    )


def test_it_says_how_tokens_may_be_bound() -> None:
    holders = {"dpop": {"url": "https://graph.example/graphql"}, "client_certificate": {"trusted_proxies": ["::1"]}}
    found = metadata_of(
        AccessSettings.model_validate(settings("https://graph.example").model_dump(by_alias=True) | holders)
    )

    assert found is not None
    assert found.document["tls_client_certificate_bound_access_tokens"] is True
    assert "ES256" in str(found.document["dpop_signing_alg_values_supported"])


def test_the_issuer_for_development_is_in_nobodys_metadata() -> None:
    more = {"audience": "https://graph.example", "development": {}, "clients": {"desk": {"class": "agent"}}}
    found = metadata_of(AccessSettings.model_validate(more))

    assert found is not None
    assert "authorization_servers" not in found.document


@pytest.mark.parametrize(
    "audience", ["graph", "urn:graph", "http://graph.example", "https://", "https://a?b", "https://["]
)
def test_a_graph_whose_audience_is_no_address_has_none(audience: str) -> None:
    assert metadata_of(settings(audience)) is None
