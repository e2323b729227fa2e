"""
Types of a WSDL -> the source of functions that decode elements of them. Writes code; `decoder` compiles and binds it.

The functions share the shapes of records: tags are looked up once for each row of them. Whatever is not plain text goes
to the functions that `decoder` binds.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

from connectors.soap.primitives import Read, reader
from connectors.soap.types import AnyType, Child, ComplexType, SimpleType, Type

NumberOf = Callable[[ComplexType], int]

# Also lets v be the text. An element with a comment inside has a length, and so has one that is nil and holds text.
_UNUSUAL: Final = "len({s}) or (v := {s}.text) is None"


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A function `decode`, the names of its single and of its repeated children, and what else it is bound to."""

    code: str
    singles: tuple[str, ...]
    lists: tuple[str, ...]
    bound: dict[str, Any]


def source_of(type_: ComplexType, number_of: NumberOf) -> Source:
    """
    The source for *type_*; *number_of* tells the place of another type's function in the list `made`.

    An element of simple content gives a dictionary as well, whose text is under a key of its own, as zeep has it.
    """
    children = tuple({child.key: child for child in type_.children}.values())
    single = tuple(child for child in children if _is_single(child, children))
    lists = tuple(dict.fromkeys(child.name for child in children if child not in single))
    writer = _Writer(type_, number_of, single, lists)
    code = "\n".join(f" {line}" for line in writer.lines(children))
    return Source(
        code=f"def decode(e):\n{code}\n", singles=tuple(child.name for child in single), lists=lists, bound=writer.bound
    )


def _is_single(child: Child, children: tuple[Child, ...]) -> bool:
    # A name that the definition has in several places is read as a list, and given out in order.
    return not child.many and [each.name for each in children].count(child.name) == 1


class _Writer:
    """The lines of one function."""

    def __init__(
        self, type_: ComplexType, number_of: NumberOf, single: tuple[Child, ...], lists: tuple[str, ...]
    ) -> None:
        self.bound: dict[str, Any] = {}
        self._type = type_
        self._number_of = number_of
        self._single = single
        self._lists = lists
        self._pairs: list[str] = []

    def lines(self, children: tuple[Child, ...]) -> Iterator[str]:
        yield "if e.get(NIL) is not None and is_nil(e): return None"
        if self._type.is_empty:
            yield "return None"
            return
        yield "if (x := e.get(XSI_TYPE)) is not None and (other := retyped(e, x)) is not None: return other(e)"
        if self._type.text is not None:
            yield from self._text(*self._type.text)
        else:
            yield from self._elements(children)
        yield from self._attributes()
        yield f"return {{{', '.join(self._pairs)}}}"

    def _text(self, key: str, type_: SimpleType) -> Iterator[str]:
        yield from self._leaf("e", "t", type_, self._type.name or "the text")
        self._pairs.append(f"{key!r}: t")

    def _elements(self, children: tuple[Child, ...]) -> Iterator[str]:
        rest = ", rest" if self._type.wildcard is not None else ""
        yield f"row{rest} = {'divided(e)' if rest else 'e[:]'}"
        yield f"if not row{' and not rest' if rest else ''} and not e.keys(): return None"
        yield "tags = [c.tag for c in row]"
        yield "shape = shapes.last"
        yield "if shape[0] != tags: shape = shapes.of(tags)"
        names = [f"l{at}" for at in range(len(self._lists))]
        yield f"{', '.join(['_', 'pick', *names])} = shape"
        for name in names:
            yield f"{name} = picked(row, {name})"
        if self._single:
            yield "row.append(None)"
            yield f"{', '.join(f's{at}' for at in range(len(self._single)))} = pick(row)"
        for at, child in enumerate(children):
            self._pairs.append(f"{child.key!r}: v{at}")
            yield from self._child(child, f"v{at}", children)
        if self._type.wildcard is not None:
            self._pairs.append(f"{self._type.wildcard.key!r}: wild(rest)")

    def _child(self, child: Child, target: str, children: tuple[Child, ...]) -> Iterator[str]:
        if child in self._single:
            s = f"s{self._single.index(child)}"
            yield f"if {s} is None: {target} = None"
            yield from self._one(child.type, s, target, child.name, word="el")
        elif child.many:
            yield f"{target} = [{self._call(child.type, 'c', child.name)} for c in l{self._lists.index(child.name)}]"
        else:
            yield from self._nth(child, target, children)

    def _nth(self, child: Child, target: str, children: tuple[Child, ...]) -> Iterator[str]:
        rows = f"l{self._lists.index(child.name)}"
        same = [each.key for each in children if each.name == child.name and not each.many]
        at = same.index(child.key)
        said = f"{child.name} occurs more than {len(same)} times"
        yield f"if len({rows}) > {len(same)}: raise XmlError({said!r})"
        yield f"{target} = {self._call(child.type, f'{rows}[{at}]', child.name)} if len({rows}) > {at} else None"

    def _one(self, type_: Type, s: str, target: str, name: str, *, word: str = "") -> Iterator[str]:
        if isinstance(type_, SimpleType):
            yield from self._leaf(s, target, type_, name, word=word)
        else:
            yield f"else: {target} = {self._call(type_, s, name)}"

    def _leaf(self, s: str, target: str, type_: SimpleType, name: str, *, word: str = "") -> Iterator[str]:
        read = self._bind(reader(type_))
        careful = f"{target} = careful({s}, {name!r}, {read})"
        yield f"{word}if {_UNUSUAL.format(s=s)}: {careful}"
        if read == "None":
            yield f"else: {target} = v"
        else:
            yield "else:"
            yield f" try: {target} = {read}(v)"
            yield f" except LexicalError: {careful}"

    def _call(self, type_: Type, s: str, name: str) -> str:
        match type_:
            case SimpleType():
                return f"careful({s}, {name!r}, {self._bind(reader(type_))})"
            case AnyType():
                return f"anything({s})"
            case _:
                return f"made[{self._number_of(type_)}]({s})"

    def _attributes(self) -> Iterator[str]:
        for at, attribute in enumerate(self._type.attributes):
            read = self._bind(reader(attribute.type))
            self._pairs.append(f"{attribute.key!r}: a{at}")
            yield f"a{at} = attribute(e, {attribute.tag!r}, {read}, {attribute.default!r})"
        if self._type.other_attributes is not None:
            known = tuple(attribute.tag for attribute in self._type.attributes)
            self._pairs.append(f"{self._type.other_attributes!r}: others(e, {known!r})")

    def _bind(self, read: Read | None) -> str:
        if read is None:
            return "None"
        name = f"read_{len(self.bound)}"
        self.bound[name] = read
        return name
