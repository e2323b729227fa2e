"""Which questions to ask for several ids: as few as the server's filters and the length of an address allow. Pure."""

import re
from collections.abc import Iterable, Iterator

# Signs without a meaning in a TMF630 filter, in an address, or in the languages servers translate filters into.
_PLAIN = re.compile(r"[A-Za-z0-9._~:@|-]{1,128}", re.ASCII)

# Common limits for a whole request line start at 8 kB.
_MAX_LIST_LENGTH = 4000


def can_join(value: str) -> bool:
    """Whether *value* may stand in a comma-joined list; otherwise it could be read as several, or as an operator."""
    return _PLAIN.fullmatch(value) is not None


def can_address(value: str) -> bool:
    """Whether *value* can be the last segment of a path: `.` and `..` would name another place (RFC 3986, 5.2.4)."""
    return value not in {".", ".."} and _is_text(value)


def can_filter(value: str, *, join: bool) -> bool:
    """Whether *value* can be asked for by filter; where commas join values, a value with a comma would be two."""
    return _is_text(value) and not (join and "," in value)


def questions(ids: Iterable[str], *, join: bool, size: int) -> tuple[tuple[str, ...], ...]:
    """
    *ids*, each once, in groups of which each is one question.

    A group of one is asked by its own address, a larger one by filter. Ids that cannot be addressed are left out: a
    system with addresses for its objects cannot have them.
    """
    return grouped((value for value in ids if can_address(value)), join=join, size=size)


def grouped(values: Iterable[str], *, join: bool, size: int) -> tuple[tuple[str, ...], ...]:
    """*values*, each once: those that may be joined in groups of at most *size*, each of the others alone."""
    distinct = dict.fromkeys(values)
    alone = [(value,) for value in distinct if not (join and can_join(value))]
    return (*alone, *_groups((value for value in distinct if join and can_join(value)), size=size))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return value != ""


def _groups(values: Iterable[str], *, size: int) -> Iterator[tuple[str, ...]]:
    group: list[str] = []
    for value in values:
        length = sum(map(len, group)) + len(group) + len(value)
        if len(group) == size or (group and length > _MAX_LIST_LENGTH):
            yield tuple(group)
            group = []
        group.append(value)
    if group:
        yield tuple(group)
