"""
What may happen to an XML answer as a tree: values in other forms, elements lost, doubled, moved, renamed or misplaced.

What other character encodings do to it is in `encodings`.
"""

import copy
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from xml.sax import saxutils

from hypothesis import strategies as st
from lxml import etree

from tests.connectors.mutants.mutant import Effect, Mutant

Draw = Callable[[st.SearchStrategy[Any]], Any]
Tree = etree._Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MARK = "a-value-stands-here"

MALFORMED = (
    "|@ |@1 0|@1 000|@1,5|@1,000|@1_00|@1.5|@12.50|@1.|@.5|@1e3|@1E3|@1e-3|@--5|@-|@+|@+-5|@5-|@(5)|@0x10|@0b1|@0o7|@1L|@1f|@"
    "10%|@NaN|@nan|@INF|@-INF|@Infinity|@null|@nil|@None|@true|@x|@EUR 5|@5 EUR|@€5|@1'000|@９９|@１２５０|@١٢٥٠|@۱۲|@१२|@²|@Ⅻ|@"
    "½|@−5|@1\u200b0|@1\u00a00|@\u00a05|@\ufeff5|@9223372036854775808|@-9223372036854775809|@20261122|@2026-11-22|@"
    "2026-11-22T08:00:00Z|@20261122080000|@99960000043|@&amp;1|@" + "9" * 40 + "|@-" + "9" * 40 + "|@1" + "0" * 400
).split("|@")
"""Texts that are no whole number, or hardly the one that was meant."""

SAME_NUMBER = (lambda n: f"+{n}", lambda n: f"0{n}", lambda n: f"000{n}", lambda n: f" {n}", lambda n: f"{n}\n\t")
"""Other ways to write a number that is not negative, by xsd:integer and xsd:long. In a code they are another code."""

INSIDE: Mapping[str, Callable[[str, str], str]] = {
    "a comment": lambda a, b: f"{a}<!-- -->{b}",
    "an instruction": lambda a, b: f"{a}<?x y?>{b}",
    "a child": lambda a, b: f"{a}<x/>{b}",
    "a child with text": lambda a, b: f"{a}<x>5</x>{b}",
    "a known child": lambda a, b: f"{a}<ResultCode>0</ResultCode>{b}",
    "a section of characters": lambda a, b: f"{a}<![CDATA[{saxutils.unescape(b)}]]>",
    "two sections of characters": lambda a, b: f"<![CDATA[{saxutils.unescape(a)}]]><![CDATA[{saxutils.unescape(b)}]]>",
    "an empty section": lambda a, b: f"{a}<![CDATA[]]>{b}",
    "character references": lambda a, b: "".join(f"&#{ord(each)};" for each in saxutils.unescape(a + b)),
    "hexadecimal references": lambda a, b: "".join(f"&#x{ord(each):x};" for each in saxutils.unescape(a + b)),
    "an entity nobody declared": lambda a, b: f"{a}&digit;{b}",
    "a reference to no character": lambda a, b: f"{a}&#0;{b}",
    "a control character": lambda a, b: f"{a}&#1;{b}",
    "an include": lambda a, b: f'{a}<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="x"/>{b}',
    "white space around": lambda a, b: f"\r\n\t {a}{b} \n",
    "white space within": lambda a, b: f"{a} {b}",
}
"""What may stand inside a value's text, given its two halves as they stand in the document."""

_SPLITS_TEXT = {"white space within", "a control character", "a reference to no character"}


def mutated(
    body: bytes,
    *,
    reads: Collection[str] = (),
    others: Mapping[str, str] | None = None,
    charset: str | None = "utf-8",
) -> st.SearchStrategy[Mutant]:
    """
    *body* with one change of its tree.

    *reads* are the local names worth changing, which most mutations do. *others* maps texts that say whom the answer is
    about, or what became of the question, to texts that say otherwise and are as well formed.
    """
    names = frozenset(reads)

    # Nothing is passed to it: hypothesis prints arguments, and the body is long.
    @st.composite
    def mutants(draw: Draw) -> Mutant:
        root = etree.fromstring(body)
        kind = draw(st.sampled_from(kinds()))
        effect, change = _KINDS[kind]
        what = change(_Choice(root, names, others or {}, draw))
        return Mutant(kind=f"{kind}: {what}", effect=effect, body=written(root), charset=charset)

    return mutants()


def kinds() -> list[str]:
    """Every kind of mutation there is."""
    return sorted(_KINDS)


def spots(body: bytes, reads: Collection[str]) -> list[int]:
    """Where in *body* the texts of the elements called *reads* begin and end, for `damaged`."""
    names = b"|".join(re.escape(name.encode()) for name in sorted(reads))
    found = re.finditer(rb"<(?:[\w-]+:)?(?:" + names + rb")(?:\s[^<>]*)?>([^<>]*)", body)
    return sorted({place for match in found for place in (match.start(), *range(match.start(1), match.end(1) + 1))})


