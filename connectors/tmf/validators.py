"""
Validators: what is kept beside an answer so that the server can be asked whether it still holds.

A validator is the answer's ETag together with all that our reading of the answer hangs on beside its body. What was
read otherwise, by another release or with other settings, is never confirmed: the server would vouch for bytes that we
would read differently today.
"""

import dataclasses
import functools
import hashlib
import importlib.metadata
from collections.abc import Hashable
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from connectors.etag import readable
from connectors.guard import validated_by
from schema.source import Source

_SCOPE: Final = 16


class Sourced(Protocol):
    """A data class of the words that says where it came from."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    source: Source


T = TypeVar("T", bound=Sourced)


@dataclasses.dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """An object as it was answered before, the ETag that it had then, and the validator that this was kept as."""

    value: T = dataclasses.field(repr=False)
    etag: str = dataclasses.field(repr=False)
    validator: str = dataclasses.field(repr=False)

    def confirmed(self, source: Source) -> T:
        """The object as it is now, by *source*: the server said that it still has this ETag."""
        validated_by(self.validator, confirmed=True)
        return dataclasses.replace(self.value, source=source)


class Validators:
    """Validators of one collection. *reading* is what tells its readings apart, beside the members asked for."""

    def __init__(self, *reading: Hashable) -> None:
        self._reading = (_release(), *reading)
        # Worked out once for each selection, of which there are few.
        self._scope = functools.cache(self._scope_of)

    def keep(self, header: str | None, selection: str) -> None:
        """Have it kept that the answer, with the members in *selection*, has the `ETag` *header*, where that is one."""
        etag = readable(header)
        if etag is not None:
            validated_by(self._scope(selection) + etag)

    def known(self, value: T | None, validator: str | None, selection: str) -> Known[T] | None:
        """*value*, which is kept with *validator*; None without them, or where they are of another reading."""
        if value is None or validator is None or not validator.startswith(self._scope(selection)):
            return None
        # Read as strictly as when it came: it may have been kept outside of this process.
        etag = readable(validator[_SCOPE:])
        return None if etag is None else Known(value, etag, validator)

    def _scope_of(self, selection: str) -> str:
        return hashlib.blake2b(repr((*self._reading, selection)).encode(), digest_size=_SCOPE // 2).hexdigest()


@functools.cache
def _release() -> str:
    return importlib.metadata.version("switchboard-gateway")
