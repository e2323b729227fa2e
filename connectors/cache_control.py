"""What a system itself says about how long its answer is fresh: the `Cache-Control` of HTTP (RFC 9111), read alone."""

import re
from typing import Final

_MAX_AGE: Final = re.compile(r'max-age="?([0-9]{1,10})"?')
_NOT_WITHOUT_ASKING: Final = frozenset({"no-store", "no-cache"})


def fresh_for(header: str | None) -> float | None:
    """
    For how many seconds, by *header*; None when it does not say.

    `no-store` and `no-cache` are no time at all. Of what is said twice the shorter counts, and what cannot be read is
    passed over: the operator's own times hold in any case.
    """
    said = []
    for directive in (header or "").lower().split(","):
        if directive.partition("=")[0].strip() in _NOT_WITHOUT_ASKING:
            return 0.0
        if (age := _MAX_AGE.fullmatch(directive.strip())) is not None:
            said.append(float(age[1]))
    return min(said, default=None)
