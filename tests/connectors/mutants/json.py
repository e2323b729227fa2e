"""Mutants of JSON: answers changed in their structure, member by member, so that what they say is still one text."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.connectors.mutants.json_tokens import DATES, NUMBERS, STRANGERS, TEXTS, VALUES
from tests.connectors.mutants.mutant import Effect, Mutant


class Token(str):
    """A piece of JSON that is written as it stands, whether it is JSON or not."""

    __slots__ = ()


class Members(list[tuple[Any, Any]]):
    """An object as its members in order, because a mutant may hold one of them twice."""


Tree: TypeAlias = Any
"""What `read` makes of a text: Token for numbers, str, bool, None, list and Members."""

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One value of a tree: the list or Members that holds it, and where."""

    holder: Any
    index: int

    @property
    def value(self) -> Tree:
        found = self.holder[self.index]
        return found[1] if isinstance(self.holder, Members) else found

    def put(self, value: Tree) -> None:
        member = isinstance(self.holder, Members)
        self.holder[self.index] = (self.holder[self.index][0], value) if member else value


def read(text: str | bytes) -> Tree:
    """The tree of a sound JSON text."""
    return json.loads(text, parse_int=Token, parse_float=Token, object_pairs_hook=Members)


def written(tree: Tree) -> str:
    """The text of a tree."""
    match tree:
        case Token():
            return str(tree)
        case Members():
            return "{" + ", ".join(f"{_name(name)}: {written(value)}" for name, value in tree) + "}"
        case list():
            return "[" + ", ".join(map(written, tree)) + "]"
        case _:
            return json.dumps(tree, ensure_ascii=False)


