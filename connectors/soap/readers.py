"""
Records -> the source of functions that read them. Writes code; `records` compiles and binds it.

A reader lists an element's children and their tags, finds which child stands where by the row's shape, and makes each
value in a few inlined steps. Whatever is not plain text goes to the functions of `values`.
"""

from collections.abc import Iterator
from typing import Any, Final

from connectors.soap.fields import Field, Kind, fields_of

_ONE_BY_ONE: Final = frozenset({Kind.TEXT, Kind.INTEGER, Kind.READ, Kind.RECORD, Kind.NODE, Kind.PRESENT})


class Plan:
    """A record and how it is read. *number* tells its reader from others."""

    def __init__(self, record: type[Any], number: int) -> None:
        self.record = record
        self.number = number
        self.fields = fields_of(record)
        self.lists = tuple(field for field in self.fields if field.spec.many)
        self.watched = tuple(field for field in self.lists if field.spec.mark is not None)
        single = [field.spec.name for field in self.fields if field.kind in _ONE_BY_ONE and not field.spec.many]
        grouped = [name for field in self.fields for name in field.spec.names]
        self.singles = tuple(dict.fromkeys([*single, *grouped]))
        if both := {field.spec.name for field in self.lists}.intersection(self.singles):
            raise TypeError(f"{record.__name__} reads {min(both)} both as one and as many")

    def records(self) -> list[type[Any]]:
        """The records that it holds."""
        return [field.record for field in self.fields if field.record is not None]


def plans_of(record: type[Any]) -> dict[type[Any], Plan]:
    """The plans of *record* and of every record within it."""
    plans: dict[type[Any], Plan] = {}
    waiting = [record]
    while waiting:
        each = waiting.pop()
        if each not in plans:
            plans[each] = Plan(each, len(plans))
            waiting += plans[each].records()
    return plans


def source_of(plans: dict[type[Any], Plan]) -> str:
    """A module with a function `read_N` for each plan; `records` says what it is bound to."""
    return "\n".join(line for plan in plans.values() for line in _reader(plan, plans))


def _reader(plan: Plan, plans: dict[type[Any], Plan]) -> Iterator[str]:
    n = plan.number
    picks = [f"s{at}" for at in range(len(plan.singles))]
    lists = [f"l{at}" for at in range(len(plan.lists))]
    watched = [f"w{at}" for at in range(len(plan.watched))]
    yield f"def read_{n}(e):"
    yield " row = e[:]"
    yield " tags = [c.tag for c in row]"
    yield f" shape = shapes_{n}.last"
    yield f" if shape[0] != tags: shape = shapes_{n}.of(tags)"
    yield f" {', '.join(['_', 'pick', *lists, *watched])} = shape"
    for at, name in enumerate(watched):
        yield f" {name} = picked(row, {name})"
        yield f" if any(map(len, {name})): watch_{n}_{at}.check({name})"
    for name in lists:
        yield f" {name} = picked(row, {name})"
    yield f" o = new(record_{n})"
    if any(field.kind is Kind.WORDING for field in plan.fields):
        yield " names, texts = tuple([local_name(t) for t in tags]), tuple([c.text for c in row])"
    if picks:
        yield " row.append(None)"
        yield f" {', '.join(picks)} = pick(row)"
    for at, field in enumerate(plan.fields):
        yield from _value(field, at, plan, plans)
    yield " return o"


def _value(field: Field, at: int, plan: Plan, plans: dict[type[Any], Plan]) -> Iterator[str]:
    o, name = f"o.{field.attribute}", field.spec.name
    if field.spec.many:
        yield from _list(field, at, plan, plans)
        return
    match field.kind:
        case Kind.ATTRIBUTE:
            yield f" {o} = e.get({name!r})"
        case Kind.FILLED:
            yield f" {o} = any([t.__class__ is str for t in tags])"
        case Kind.WORDING:
            yield f" {o} = (names, texts)"
        case Kind.NAMED:
            group = "".join(f"s{plan.singles.index(each)}, " for each in field.spec.names)
            yield f" {o} = by_name(({group}), {field.spec.names!r})"
        case _:
            yield from _single(field, f"s{plan.singles.index(name)}", plans)


