"""Compiled completion gives what graphql-core gives: data, the order of keys, errors, their places and their order."""

import asyncio
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import structlog

from gateway.execution import run
from gateway.execution.writing import Lines
from tests.gateway.execution.both import Told, by_graphql_core, completion_of, same
from tests.gateway.execution.zoo import ZOO, Box, Cat, Colour, Dog, Everything, Fish, Judged, Stone, Tag, nested

PLAIN = """odd maybeOdd text maybe whole half yes key big exact at day colour colours words sparse table shouted described { text }
  tag { text weight } maybeTag { text } tags { text weight } maybeTags { text } box { items { text } best { text } count }"""
ABSTRACT = """animal { __typename name ... on Cat { lives } } animals { name age ... on Dog { tricks } __typename }
  things { ... on Cat { name } ... on Stone { weight } __typename }"""


class Promise:
    """Something to await that nobody minds not awaiting."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return self._value


class StrangeTag(Tag):
    """Not of the class that the graph knows, but alike."""


class PromisedTag(Tag):
    """Has the attributes of a tag and becomes another one when it is awaited."""

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return Tag(text="awaited")


class FailedTag(Tag, Exception):
    """Has the attributes of a tag and is an exception."""


class AnythingTag(Tag):
    """Has every attribute that anybody asks for, among them what makes a promise."""

    def __getattr__(self, name: str) -> Any:
        return lambda: iter(())


class LazyTag(Tag):
    """Works its text out when it is read."""

    @property
    def text(self) -> str:
        return "worked out"

    @text.setter
    def text(self, value: str) -> None:
        """Nothing."""


def everything(**values: Any) -> Any:
    def make() -> Everything:
        found = Everything()
        for name, value in values.items():
            setattr(found, name, value)
        return found

    return make


@pytest.mark.parametrize(
    "text",
    [
        f"{{ everything {{ {PLAIN} }} }}",
        f"{{ everything {{ {ABSTRACT} }} }}",
        "{ everything { __typename } }",
        "{ a: everything { x: text y: text text z: tag { q: text text } } everything { text } now }",
        "{ everything { tag { text } ...F tag { weight } } } fragment F on Everything { tag { weight t: text } whole }",
        "{ everything { ... { text } ... on Everything { whole ... @include(if: true) { yes } } half @skip(if: true) } }",
        f"{{ everything {{ text later {{ whole later(times: 2) {{ {PLAIN} }} text }} yes sync {{ {PLAIN} }} }} }}",
        f"{{ several(number: 3) {{ {PLAIN} later {{ text }} }} words }}",
        "{ everything { shoal { name depth age } animals { name ... on Fish { depth } } } }",
        '{ __typename __schema { queryType { name } } everything { text __typename } __type(name: "Tag") { name fields { name } } }',
        "{ everything { fails text } }",
        "{ everything { maybeSync { whole fails text } later { yes } text } }",
        "{ everything { text failsAtOnce whole } surely { fails failsAtOnce text } }",
        '{ area(size: {width: 3, colours: [RED, AZURE]}, sizes: [{}, {height: 2}], names: ["a"]) }',
        "{ area(size: {}) b: area(size: {width: 1, height: null, colours: null}, names: null) }",
    ],
)
async def test_questions_that_go_well(text: str) -> None:
    await same(ZOO, text)


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
async def test_what_variables_skip_and_include(a: Any, b: Any) -> None:
    text = """query ($a: Boolean!, $b: Boolean = true, $n: Int) {
      everything @include(if: $a) { text @skip(if: $b) ...F @include(if: $b) tag { text @include(if: $a) weight } }
      several(number: $n) { whole @skip(if: $a) yes }
    } fragment F on Everything { whole yes @skip(if: $a) }"""

    await same(ZOO, text, {"a": a, "b": b, "n": 3})
    await same(ZOO, text, {"a": a, "b": b})


async def test_a_variable_that_steers_and_is_null() -> None:
    text = "query ($b: Boolean = true) { everything { text tag @include(if: $b) { text } } now }"

    told = await same(ZOO, text, {"b": None})

    assert told.errors


async def test_a_completion_is_not_used_for_other_values_than_its_own() -> None:
    text = "query ($b: Boolean!) { everything { text @include(if: $b) whole } }"
    made = completion_of(ZOO, text, {"b": True})

    found = await run(made, variables={"b": False}, context=None)

    assert {"everything": {"whole": 7}} == found.data


BAD: dict[str, dict[str, Any]] = {
    "null where none may be": {"text": None},
    "null in a list": {"words": ["a", None, "b"]},
    "null for a list": {"tags": None},
    "null object": {"tag": None},
    "null among objects": {"tags": [Tag(text="a"), None]},
    "null in a table": {"table": [[1], None]},
    "object with a null": {"tag": Tag(text=None)},  # type: ignore[arg-type]
    "nullable object with a null": {"maybe_tag": Tag(text=None)},  # type: ignore[arg-type]
    "item with a null": {"maybe_tags": [Tag(text="a"), Tag(text=None), None]},  # type: ignore[arg-type]
    "several nulls": {"text": None, "whole": None, "maybe_tag": Tag(text=None)},  # type: ignore[arg-type]
    "no enum member": {"colour": "GREEN"},
    "value of an enum member": {"colour": "r"},
    "unhashable enum value": {"colour": []},
    "bad one among enums": {"colours": [Colour.RED, "nothing", None]},
    "text for a list": {"words": "abc"},
    "number for a list": {"words": 5},
    "tuple for a list": {"words": ("a", "b"), "tags": (Tag(text="a"),)},
    "generator for a list": {"words": iter(())},
    "set for a list": {"words": {"a"}},
    "number for text": {"text": 5, "key": 7},
    "true for text": {"text": True},
    "list for text": {"text": ["a"]},
    "text for a number": {"whole": "7"},
    "bad text for a number": {"whole": "seven"},
    "half for a whole": {"whole": 1.5},
    "true for a whole": {"whole": True},
    "whole too large": {"whole": 2**31},
    "whole as small as may be": {"whole": -(2**31)},
    "huge whole": {"big": 10**5000},
    "true for a long": {"big": True},
    "number for a half": {"half": 3},
    "no number": {"half": float("nan")},
    "endless": {"half": float("inf")},
    "number for a truth": {"yes": 1},
    "text for a truth": {"yes": "true"},
    "not a decimal": {"exact": "1.5"},
    "NaN": {"exact": Decimal("NaN")},
    "infinite": {"exact": Decimal("-Infinity")},
    "exponent": {"exact": Decimal("1E+2")},
    "small": {"exact": Decimal("1E-9")},
    "time without a zone": {"at": dt.datetime(2026, 1, 1)},  # noqa: DTZ001
    "time in another zone": {"at": dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))},
    "day for a time": {"at": dt.date(2026, 1, 1)},
    "time for a day": {"day": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    "exception as a value": {"text": ValueError("secret"), "tag": ValueError("tag")},
    "exception of our own": {"maybe": FailedTag(text="f"), "sparse": [FailedTag(text="f")]},
    "exception among items": {"maybe_tags": [ValueError("one"), Tag(text="a")], "tags": [ValueError("two")]},
    "promise of a leaf": {"text": Promise("later")},
    "promise of null": {"text": Promise(None)},
    "promise of an object": {"tag": Promise(Tag(text="later"))},
    "promise of a list": {"tags": Promise([Tag(text="later")])},
    "promises in a list": {"words": ["a", Promise("b"), Promise(None)], "tags": [Promise(Tag(text="x"))]},
    "promise in an object": {"tag": Tag(text=Promise("x"))},  # type: ignore[arg-type]
    "a scalar that writes nothing": {"maybe_odd": "gone"},
    "a scalar that writes nothing where something must be": {"odd": "gone"},
    "null for an odd scalar": {"odd": None},
    "an object alike": {"tag": StrangeTag(text="s"), "tags": [StrangeTag(text="s"), Tag(text="t")]},
    "an object that is a promise": {"tag": PromisedTag(text="s"), "tags": [PromisedTag(text="s")]},
    "an object that is an exception": {"maybe_tag": FailedTag(text="s"), "maybe_tags": [FailedTag(text="s")]},
    "an object that is anything": {"maybe_tag": AnythingTag(text="s"), "maybe_tags": [AnythingTag(text="s")]},
    "an object that works its text out": {"maybe_tag": LazyTag(text="s"), "tags": [LazyTag(text="s")]},
    "another object": {"tag": Stone(weight=1), "maybe_tag": Stone(weight=1)},
    "text for an object": {"tag": "tag"},
    "generic with other things": {"box": Box(items=[Stone(weight=1)], best=None, count=1)},
    "generic that is none": {"box": Tag(text="t")},
    "bad item of a generic": {"box": Box(items=[Tag(text=None)], best=Tag(text="b"), count=1)},  # type: ignore[arg-type]
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
@pytest.mark.parametrize(
    "text",
    [
        f"{{ everything {{ {PLAIN} }} now }}",
        f"{{ several {{ {PLAIN} }} }}",
        f"{{ everything {{ yes later {{ {PLAIN} later {{ whole }} }} fails }} }}",
        f"{{ surely {{ sync {{ text }} {PLAIN} }} }}",
        "{ everything { tag { __typename } tags { __typename } maybeTags { __typename } box { __typename } } }",
    ],
    ids=["plain", "list", "mixed", "non-null", "typename"],
)
async def test_what_is_not_as_it_should_be(values: dict[str, Any], text: str) -> None:
    await same(ZOO, text, context=lambda: everything(**values))


CAST = Cat(name="cast")
CAST.__as_strawberry_type__ = Stone  # type: ignore[attr-defined]
STRANGE: dict[str, dict[str, Any]] = {
    "right classes": {"animals": [Dog(name="d"), Cat(name="c")], "animal": Dog(name="d")},
    "no animal": {"animals": [Stone(weight=1)], "animal": Stone(weight=1)},
    "no thing": {"things": [Dog(name="d"), Stone(weight=1)]},
    "text": {"animals": ["cat"], "things": ["stone"], "animal": "cat"},
    "a null inside": {"animals": [Cat(name="c"), Cat(name=None)], "things": [Cat(name=None)]},  # type: ignore[arg-type]
    "a null": {"animals": [None], "things": [None], "animal": None},
    "cast": {"things": [CAST], "animals": [CAST], "animal": CAST},
    "promises": {"animals": [Promise(Cat(name="c"))], "animal": Promise(Dog(name="d"))},
    "exceptions": {"things": [ValueError("x")], "animal": ValueError("y")},
    "one that waits": {"animals": [Fish(name="f"), Cat(name="c")]},
}


@pytest.mark.parametrize("values", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(
    "text",
    [
        f"{{ everything {{ {ABSTRACT} }} }}",
        "{ everything { animals { __typename } things { __typename } animal { __typename } } }",
        "{ several { animals { name ... on Fish { depth } ... on Cat { lives } } things { ... on Stone { weight } } } }",
    ],
    ids=["plain", "typename", "waiting"],
)
async def test_interfaces_and_unions(values: dict[str, Any], text: str) -> None:
    await same(ZOO, text, context=lambda: everything(**values))


@pytest.mark.parametrize("text", ["right", "wrong"])
async def test_a_type_that_judges_its_objects_is_asked(text: str) -> None:
    told = await same(ZOO, "{ everything { judged { text } } }", context=lambda: everything(judged=Judged(text=text)))

    assert (text == "wrong") == bool(told.errors)


class Raising(Everything):
    @property
    def text(self) -> str:
        raise KeyError("no text")

    @text.setter
    def text(self, value: str) -> None:
        """Nothing."""


async def test_a_property_that_raises() -> None:
    told = await same(ZOO, f"{{ everything {{ whole {PLAIN} fails }} }}", context=lambda: Raising)

    assert told.errors


async def test_an_attribute_that_is_gone() -> None:
    def make() -> Everything:
        found = everything()()
        del found.tag
        return found  # type: ignore[no-any-return]

    await same(ZOO, f"{{ everything {{ {PLAIN} later {{ {PLAIN} }} }} }}", context=lambda: make)


async def test_a_coroutine_in_an_attribute_is_awaited_once() -> None:
    async def text() -> str:
        return "from a coroutine"

    told = await same(ZOO, "{ everything { text whole later { yes } } }", context=lambda: _once(text))

    assert '{"everything": {"text": "from a coroutine", "whole": 7, "later": {"yes": true}}}' == told.data


def _once(text: Any) -> Any:
    made = iter([everything(text=text()), everything()])
    return lambda: next(made)()  # noqa: PLW0108 - `next(made)` is asked for at each call.


async def test_resolvers_are_called_once_when_the_plain_part_is_surprising() -> None:
    calls: list[int] = []

    def make() -> Everything:
        calls.append(1)
        found = Everything()
        if len(calls) == 1:
            found.maybe = object()  # type: ignore[assignment]
        return found

    made = completion_of(ZOO, "{ everything { maybe later { text } } }", {})
    found = await run(made, variables=None, context=make)

    assert {"everything": {"maybe": None, "later": {"text": "text"}}} == found.data
    assert 2 == len(calls)  # Once for `everything`, once for `later`.


@pytest.mark.parametrize("name", ["egg", None])
async def test_a_subtree_nested_deeper_than_python_nests_loops(name: Any) -> None:
    text = "name"
    for _ in range(30):
        text = f"name inner {{ {text} }}"

    with structlog.testing.capture_logs() as logs:
        await same(
            ZOO, f"{{ everything {{ nest {{ {text} }} }} }}", context=lambda: everything(nest=nested(30, name=name))
        )

    assert [] == logs


async def test_a_mistake_in_what_is_generated_costs_speed_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: Any, **__: Any) -> str:
        raise SyntaxError("too many statically nested blocks")

    monkeypatch.setattr(Lines, "function", mistaken)

    with structlog.testing.capture_logs() as logs:
        told = await same(ZOO, f"{{ everything {{ {PLAIN} later {{ text }} }} }}")

    assert not told.errors
    assert {("completion_not_made", "SyntaxError")} == {(each["event"], each["kind"]) for each in logs}


async def test_requests_at_the_same_time_do_not_mix() -> None:
    text = "query ($n: Int!, $b: Boolean!) { several(number: $n) { text tag { text } later { text @include(if: $b) whole } } }"
    completions = {b: completion_of(ZOO, text, {"n": 1, "b": b}) for b in (True, False)}

    async def one(n: int) -> tuple[Told, Told]:
        variables = {"n": n % 7, "b": n % 2 == 0}
        context = everything(text=f"caller {n}", tag=Tag(text=None if n % 5 == 0 else f"tag {n}"))  # type: ignore[arg-type]
        compiled = await run(completions[n % 2 == 0], variables=variables, context=context)
        return Told.by(await by_graphql_core(ZOO, text, variables, context)), Told.by(compiled)

    for _ in range(4):
        for alone, compiled in await asyncio.gather(*map(one, range(60))):
            assert alone == compiled
