"""What a result code means: success, or which of our errors. The codes themselves stand in each dialect's `faults`."""

import dataclasses
from collections.abc import Iterable, Mapping

from connectors.errors import ConnectorError, Misconfigured, NotKnown, Rejected, Unavailable


@dataclasses.dataclass(frozen=True, slots=True)
class Outcomes:
    """
    The result code that means success, and the error of each other code that is known.

    A code nobody listed is a refusal: the system was well enough to decide, and asking again will not change its mind.
    """

    success: str
    errors: Mapping[str, type[ConnectorError]]

    @classmethod
    def listed(
        cls, success: str, *, not_known: Iterable[str], unavailable: Iterable[str], misconfigured: Iterable[str]
    ) -> "Outcomes":
        """The codes as an operator lists them; of a code that is listed twice, the latter of these holds."""
        errors: dict[str, type[ConnectorError]] = dict.fromkeys(not_known, NotKnown)
        errors |= dict.fromkeys(unavailable, Unavailable)
        errors |= dict.fromkeys(misconfigured, Misconfigured)
        return cls(success=success, errors=errors)

    def of_code(self, code: str) -> type[ConnectorError] | None:
        """None for success, else the error to raise."""
        return None if code == self.success else self.errors.get(code, Rejected)


def codes_of(errors: Mapping[str, type[ConnectorError]], kind: type[ConnectorError]) -> frozenset[str]:
    """The codes of one kind in a dialect's table, as the default of a setting."""
    return frozenset(code for code, error in errors.items() if error is kind)
