"""
The purpose that a token names (CAMARA Security and Interoperability Profile, "Purpose as a scope"). Pure.

It is one of the token's scopes, and there is exactly one: who could name two could have the data for one and use it for
the other. A scope that only looks like a purpose is refused rather than passed over, for the same reason.
"""

from collections.abc import Iterable
from typing import Final

from schema.consent import is_purpose

_BEGINS: Final = "dpv:"


class PurposeError(ValueError):
    """A token does not name one purpose. The text is for callers, and quotes nothing of the token."""


def purpose_of(scopes: Iterable[str]) -> str:
    """The one purpose among *scopes*, such as `dpv:FraudPreventionAndDetection`; raises PurposeError."""
    named = {scope for scope in scopes if scope.lower().startswith(_BEGINS)}
    if not named:
        raise PurposeError(
            "The token names no purpose, and personal data is given for a purpose only. Get a token with exactly one "
            "scope such as `dpv:FraudPreventionAndDetection`."
        )
    if len(named) > 1:
        raise PurposeError("The token names more than one purpose. Get a token for each, with one `dpv:` scope in it.")
    (purpose,) = named
    if not is_purpose(purpose):
        raise PurposeError(
            "The token's purpose cannot be read. Write `dpv:` and a term of the Data Privacy Vocabulary, such as "
            "`dpv:FraudPreventionAndDetection`, and nothing behind it."
        )
    return purpose
