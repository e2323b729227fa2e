"""Changes of the graph: each kind that breaks clients, what announces it, and what federation alone reads."""

import pytest
from graphql.utilities.find_schema_changes import BreakingChangeType

from gateway.evolution.changes import Verdict, breaks, changes

BEFORE = """
directive @key(fields: String!) repeatable on OBJECT
directive @asked(old: Int, other: Int) repeatable on FIELD | QUERY
type Query {
  thing(a: Int, b: In): Thing
  same(a: Int): Int
  any: Any
  node: Node
  colour: Colour
  id: ID
}
type Thing implements Node & Named @key(fields: "id") @key(fields: "name") { id: ID! name: String! size: Int! }
interface Node { id: ID! }
interface Named { name: String! }
union Any = Thing | Other
type Other { id: ID! }
enum Colour { RED GREEN }
input In { x: Int y: Int }
scalar Odd
"""

KINDS = {
    "TYPE_REMOVED": ("  node: Node\n", "", None),
    "TYPE_CHANGED_KIND": ("type Other {", "interface Other {", "Other"),
    "TYPE_REMOVED_FROM_UNION": ("union Any = Thing | Other", "union Any = Thing", "Any"),
    "VALUE_REMOVED_FROM_ENUM": ("RED GREEN", "RED", "Colour.GREEN"),
    "REQUIRED_INPUT_FIELD_ADDED": ("y: Int }", "y: Int z: Int! }", "In"),
    "IMPLEMENTED_INTERFACE_REMOVED": ("Node & Named", "Node", "Thing"),
    "FIELD_REMOVED": (" size: Int!", "", "Thing.size"),
    "FIELD_CHANGED_KIND": ("size: Int!", "size: Int", "Thing.size"),
    "REQUIRED_ARG_ADDED": ("same(a: Int)", "same(a: Int, c: Int!)", "Query.same"),
    "ARG_REMOVED": ("thing(a: Int, b: In)", "thing(b: In)", "Query.thing(a:)"),
    "ARG_CHANGED_KIND": ("same(a: Int)", "same(a: Int!)", "Query.same(a:)"),
    "DIRECTIVE_REMOVED": (BEFORE.splitlines()[2], "", "@asked"),
    "DIRECTIVE_ARG_REMOVED": ("old: Int, ", "", "@asked(old:)"),
    "REQUIRED_DIRECTIVE_ARG_ADDED": ("other: Int)", "other: Int, c: Int!)", "@asked"),
    "DIRECTIVE_REPEATABLE_REMOVED": (" repeatable on FIELD", " on FIELD", "@asked"),
    "DIRECTIVE_LOCATION_REMOVED": ("FIELD | QUERY", "FIELD", "@asked"),
}
"""Each kind that graphql-core knows: what is replaced in BEFORE by what, and the coordinate that is found."""

KINDS["TYPE_REMOVED"] = ("type Other { id: ID! }\n", "", "Other")


def changed(old: str, new: str, *, before: str = BEFORE) -> list[tuple[str, str]]:
    assert old in before
    after = before.replace(old, new)
    # What refers to a type that is gone has to go with it.
    after = after.replace(" | Other", "") if "type Other" not in after and "interface Other" not in after else after
    after = after.replace("Thing | Other", "Thing") if "interface Other" in after else after
    return [(each.verdict, each.coordinate) for each in changes(before, after)]


def test_every_kind_that_graphql_core_knows_is_tried() -> None:
    assert {each.name for each in BreakingChangeType} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_refused_at_its_coordinate(kind: str) -> None:
    old, new, coordinate = KINDS[kind]

    assert (Verdict.BREAKING, coordinate) in changed(old, new)


def test_nothing_changed_is_nothing() -> None:
    assert [] == changes(BEFORE, BEFORE)
    assert [] == changed("type Other {", '"A word on it."\ntype Other { more: Int ')


@pytest.mark.parametrize(
    ("marked", "old", "new"),
    [
        ('size: Int! @deprecated(reason: "x")', 'size: Int! @deprecated(reason: "x")', ""),
        ("size: Int! @deprecated", "size: Int! @deprecated", "size: String @deprecated"),
        ("RED GREEN @deprecated", "GREEN @deprecated", ""),
        ("thing(a: Int @deprecated, b: In)", "a: Int @deprecated, ", ""),
        ("same(a: Int @deprecated)", "a: Int @deprecated", "a: String"),
        ("same(a: Int): Int @deprecated", "same(a: Int): Int @deprecated", "same(a: Int, c: Int!): Int @deprecated"),
        ("same(a: Int): Int @deprecated", "same(a: Int): Int @deprecated", "same: Int"),
        ("x: Int @deprecated y: Int }", "x: Int @deprecated ", ""),
    ],
)
def test_what_was_deprecated_may_change(marked: str, old: str, new: str) -> None:
    original = next(
        each
        for each in (
            "size: Int!",
            "RED GREEN",
            "thing(a: Int, b: In)",
            "same(a: Int): Int",
            "same(a: Int)",
            "x: Int y: Int }",
        )
        if marked.replace(' @deprecated(reason: "x")', "").replace(" @deprecated", "") == each
    )
    before = BEFORE.replace(original, marked)

    found = changed(old, new, before=before)

    assert found
    assert {Verdict.ANNOUNCED} == {verdict for verdict, _ in found}
    assert not breaks(changes(before, before.replace(old, new)))


