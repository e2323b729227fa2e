"""The table of refusals."""

import pytest

from connectors.errors import BadData, Misconfigured, NotKnown, Rejected, Unavailable
from connectors.ucip.faults import Kind, RefusedError, refusal


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        (Kind.RESPONSE, 100, Unavailable),
        (Kind.RESPONSE, 102, NotKnown),
        (Kind.RESPONSE, 103, Rejected),
        (Kind.RESPONSE, 104, Rejected),
        (Kind.RESPONSE, 126, Rejected),
        (Kind.RESPONSE, 137, Rejected),
        (Kind.RESPONSE, 260, Misconfigured),
        (Kind.RESPONSE, 261, Misconfigured),
        (Kind.RESPONSE, 999, Rejected),
        (Kind.RESPONSE, 999999, Rejected),
        (Kind.RESPONSE, 3, BadData),
        (Kind.RESPONSE, -1, BadData),
        (Kind.FAULT, 1000, Misconfigured),
        (Kind.FAULT, 1001, Unavailable),
        (Kind.FAULT, 1004, Misconfigured),
        (Kind.FAULT, 1005, Unavailable),
        (Kind.FAULT, 1007, Unavailable),
        (Kind.FAULT, 0, Unavailable),
        (Kind.HTTP, 301, BadData),
        (Kind.HTTP, 401, Misconfigured),
        (Kind.HTTP, 403, Misconfigured),
        (Kind.HTTP, 429, Unavailable),
        (Kind.HTTP, 500, Unavailable),
        (Kind.HTTP, 503, Unavailable),
        (Kind.HTTP, 204, BadData),
    ],
)
def test_what_a_code_means(kind, code, error):
    assert error is refusal(kind, code)


def test_a_code_is_told_but_not_a_number_in_its_place():
    assert "responseCode 126" == str(RefusedError(Kind.RESPONSE, 126))
    assert "99960000042" not in str(RefusedError(Kind.FAULT, 99960000042))
