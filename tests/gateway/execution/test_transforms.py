"""What a transform hides stays hidden, also where a subtree is completed a second time by graphql-core."""

import json
from typing import Any

import pytest

from gateway.execution import Transform, run
from gateway.execution.executor import TransformingExecutor
from tests.gateway.execution.both import Told, by_graphql_core, completion_of
from tests.gateway.execution.test_sameness import ABSTRACT, BAD, PLAIN, Promise
from tests.gateway.execution.zoo import ZOO, Cat, Everything, Tag

SECRET = "secret-447700900001"


def masking(*coordinates: str) -> Any:
    """Transforms that mask the text at these coordinates."""
    found: dict[str, Transform] = {each: lambda value, _: f"masked {len(str(value))}" for each in coordinates}
    return found.get


def secretive(**values: Any) -> Any:
    def make() -> Everything:
        found = Everything(
            text=SECRET,
            maybe=SECRET,
            words=[SECRET, SECRET],
            sparse=[SECRET, None],
            tag=Tag(text=SECRET),
            tags=[Tag(text=SECRET), Tag(text=SECRET, weight=1)],
            animal=Cat(name=SECRET),
            animals=[Cat(name=SECRET)],
        )
        for name, value in values.items():
            setattr(found, name, value)
        return found

    return make


ALL = masking(
    "Everything.text",
    "Everything.maybe",
    "Everything.words",
    "Everything.sparse",
    "Everything.shouted",
    "Tag.text",
    "Cat.name",
)
TEXT = f"{{ everything {{ {PLAIN} animal {{ name }} animals {{ name }} later {{ {PLAIN} }} }} }}"


async def _both(text: str, transforms: Any, context: Any) -> tuple[Told, Told]:
    alone = await by_graphql_core(ZOO, text, {}, context, executor_class=TransformingExecutor, transforms=transforms)
    made = completion_of(ZOO, text, {}, transforms=transforms)
    return Told.by(alone), Told.by(await run(made, variables=None, context=context))


async def test_leaves_are_transformed_before_they_are_written() -> None:
    alone, compiled = await _both(TEXT, ALL, secretive())

    assert alone == compiled
    assert not compiled.errors
    assert SECRET not in compiled.data
    assert SECRET.upper() not in compiled.data
    assert ["masked 19", "masked 19"] == json.loads(compiled.data)["everything"]["words"]


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
async def test_nothing_leaks_from_a_subtree_that_is_completed_again(values: dict[str, Any]) -> None:
    alone, compiled = await _both(TEXT, ALL, secretive(**values))

    assert alone == compiled
    assert SECRET not in compiled.data + repr(compiled.errors)


async def test_what_a_promise_turns_out_to_be_is_transformed_once() -> None:
    alone, compiled = await _both(
        "{ everything { text words } }", ALL, secretive(text=Promise(SECRET), words=[Promise(SECRET), SECRET])
    )

    assert alone == compiled
    assert '{"everything": {"text": "masked 19", "words": ["masked 19", "masked 19"]}}' == compiled.data


async def test_the_field_of_an_interface_is_transformed_by_the_type_of_the_object() -> None:
    _, compiled = await _both(f"{{ everything {{ {ABSTRACT} }} }}", masking("Cat.name"), None)

    told = json.loads(compiled.data)["everything"]
    assert ["masked 3", "Rex"] == [each["name"] for each in told["animals"]]
    assert "masked 3" == told["animal"]["name"]


async def test_a_resolver_that_gives_leaves_is_transformed_too() -> None:
    alone, compiled = await _both("{ words now }", masking("Query.words", "Query.now"), None)

    assert alone == compiled
    assert '{"words": ["masked 3", "masked 3"], "now": "masked 3"}' == compiled.data


async def test_a_transform_may_hide_a_value_altogether() -> None:
    def hide(_: str) -> Transform:
        return lambda _value, _context: None

    alone, compiled = await _both("{ everything { maybe sparse maybeTag { text } } }", hide, secretive())
    assert '{"everything": {"maybe": null, "sparse": [null, null], "maybeTag": null}}' == compiled.data
    assert alone == compiled

    alone, compiled = await _both("{ everything { text } }", hide, secretive())
    assert alone == compiled
    assert ["Cannot return null for non-nullable field Everything.text."] == [each[0] for each in compiled.errors]


async def test_a_transform_that_fails_is_the_fields_error() -> None:
    def failing(_: str) -> Transform:
        def fail(_value: Any, _context: Any) -> Any:
            raise LookupError("no key to mask with")

        return fail

    alone, compiled = await _both("{ everything { maybe whole } now }", failing, secretive())

    assert alone == compiled
    assert SECRET not in compiled.data + repr(compiled.errors)
    assert LookupError is compiled.errors[0][3]


async def test_a_transform_is_given_the_context() -> None:
    seen: list[Any] = []

    def remember(_: str) -> Transform:
        def transform(value: Any, context: Any) -> Any:
            seen.append(context)
            return value

        return transform

    context = secretive()
    made = completion_of(ZOO, "{ everything { text } }", {}, transforms=remember)
    await run(made, variables=None, context=context)

    assert [context] == seen


async def test_what_is_not_compiled_is_transformed_too() -> None:
    made = completion_of(
        ZOO, "query ($b: Boolean!) { everything { text words @include(if: $b) } }", {"b": True}, transforms=ALL
    )

    found = await run(made, variables={"b": False}, context=secretive())

    assert {"everything": {"text": "masked 19"}} == found.data