def test_a_mark_that_comes_with_the_change_announces_nothing() -> None:
    assert [(Verdict.BREAKING, "Thing.size")] == changed("size: Int!", "size: Int @deprecated")


def test_a_type_may_go_when_all_that_led_to_it_was_deprecated() -> None:
    before = BEFORE.replace("  any: Any\n", "  any: Any @deprecated\n")
    after = (
        before.replace("  any: Any @deprecated\n", "")
        .replace("union Any = Thing | Other\n", "")
        .replace("type Other { id: ID! }\n", "")
    )

    assert {(Verdict.ANNOUNCED, each) for each in ("Query.any", "Any", "Other")} == {
        (each.verdict, each.coordinate) for each in changes(before, after)
    }


def test_a_type_that_something_else_leads_to_may_not() -> None:
    before = BEFORE.replace("  any: Any\n", "  any: Any @deprecated\n  other: Other\n")
    after = before.replace("  other: Other\n", "").replace(" | Other", "").replace("type Other { id: ID! }\n", "")

    assert {"Query.other", "Other", "Any"} >= {
        each.coordinate for each in changes(before, after) if each.verdict is Verdict.BREAKING
    }
    assert (Verdict.BREAKING, "Other") in [(each.verdict, each.coordinate) for each in changes(before, after)]


def test_an_input_that_only_deprecated_arguments_took_may_change() -> None:
    before = BEFORE.replace("b: In", "b: In @deprecated")

    assert [Verdict.ANNOUNCED] == [each for each, _ in changed("y: Int }", "y: Int z: Int! }", before=before)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RED GREEN", "RED GREEN BLUE"),
        ("same(a: Int)", "same(a: Int, b: Int)"),
        ("y: Int }", "y: Int z: Int }"),
        ("same(a: Int)", "same(a: Int = 1)"),
        ("union Any = Thing | Other", "union Any = Thing | Other | Third type Third { a: Int }"),
    ],
)
def test_what_may_surprise_is_told_and_not_refused(old: str, new: str) -> None:
    before = BEFORE.replace("same(a: Int)", "same(a: Int = 2)") if "= 1" in new else BEFORE
    old = "same(a: Int = 2)" if "= 1" in new else old

    assert {Verdict.DANGEROUS} == {verdict for verdict, _ in changed(old, new, before=before)}


def test_directives_that_federation_alone_reads_are_left_out() -> None:
    assert [] == changed("directive @key(fields: String!) repeatable on OBJECT\n", "")
    assert [] == changed("@key(fields: String!) repeatable", "@key(fields: String!, c: Int!)")


def test_directives_that_are_declared_nowhere_do_not_confuse() -> None:
    marked = BEFORE.replace("type Other {", 'type Other @shareable @policy(policies: [["x"]]) {')

    assert [] == changes(BEFORE, marked)
    assert [] == changes(marked, BEFORE)


def test_an_entity_must_still_be_found_by_its_keys() -> None:
    assert [(Verdict.BREAKING, "Thing")] == changed(' @key(fields: "name")', "")
    assert [] == changed('@key(fields: "id")', '@key(fields: "id") @key(fields: "size")')


def test_of_an_input_all_of_whose_members_could_be_given_one_alone_may_not() -> None:
    assert [(Verdict.BREAKING, "In")] == changed("input In {", "input In @oneOf {")
    assert [] == changes(BEFORE.replace("input In {", "input In @oneOf {"), BEFORE)


def test_a_standard_scalar_goes_with_its_last_use() -> None:
    before = BEFORE.replace("  id: ID\n", "  id: ID\n  half: Float @deprecated\n")

    assert [(Verdict.ANNOUNCED, "Query.half")] == changed("  half: Float @deprecated\n", "", before=before)


def test_those_that_break_come_first_and_read_as_sentences() -> None:
    found = changes(BEFORE, BEFORE.replace("RED GREEN", "RED BLUE"))

    assert [
        "BREAKING   Enum value Colour.GREEN was removed.",
        "dangerous  Enum value Colour.BLUE was added.",
    ] == list(map(str, found))
