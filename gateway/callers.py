"""How important a caller is: what the operator, or the operator's proxy, says. Nothing here knows who it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.terms import Criticality

ClassName = Literal["agent", "self_care", "partner", "batch"]

CLASSES: Mapping[str, Criticality] = MappingProxyType({each.name.lower(): each for each in Criticality})
"""Every class by the name that settings and headers give it."""


class CallerSettings(BaseModel):
    """What class callers are of. Where not everybody can be served, agents come first and batch last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_class: ClassName = Field(default="agent", description="The class of callers of which nothing is said.")
    class_header: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$",
        description="Header in which your proxy says the class; it must overwrite what callers send. Not given: none.",
    )

    @field_validator("class_header")
    @classmethod
    def _small_letters(cls, name: str | None) -> str | None:
        return None if name is None else name.lower()


class Classes:
    """Says what class a request is of."""

    def __init__(self, settings: CallerSettings) -> None:
        self._default = CLASSES[settings.default_class]
        self.header = None if settings.class_header is None else settings.class_header.encode("ascii")

    def of(self, said: str | None) -> Criticality:
        """
        The class that the header's text stands for.

        What is not one of the classes, such as two of them where a caller and the proxy both wrote one, is batch: it
        is served, and nobody gains by it.
        """
        if said is None:
            return self._default
        return CLASSES.get(said.strip(" \t").lower(), Criticality.BATCH)
