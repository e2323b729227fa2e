"""Which media type a caller wants for the response (RFC 9110, 12.5.1; GraphQL over HTTP, 4)."""

import dataclasses
import functools

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"


@dataclasses.dataclass(frozen=True, slots=True)
class _Range:
    media_type: str
    weight: float

    def covers(self, offered: str) -> int:
        """How exactly this range names *offered*: 0 not at all, 3 to the letter."""
        if self.media_type == offered:
            return 3
        if self.media_type == offered.partition("/")[0] + "/*":
            return 2
        return 1 if self.media_type == "*/*" else 0


_LONGEST_KEPT = 200
"""What clients really send; browsers come near it."""


def choose(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """
    The best of *offered*, in our order of preference where the caller has none; None when nothing fits.

    No Accept header means anything (RFC 9110, 12.5.1).
    """
    # Clients say the same each time, so what it came to is remembered, unless somebody wants to fill the memory.
    return (_remembered if len(accept or "") <= _LONGEST_KEPT else _chosen)(accept, offered)


def _chosen(accept: str | None, offered: tuple[str, ...]) -> str | None:
    ranges = [_range(text) for text in (accept or "*/*").split(",") if text.strip()]
    best: tuple[float, int, int] | None = None
    chosen: str | None = None
    for place, media_type in enumerate(offered):
        precision, weight = max(((found.covers(media_type), found.weight) for found in ranges), default=(0, 0.0))
        if precision and weight > 0 and (best is None or (weight, precision, -place) > best):
            best, chosen = (weight, precision, -place), media_type
    return chosen


_remembered = functools.lru_cache(maxsize=256)(_chosen)


def _range(text: str) -> _Range:
    media_type, *parameters = (part.strip().lower() for part in text.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = min(max(float(value), 0.0), 1.0)
            except ValueError:
                weight = 0.0
    return _Range(media_type=media_type, weight=weight)
