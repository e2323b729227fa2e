"""Fragments in the order in which they need each other. Knows names only."""

from collections.abc import Iterator, Mapping


class FragmentCycle(Exception):
    """A fragment spreads itself, straight or through others."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def ordered(spreads: Mapping[str, set[str]]) -> list[str]:
    """
    Every fragment after those it spreads; *spreads* has them by name. Raises FragmentCycle.

    A depth-first walk with a stack of its own: how long chains of fragments are is the caller's choice, not Python's.
    """
    done: dict[str, None] = {}
    for root in spreads:
        if root not in done:
            _walk(root, spreads, done)
    return list(done)


def _walk(root: str, spreads: Mapping[str, set[str]], done: dict[str, None]) -> None:
    path: dict[str, Iterator[str]] = {root: iter(spreads[root])}
    while path:
        # Taken out and put back: to look at the last of a dict takes as long as it was ever long.
        name, ahead = path.popitem()
        found = next((one for one in ahead if one in spreads and one not in done), None)
        if found is None:
            done[name] = None
        elif found in path or found == name:
            raise FragmentCycle(found)
        else:
            path[name] = ahead
            path[found] = iter(spreads[found])