def _single(field: Field, s: str, plans: dict[type[Any], Plan]) -> Iterator[str]:
    o, name = f"o.{field.attribute}", field.spec.name
    if field.kind is Kind.PRESENT:
        yield f" {o} = {s} is not None"
    elif field.record is not None or field.kind is Kind.NODE:
        if field.required:
            yield f" if {s} is None: raise missing({name!r})"
        made = "Node" if field.record is None else f"read_{plans[field.record].number}"
        yield f" {o} = {made}({s})" if field.required else f" {o} = None if {s} is None else {made}({s})"
    else:
        yield from _leaf(field, s, o)


def _leaf(field: Field, s: str, target: str, indent: str = " ") -> Iterator[str]:
    match field.kind:
        case Kind.TEXT:
            yield from (indent + line for line in _text(field, s, target))
        case Kind.INTEGER:
            yield from (indent + line for line in _integer(field, s, target))
        case _:
            yield from (indent + line for line in _read(field, s, target))


def _text(field: Field, s: str, target: str) -> Iterator[str]:
    careful = f"{'blank' if field.spec.blank else 'required'}_text({s}, {field.spec.name!r})"
    if field.required:
        yield f"if {s} is None or {_unusual(s)} or not (v := v.strip(W)): v = {careful}"
        yield f"{target} = v"
    else:
        yield f"if {s} is None: {target} = None"
        yield f"elif {_unusual(s)}: {target} = text({s})"
        yield f"else: {target} = v.strip(W) or None"


def _integer(field: Field, s: str, target: str) -> Iterator[str]:
    spec = field.spec
    careful = f"{target} = {'required_' if field.required else ''}integer({s}, {spec.name!r}, {spec.bits!r})"
    if field.required:
        yield f"if {s} is None or {_unusual(s)}: {careful}"
    else:
        yield f"if {s} is None: {target} = None"
        yield f"elif {_unusual(s)}: {careful}"
    yield "else:"
    yield f" try: {target} = integers_{spec.bits}[v]"
    yield f" except LexicalError: {careful}"


def _read(field: Field, s: str, target: str) -> Iterator[str]:
    name = field.spec.name
    if field.required:
        yield from _text(field, s, "v")
    else:
        yield f"if {s} is None: v = None"
        yield f"elif {_unusual(s)}: v = text({s})"
        yield "else: v = v.strip(W) or None"
    call = f"using_{field.spec.read}(v)"
    yield f"try: v = {call if field.required else f'None if v is None else {call}'}"
    yield f"except LexicalError as x: raise XmlError(f{name + ' is {x}'!r}) from x"
    if field.required:
        yield f"if v is None: raise missing_or_empty({name!r})"
    yield f"{target} = v"


def _unusual(s: str) -> str:
    # Also lets v be the text. An element with a comment inside has a length, and so has one that is nil and holds text.
    return f"len({s}) or not (v := {s}.text)"


def _list(field: Field, at: int, plan: Plan, plans: dict[type[Any], Plan]) -> Iterator[str]:
    o, rows = f"o.{field.attribute}", f"l{plan.lists.index(field)}"
    if field.record is not None:
        n = plans[field.record].number
        yield f" {o} = a{at} = []"
        yield f" for c in {rows}:"
        # The text of an element that stands for rows which have been cut is the records made of them: see `cutting`.
        yield f"  if (t := c.text).__class__ is list: a{at} += t"
        yield f"  else: a{at}.append(read_{n}(c))"
    elif field.kind is Kind.NODE:
        yield f" {o} = [Node(c) for c in {rows}]"
    else:
        yield f" {o} = a{at} = []"
        yield f" for c in {rows}:"
        yield from _leaf(field, "c", "v", indent="  ")
        yield f"  a{at}.append(v)"