def written(root: Tree) -> bytes:
    """A tree as bytes, with what was `put` into it as it is."""
    return _MARKED.sub(lambda match: bytes.fromhex(match[1].decode()), etree.tostring(root))


_MARKED = re.compile(MARK.encode() + rb"-([0-9a-f]*)-")


def put(element: Tree, fragment: str) -> None:
    """Let *fragment*, any text whatever, stand where the content of *element* stood, once `written`."""
    for child in list(element):
        element.remove(child)
    element.text = f"{MARK}-{fragment.encode().hex()}-"


class _Choice:
    """A tree, and what a mutation draws from it."""

    def __init__(self, root: Tree, reads: frozenset[str], others: Mapping[str, str], draw: Draw) -> None:
        self.root = root
        self.reads = reads
        self.others = others
        self._draw = draw

    def one(self, among: Collection[object]) -> object:
        return self._draw(st.sampled_from(list(among)))

    def index(self, end: int) -> int:
        return int(self._draw(st.integers(0, end)))

    def element(self) -> Tree:
        """Any element but the root, mostly one that is read."""
        found = [each for each in self.root.iterdescendants() if isinstance(each.tag, str)]
        read = [each for each in found if name_of(each) in self.reads]
        return self._of(read if read and self.index(3) else found)

    def leaf(self) -> Tree:
        """An element that holds text, mostly one that is read."""
        found = [each for each in self.root.iter() if isinstance(each.tag, str) and not len(each) and each.text]
        read = [each for each in found if name_of(each) in self.reads]
        return self._of(read if read and self.index(3) else found)

    def number(self) -> Tree:
        """An element that holds digits."""
        found = [each for each in self.root.iter() if not len(each) and (each.text or "").isdigit()]
        read = [each for each in found if name_of(each) in self.reads]
        return self._of(read or found or [self.leaf()])

    def holder(self) -> Tree:
        """An element that holds elements."""
        return self._of([each for each in self.root.iter() if len(each)])

    def _of(self, found: list[Tree]) -> Tree:
        return found[self.index(len(found) - 1)]


def name_of(element: Tree) -> str:
    """The element's local name."""
    return etree.QName(element).localname


def _inside(choice: _Choice, names: Collection[str]) -> str:
    leaf = choice.leaf()
    name = str(choice.one(sorted(names)))
    text = leaf.text or ""
    half = choice.index(len(text))
    put(leaf, INSIDE[name](*(saxutils.escape(part) for part in (text[:half], text[half:]))))
    return f"{name} in {name_of(leaf)}"


def _malformed(choice: _Choice) -> str:
    leaf, text = choice.number(), str(choice.one(MALFORMED))
    put(leaf, text)
    return f"{text!a:.60} as {name_of(leaf)}"


def _same_number(choice: _Choice) -> str:
    leaf = choice.number()
    which = choice.index(len(SAME_NUMBER) - 1)
    leaf.text = SAME_NUMBER[which](leaf.text)
    return name_of(leaf)


def _other(choice: _Choice) -> str:
    found = [each for each in choice.root.iter() if each.text in choice.others]
    if not found:
        return "nothing"
    first = found[choice.index(len(found) - 1)]
    changed = [first] if choice.index(1) else [each for each in found if each.text == first.text]
    was = first.text
    for each in changed:
        each.text = choice.others[was or ""]
    return f"{len(changed)} of {name_of(first)}"


def _doubled(choice: _Choice) -> str:
    element = choice.element()
    element.addnext(copy.deepcopy(element))
    return name_of(element)


def _doubled_elsewhere(choice: _Choice) -> str:
    element, holder = copy.deepcopy(choice.element()), choice.holder()
    holder.insert(choice.index(len(holder)), element)
    return f"{name_of(element)} in {name_of(holder)}"


def _doubled_otherwise(choice: _Choice) -> str:
    leaf = choice.leaf()
    other = copy.deepcopy(leaf)
    other.text = str(choice.one(["1", "0", "20260101000000", "60000043", "x"]))
    leaf.addnext(other) if choice.index(1) else leaf.addprevious(other)
    return name_of(leaf)


def _removed(choice: _Choice) -> str:
    element = choice.element()
    _parent(element).remove(element)
    return name_of(element)


def _emptied(choice: _Choice) -> str:
    element = choice.element()
    put(element, "")
    return name_of(element)


def _renamed(choice: _Choice) -> str:
    element = choice.element()
    was = etree.QName(element)
    name = str(
        choice.one([f"{was.localname}x", was.localname[:-1] or "x", was.localname.swapcase(), *sorted(choice.reads)])
    )
    element.tag = etree.QName(was.namespace, name).text
    return f"{was.localname} to {name}"


