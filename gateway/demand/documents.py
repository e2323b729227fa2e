"""How long and how deep the documents of an audience may be."""

from typing import Any, Final

from gateway.demand.settings import Audience
from gateway.limits.settings import LimitSettings

_STRANGERS: Final[dict[str, int]] = {
    "max_characters": 15_000,
    "max_tokens": 1_000,
    "max_depth": 12,
    "max_aliases": 15,
    "max_directives": 50,
    "max_root_fields": 10,
}
"""What those of other companies, and those of whom nothing is known, may write; one's own frontends may more."""


def limits_of(audience: Audience | None, configured: LimitSettings) -> LimitSettings:
    """
    The bounds of documents of *audience*; None is a stranger.

    Those of partners and strangers are never wider than what is *configured*, which is for the operator's own frontends
    and is given back as it is for them.
    """
    if audience not in {None, "partner"}:
        return configured
    tightened: dict[str, Any] = {name: min(most, getattr(configured, name)) for name, most in _STRANGERS.items()}
    # Names that are alike would spell out the graph to whoever may not see it.
    return configured.model_copy(update={**tightened, "suggestions": False})
