"""What a refusal says in `WWW-Authenticate`: by which schemes a token is shown here, and what was wrong. Pure."""

import dataclasses
import re
from typing import Final

from gateway.access.presented import Scheme

_QUOTED: Final = re.compile(r"[ !#-\[\]-~]*", re.ASCII)
"""RFC 6750, 3: what an attribute of a challenge may hold between its quotes."""


def challenge(scheme: Scheme = Scheme.BEARER, **said: str | None) -> str:
    """One challenge (RFC 9110, 11.6.1). Raises ValueError for what it cannot hold."""
    for value in said.values():
        if value is not None and not _QUOTED.fullmatch(value):
            raise ValueError("a challenge cannot hold that")
    written = ", ".join(f'{name}="{value}"' for name, value in said.items() if value is not None)
    return f'{scheme.value} realm="graph"{", " if written else ""}{written}'


@dataclasses.dataclass(frozen=True, slots=True)
class Challenges:
    """
    The challenges of one graph.

    *metadata* is where a client may read how to get a token (RFC 9728, 5.1), *algorithms* are those by which it may
    sign proofs (RFC 9449, 7.1); None where tokens are shown as Bearer alone.
    """

    metadata: str | None = None
    algorithms: tuple[str, ...] | None = None

    def nobody(self) -> str:
        """Nobody has said who asks: then nothing was wrong (RFC 6750, 3.1)."""
        return self._with(Scheme.BEARER)

    def malformed(self, description: str) -> str:
        """A header cannot be read."""
        return challenge(error="invalid_request", error_description=description)

    def refused(self, scheme: Scheme, error: str, description: str) -> str:
        """A token that was shown by *scheme*, or its proof, is not believed."""
        return self._with(scheme, error=error, error_description=description)

    def insufficient(self, scheme: Scheme, scopes: frozenset[str], description: str | None = None) -> str:
        """It is believed and not enough: *scopes* would do (RFC 6750, 3.1)."""
        said = {"error": "insufficient_scope", "error_description": description, "scope": " ".join(sorted(scopes))}
        return self._one(scheme, said)

    def _with(self, scheme: Scheme, **said: str) -> str:
        """What is wrong by *scheme*, and the other one, if there is one."""
        first = self._one(scheme, said)
        if self.algorithms is None:
            return first
        other = Scheme.DPOP if scheme is Scheme.BEARER else Scheme.BEARER
        return f"{first}, {self._one(other, {})}"

    def _one(self, scheme: Scheme, said: dict[str, str | None] | dict[str, str]) -> str:
        algorithms = " ".join(self.algorithms or ()) if scheme is Scheme.DPOP else None
        return challenge(scheme, **said, resource_metadata=self.metadata, algs=algorithms)
