"""The answer that a system does not know what it was asked about, as it is kept."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Negative:
    """Stands where a value would; whoever gets it raises NotKnown. *reason* is the constant phrase of the first one."""

    reason: str
