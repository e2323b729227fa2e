"""Generated functions: the text of each, and the objects that the text refers to by made-up names."""

import contextlib
import itertools
import types
from collections.abc import Iterator
from typing import Any


class Surprise(Exception):
    """Generated code met what it was not written for; graphql-core completes that subtree instead."""


class Names:
    """The objects that generated functions of one completion refer to. One object always has the same name."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {"Surprise": Surprise}
        self._known: dict[int, str] = {}
        self._numbers = itertools.count()

    def of(self, thing: object) -> str:
        """The name of *thing*, which is kept alive."""
        name = self._known.get(id(thing))
        if name is None:
            name = self._known[id(thing)] = self.fresh("k")
            self.space[name] = thing
        return name

    def fresh(self, letter: str) -> str:
        """A name that nothing has yet."""
        return f"{letter}{next(self._numbers)}"


class Lines:
    """The lines of one function, indented as they are added."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._lines: list[str] = []
        self._indent = 1

    def add(self, *lines: str) -> None:
        """Add *lines* at the present indentation."""
        self._lines += [" " * self._indent + line for line in lines]

    @contextlib.contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Add *opening*; what is added within the context stands below it."""
        self.add(opening)
        self._indent += 1
        try:
            yield
        finally:
            self._indent -= 1

    @contextlib.contextmanager
    def all_or_none(self) -> Iterator[None]:
        """What is added within the context goes again when an exception leaves it."""
        before = len(self._lines)
        try:
            yield
        except BaseException:
            del self._lines[before:]
            raise

    def first(self, line: str) -> None:
        """Add *line* before all others."""
        self._first.append(f" {line}")

    def function(self, names: Names, *, returns: str) -> str:
        """The name of the function of `v`, the value, and `c`, the context, that these lines and *returns* make."""
        name = names.fresh("f")
        text = "\n".join([f"def {name}(v, c):", *self._first, *self._lines, f" return {returns}"])
        code = compile(text, "<compiled completion>", "exec")
        # Its own names alone, itself left out: functions that find each other in one place would be kept alive by it
        # until the garbage collector comes by, with all that their operation holds.
        space = {each: names.space[each] for each in _names(code) if each in names.space}
        # The text holds names of the schema, which follow the grammar of names, literals made by repr, and our own.
        exec(code, space)  # noqa: S102
        names.space[name] = space.pop(name)
        return name


def _names(code: types.CodeType) -> Iterator[str]:
    """The names that *code* and what is defined in it look up outside of it, and those of attributes."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)
