"""Which media type a caller gets for which Accept header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose

ANSWERS = (JSON, GRAPHQL_RESPONSE)
WITH_PAGE = (GRAPHQL_RESPONSE, JSON, HTML)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", JSON),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/json;q=0.9, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.2, application/json;q=0.3", JSON),
        ("*/*, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("*/*;q=0.1, application/graphql-response+json;q=0.5", GRAPHQL_RESPONSE),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("application/json;q=0, application/*;q=0.5", GRAPHQL_RESPONSE),
        (" , application/json , ", JSON),
        ("application/json;q=2", JSON),
        ("application/json;q=abc", None),
        ("application/json;q=nan", None),
        ("application/json;q=0", None),
        ("application/json;q=0, */*;q=0", None),
        ("text/html", None),
        ("application/xml, text/*", None),
        ("application/jsonx", None),
        ("json", None),
        (",", None),
        (";;;", None),
    ],
)
def test_the_best_of_what_is_offered_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert chosen == choose(accept, ANSWERS)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", HTML),
        ("text/html", HTML),
        ("*/*", GRAPHQL_RESPONSE),
        (None, GRAPHQL_RESPONSE),
        ("application/json, text/html;q=0.9", JSON),
        ("application/json, text/html", JSON),
    ],
)
def test_a_browser_gets_the_page_and_a_program_does_not(accept: str | None, chosen: str) -> None:
    assert chosen == choose(accept, WITH_PAGE)


_RANGES = st.builds(
    "{}{}".format,
    st.sampled_from([*WITH_PAGE, "*/*", "application/*", "text/*", "*", "", "/", ";"]),
    st.sampled_from(["", ";q=1", ";q=0", ";q=0.5", ";q=", ";q=NaN", ";q=-1", ";q=inf", "; q = 0.3", ";q", ";=;="]),
)


@given(st.text() | st.lists(_RANGES).map(",".join))
def test_no_header_is_too_odd(accept: str) -> None:
    assert choose(accept, WITH_PAGE) in {*WITH_PAGE, None}


@given(st.lists(_RANGES).map(",".join), st.sampled_from(WITH_PAGE))
def test_what_is_refused_by_name_is_never_chosen(accept: str, refused: str) -> None:
    others = ",".join(found for found in accept.split(",") if not found.startswith(refused))

    assert refused != choose(f"{others},{refused};q=0", WITH_PAGE)