def _moved(choice: _Choice) -> str:
    element = choice.element()
    holders = [each for each in choice.root.iter() if len(each) and element not in (each, *each.iterancestors())]
    holder = holders[choice.index(len(holders) - 1)]
    holder.insert(choice.index(len(holder)), element)
    return f"{name_of(element)} to {name_of(holder)}"


def _reordered(choice: _Choice) -> str:
    holder = choice.holder()
    child = holder[choice.index(len(holder) - 1)]
    holder.remove(child)
    holder.insert(choice.index(len(holder)), child)
    return f"{name_of(child)} in {name_of(holder)}"


def _wrapped(choice: _Choice) -> str:
    element = choice.element()
    wrapper = etree.Element(str(choice.one(["wrapper", "Extension", str(element.tag)])))
    _parent(element).replace(element, wrapper)
    wrapper.append(element)
    return f"{name_of(element)} in {name_of(wrapper)}"


def _unwrapped(choice: _Choice) -> str:
    element = choice.element()
    parent = _parent(element)
    at = parent.index(element)
    parent[at : at + 1] = list(element)
    return name_of(element)


def _another_namespace(choice: _Choice) -> str:
    element = choice.element()
    namespace = choice.one([None, "urn:other", SOAP, XS])
    element.tag = etree.QName(namespace if isinstance(namespace, str) else None, name_of(element)).text
    return f"{name_of(element)} in {namespace}"


def _unknown_added(choice: _Choice) -> str:
    holder, name = choice.holder(), choice.one(["newer", "Extension", "Value"])
    inner = choice.one(["", "1", "<Code>1</Code>", "<AdditionalProperty><Code>x</Code></AdditionalProperty>"])
    holder.insert(choice.index(len(holder)), etree.fromstring(f'<n:{name} xmlns:n="urn:newer">{inner}</n:{name}>'))
    return f"in {name_of(holder)}"


def _noise_added(choice: _Choice) -> str:
    holder = choice.holder()
    noise = etree.Comment("60000043") if choice.index(1) else etree.ProcessingInstruction("xml-stylesheet", 'href="x"')
    holder.insert(choice.index(len(holder)), noise)
    return f"in {name_of(holder)}"


def _attribute(name: str, *values: str) -> Callable[[_Choice], str]:
    def change(choice: _Choice) -> str:
        element, value = choice.element(), str(choice.one(values))
        element.set(name, value)
        return f"{value} on {name_of(element)}"

    return change


def _second_part(choice: _Choice) -> str:
    name = str(choice.one(["Body", "Header", "Envelope"]))
    part = choice.root if name == "Envelope" else choice.root.find(f"{{{SOAP}}}{name}")
    extra = etree.Element(etree.QName(SOAP, name)) if part is None or choice.index(1) else copy.deepcopy(part)
    choice.root.insert(choice.index(len(choice.root)), extra)
    return name


def _text_beside(choice: _Choice) -> str:
    child = choice.element()
    child.tail = f"{child.tail or ''} 5 "
    return f"behind {name_of(child)}"


def _parent(element: Tree) -> Tree:
    parent = element.getparent()
    assert parent is not None
    return parent


_Change = Callable[[_Choice], str]

_KINDS: Mapping[str, tuple[Effect, _Change]] = {
    "inside a value": (Effect.SAME, lambda choice: _inside(choice, INSIDE.keys() - _SPLITS_TEXT)),
    "a value split": (Effect.OTHER, lambda choice: _inside(choice, _SPLITS_TEXT)),
    "a malformed number": (Effect.OTHER, _malformed),
    "a number written otherwise": (Effect.OTHER, _same_number),
    "about somebody else": (Effect.OTHER, _other),
    "doubled": (Effect.SAME, _doubled),
    "doubled elsewhere": (Effect.OTHER, _doubled_elsewhere),
    "doubled with another value": (Effect.OTHER, _doubled_otherwise),
    "removed": (Effect.LOST, _removed),
    "emptied": (Effect.LOST, _emptied),
    "renamed": (Effect.OTHER, _renamed),
    "moved": (Effect.OTHER, _moved),
    "reordered": (Effect.SAME, _reordered),
    "wrapped": (Effect.LOST, _wrapped),
    "unwrapped": (Effect.LOST, _unwrapped),
    "another namespace": (Effect.SAME, _another_namespace),
    "something unknown added": (Effect.SAME, _unknown_added),
    "a comment or an instruction added": (Effect.SAME, _noise_added),
    "text between elements": (Effect.SAME, _text_beside),
    "nil": (Effect.LOST, _attribute(f"{{{XSI}}}nil", "true", "1")),
    "not nil": (Effect.SAME, _attribute(f"{{{XSI}}}nil", "false", "0", "maybe")),
    "a type": (Effect.SAME, _attribute(f"{{{XSI}}}type", "xs:float", "date")),
    "an unknown attribute": (Effect.SAME, _attribute("unknown", "5")),
    "a second part of the envelope": (Effect.SAME, _second_part),
}
