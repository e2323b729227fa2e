"""What differs between the settings in force and those that were written since: what can hold at once. Pure."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from connectors.settings import FileSecret
from gateway.mistakes import Mistake, SettingsError
from gateway.settings import ServerSettings, Settings

_OF_THE_PROCESS: Final = ("numbering", "cache", "log", "telemetry", "audit", "control")
"""Sections of what a process has once: what is kept, counted and logged goes on, whatever else is written anew."""

_OF_THE_DOOR: Final = frozenset(ServerSettings.model_fields) - {"deadline_s", "max_body_bytes", "body_timeout_s"}
_PARTLY: Final[Mapping[str, frozenset[str]]] = {"server": _OF_THE_DOOR, "demand": frozenset({"replicas"})}
_RENEWED: Final = frozenset({"systems", "cache"})
"""Sections whose secrets are looked at all the time (`gateway.renewal`): another one in the same file is no change."""

_NAMED: Final = frozenset({("access", "clients"), ("access", "purposes")})
"""Where it is the third step that says what has changed."""

Place = tuple[str, ...]
_Settings = BaseModel | Mapping[str, BaseModel]


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """The *settings* that can hold now, which of them are other than before, and which wait for a restart."""

    settings: Settings
    at_once: tuple[str, ...] = ()
    after_restart: tuple[str, ...] = ()


def compared(before: Settings, after: Settings) -> Compared:
    """
    What becomes of *after* in a process that began with *before*.

    Raises SettingsError where what can hold now does not fit to what cannot.
    """
    places = differing(before, after)
    later = {place for place in places if _waits(place)}
    at_once = {_told(place) for place in places - later}
    return Compared(_together(before, after), tuple(sorted(at_once)), tuple(sorted({_told(place) for place in later})))


def differing(before: _Settings, after: _Settings) -> set[Place]:
    """Where the two say something else."""
    was, now = dict(_leaves(before, ())), dict(_leaves(after, ()))
    return {place for place in was.keys() | now.keys() if was.get(place, _ABSENT) != now.get(place, _ABSENT)}


_ABSENT: Final = object()


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, object]]:
    match value:
        case BaseModel():
            for name, each in value:
                yield from _leaves(each, (*place, name))
        case Mapping():
            for name, each in value.items():
                yield from _leaves(each, (*place, str(name)))
        case FileSecret() if place[0] in _RENEWED:
            yield place, value.path
        case _:
            yield place, value


def _waits(place: Place) -> bool:
    return place[0] in _OF_THE_PROCESS or (len(place) > 1 and place[1] in _PARTLY.get(place[0], ()))


def _told(place: Place) -> str:
    return ".".join(place[:3] if place[:2] in _NAMED else place[:2])


def _together(before: Settings, after: Settings) -> Settings:
    kept: dict[str, Any] = {name: getattr(before, name) for name in _OF_THE_PROCESS}
    for section, names in _PARTLY.items():
        parts = {name: getattr(getattr(before, section), name) for name in names}
        kept[section] = getattr(after, section).model_copy(update=parts)
    try:
        return Settings.model_validate({**dict(after), **kept})
    except ValidationError as exc:
        # Each of the two fits together; what is half of this and half of that need not.
        why = str(exc.errors(include_url=False, include_input=False)[0]["msg"]).removeprefix("Value error, ")
        raise SettingsError(Mistake("", "", f"it takes a restart: {why}", "")) from None