def structures(body: bytes) -> st.SearchStrategy[Mutant]:
    """A sound answer with one or two changes of its structure."""

    @st.composite
    def mutant(draw: Draw) -> Mutant:
        root = [read(body)]
        kinds = [draw(st.sampled_from(sorted(_CHANGES))) for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
        for kind in kinds:
            _CHANGES[kind](draw, root)
        body_now = written(root[0]).encode(errors="surrogatepass") if root else b""
        return Mutant(kind=" and ".join(kinds), effect=Effect.OTHER, body=body_now)

    return mutant()


def _name(name: Any) -> str:
    return str(name) if isinstance(name, Token) else json.dumps(name, ensure_ascii=False)


def _places(tree: Any) -> Iterator[Place]:
    # Every value below *tree*, which is a list or Members.
    for index in range(len(tree)):
        place = Place(tree, index)
        yield place
        if isinstance(place.value, list):
            yield from _places(place.value)


def _some(draw: Draw, root: list[Tree], fits: Callable[[Place], bool] = lambda _: True) -> Place | None:
    places = [place for place in _places(root) if fits(place)]
    return draw(st.sampled_from(places)) if places else None


def _is_member(place: Place) -> bool:
    return isinstance(place.holder, Members)


def _is_item(place: Place) -> bool:
    return not isinstance(place.holder, Members)


def _is_leaf(place: Place) -> bool:
    return not isinstance(place.value, list)


def _tokens(tokens: tuple[str, ...], fits: Callable[[Place], bool]) -> Callable[[Draw, list[Tree]], None]:
    def change(draw: Draw, root: list[Tree]) -> None:
        place = _some(draw, root, fits)
        if place is not None:
            place.put(Token(draw(st.sampled_from(tokens))))

    return change


def _remove(draw: Draw, root: list[Tree]) -> None:
    if place := _some(draw, root):
        del place.holder[place.index]


def _double(draw: Draw, root: list[Tree]) -> None:
    """A member or an item occurs twice, beside itself or at the end, the same or with another value."""
    place = _some(draw, root)
    if place is None:
        return
    copy = read(written([place.holder[place.index]]))[0] if _is_item(place) else place.holder[place.index]
    place.holder.insert(draw(st.sampled_from([place.index, len(place.holder)])), copy)
    if draw(st.booleans()):
        inner = [each for each in _places([copy[1] if _is_member(place) else copy]) if _is_leaf(each)]
        if inner and not _is_member(place):
            draw(st.sampled_from(inner)).put("another")
        elif _is_member(place):
            Place(place.holder, place.index).put("another")


def _double_escaped(draw: Draw, root: list[Tree]) -> None:
    """A member occurs twice, once with its first letter escaped: the same name to whoever unescapes."""
    place = _some(draw, root, _is_member)
    if place is not None:
        name = str(place.holder[place.index][0])
        spelled = Token(f'"\\u{ord(name[0]):04x}{name[1:]}"') if name else Token('""')
        place.holder.append((spelled, draw(st.sampled_from(["another", place.value]))))


def _rename(draw: Draw, root: list[Tree]) -> None:
    place = _some(draw, root, _is_member)
    if place is None:
        return
    name = str(place.holder[place.index][0])
    names = sorted({str(each.holder[each.index][0]) for each in _places(root) if _is_member(each)})
    new = draw(st.sampled_from([name.upper(), name + "s", name[:-1], f" {name}", *names]))
    place.holder[place.index] = (new, place.value)


def _swap(draw: Draw, root: list[Tree]) -> None:
    one, other = _some(draw, root, _is_leaf), _some(draw, root, _is_leaf)
    if one and other:
        kept = one.value
        one.put(other.value)
        other.put(kept)


def _copy(draw: Draw, root: list[Tree]) -> None:
    """One value is the copy of another: an id becomes another valid id."""
    one, other = _some(draw, root, _is_leaf), _some(draw, root, _is_leaf)
    if one and other:
        one.put(other.value)


def _copy_of_its_kind(draw: Draw, root: list[Tree]) -> None:
    """A member takes the value of a member of the same name elsewhere: another valid id, name or date."""
    one = _some(draw, root, lambda place: _is_member(place) and _is_leaf(place))
    if one is None:
        return
    name = one.holder[one.index][0]
    same = [each for each in _places(root) if _is_member(each) and each.holder[each.index][0] == name]
    one.put(draw(st.sampled_from(same)).value)


def _wrap(draw: Draw, root: list[Tree]) -> None:
    if place := _some(draw, root):
        depth = draw(st.sampled_from([1, 1, 2, 100, 5000]))
        kept = written(place.value)
        form = draw(st.sampled_from([("[", "]"), ('{"value": ', "}"), ('"', '"')]))
        place.put(Token(form[0] * depth + kept + form[1] * depth))


def _unwrap(draw: Draw, root: list[Tree]) -> None:
    place = _some(draw, root, lambda each: isinstance(each.value, list) and len(each.value) > 0)
    if place is not None:
        place.put(Place(place.value, draw(st.integers(0, len(place.value) - 1))).value)


def _shuffle(draw: Draw, root: list[Tree]) -> None:
    place = _some(draw, root, lambda each: isinstance(each.value, list))
    if place is not None:
        place.value[:] = draw(st.permutations(place.value))


def _move(draw: Draw, root: list[Tree]) -> None:
    """A member goes into another object."""
    place = _some(draw, root, _is_member)
    homes = [each.value for each in _places(root) if isinstance(each.value, Members)]
    if place is not None and homes:
        member = place.holder.pop(place.index)
        draw(st.sampled_from(homes)).append(member)


def _stranger(draw: Draw, root: list[Tree]) -> None:
    """An object gets a member that it does not have, or has already."""
    homes = [each.value for each in _places(root) if isinstance(each.value, Members)]
    if homes:
        name, token = draw(st.sampled_from(STRANGERS))
        home = draw(st.sampled_from(homes))
        if draw(st.booleans()):
            home[:] = [member for member in home if member[0] != name]
        home.append((name, Token(token)))


_CHANGES: dict[str, Callable[[Draw, list[Tree]], None]] = {
    "a removed value": _remove,
    "a doubled value": _double,
    "a member doubled by an escape": _double_escaped,
    "a renamed member": _rename,
    "two swapped values": _swap,
    "a copied value": _copy,
    "another value of its kind": _copy_of_its_kind,
    "a wrapped value": _wrap,
    "an unwrapped value": _unwrap,
    "shuffled values": _shuffle,
    "a moved member": _move,
    "a strange member": _stranger,
    "an odd number": _tokens(NUMBERS, lambda place: isinstance(place.value, Token)),
    "a number where none is": _tokens(NUMBERS, _is_leaf),
    "another type": _tokens(VALUES, lambda _: True),
    "an odd text": _tokens(TEXTS, lambda place: isinstance(place.value, str) and not isinstance(place.value, Token)),
    "an odd time": _tokens(DATES, lambda place: isinstance(place.value, str) and place.value[4:5] == "-"),
}
