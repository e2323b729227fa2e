"""What is refused before validation: too much of anything, told in a sentence; and what passes."""

import pathlib
import sys

import pytest
from graphql import get_introspection_query
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.settings import LimitSettings
from gateway.operations.documents import Documents
from gateway.operations.outcome import Outcome
from tests.gateway.limits.documents import HARMLESS, MANY, bomb, doubling
from tests.resolvers.support import SCHEMA, codes, presented

ROOT = pathlib.Path(__file__).resolve().parents[3]
LIMITS = LimitSettings()
DOCUMENTS = Documents(SCHEMA._schema, limits=LIMITS, shows_graph=True)
STANDARD = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


def _refused(text: str, documents: Documents = DOCUMENTS) -> list[tuple[str, str]]:
    """Code and sentence of each error."""
    errors = Outcome(data=None, errors=documents.prepare(text).errors, executed=False)
    return [(error["extensions"]["code"], error["message"]) for error in presented(errors)]


def _limited(**limits: int) -> Documents:
    return Documents(SCHEMA._schema, limits=LimitSettings(**limits), shows_graph=True)


@pytest.mark.parametrize("what", MANY)
def test_ten_thousand_of_anything_are_refused_with_a_sentence(what: str) -> None:
    refused = _refused(MANY[what](10_000))

    assert bool(refused) == (what not in HARMLESS)
    for code, sentence in refused:
        assert code in {"BAD_INPUT", "TOO_COSTLY"}
        assert sentence.endswith(".")
        assert len(sentence) < 300


def _steps(text: str) -> int:
    """How many functions a document's judgement calls: the same on every machine, however busy it is."""
    called = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal called
        called += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        Documents._prepare(DOCUMENTS, text)
    finally:
        sys.setprofile(before)
    return called


@pytest.mark.parametrize("what", MANY)
def test_no_document_takes_long_to_be_judged(what: str) -> None:
    """
    The worst that the limits let pass takes a quarter of a million steps; graphql-core alone takes five million.
    """
    for count in (20, 100, 500, 1000):
        assert _steps(MANY[what](count)) < 400_000, count


class TestLimit:
    @pytest.mark.parametrize(
        ("limit", "fits", "beyond", "code"),
        [
            ("max_operations", "query A { __typename } query B { __typename }", "query C { __typename }", "BAD_INPUT"),
            (
                "max_variables",
                "query ($a: Boolean!, $b: Boolean!) { __typename @skip(if: $a) @include(if: $b) }",
                None,
                "",
            ),
        ],
    )
    def test_may_be_reached(self, limit: str, fits: str, beyond: str | None, code: str) -> None:
        documents = _limited(**{limit: 2})

        assert [] == _refused(fits, documents)
        if beyond is not None:
            assert [code] == [found for found, _ in _refused(f"{fits} {beyond}", documents)]

    @pytest.mark.parametrize(
        ("limit", "what", "code"),
        [
            ("max_operations", "operations", "BAD_INPUT"),
            ("max_fragments", "fragments side by side", "BAD_INPUT"),
            ("max_spreads", "spreads of one fragment", "BAD_INPUT"),
            ("max_variables", "variables", "BAD_INPUT"),
            ("max_directives", "directives at many places", "BAD_INPUT"),
            ("max_directives_per_place", "directives at one place", "BAD_INPUT"),
            ("max_directives_per_place", "directives of an operation", "BAD_INPUT"),
            ("max_arguments", "arguments", "BAD_INPUT"),
            ("max_items", "list items", "BAD_INPUT"),
            ("max_items", "members of an object", "BAD_INPUT"),
            ("max_value_depth", "lists inside each other", "BAD_INPUT"),
            ("max_value_depth", "objects inside each other", "BAD_INPUT"),
            ("max_value_depth", "types inside each other", "BAD_INPUT"),
            ("max_name_characters", "letters of a name", "BAD_INPUT"),
            ("max_name_characters", "letters of an alias", "BAD_INPUT"),
            ("max_text_characters", "letters of a text", "BAD_INPUT"),
            ("max_depth", "fields inside each other", "BAD_INPUT"),
            ("max_aliases", "aliases", "TOO_COSTLY"),
            ("max_written_fields", "fields", "TOO_COSTLY"),
            ("max_selected_fields", "fields", "TOO_COSTLY"),
            ("max_root_fields", "fields", "TOO_COSTLY"),
        ],
    )
    def test_is_told_with_its_number_and_may_be_changed(self, limit: str, what: str, code: str) -> None:
        documents = _limited(**{limit: 30})

        mine = [found for found, sentence in _refused(MANY[what](31), documents) if "At most 30 " in sentence]

        assert [code] == mine
        assert not any("At most 30 " in sentence for _, sentence in _refused(MANY[what](15), documents))

    def test_of_characters_holds_before_the_lexer_sees_them(self) -> None:
        text = "{ __typename } #" + "x" * 20_000_000

        ((code, sentence),) = _refused(text)

        assert _steps(text) < 20
        assert "BAD_INPUT" == code
        assert "50000 characters" in sentence

    def test_of_tokens_is_told_in_our_words(self) -> None:
        """
        Pins graphql-core's own words, by which the limit is recognised.
        """
        ((code, sentence),) = _refused("{ " + "a " * 5000 + "}")

        assert "BAD_INPUT" == code
        assert "4000 tokens" in sentence
        assert "Syntax" not in sentence

    @pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1." + "0" * 5000, "1e" + "9" * 5000])
    def test_of_digits_keeps_python_from_reading_them(self, number: str) -> None:
        for text in (
            f"{{ line(by: {{id: {number}}}) {{ id }} }}",
            f'{{ customer(by: {{id: "1"}}) {{ bills(first: {number}) {{ totalCount }} }} }}',
            f"query ($x: Int = {number}) {{ __typename }}",
        ):
            ((code, sentence),) = _refused(text)
            assert ("BAD_INPUT", True) == (code, "digits" in sentence)

    def test_of_work_on_equal_fields_is_not_met_by_fragments_of_thirty_components(self) -> None:
        parts = range(30)
        text = (
            '{ customer(by: {id: "1"}) {'
            + "".join(f"...F{n} " for n in parts)
            + "}}"
            + "".join(f"fragment F{n} on Customer {{ id name lines {{ nodes {{ id msisdn }} }} }} " for n in parts)
        )

        assert [] == _refused(text)

    def test_of_work_on_equal_fields_is_told(self) -> None:
        ((code, sentence),) = _refused(MANY["fields of one name"](400))

        assert "TOO_COSTLY" == code
        assert "in several requests" in sentence


class TestFragments:
    def test_that_spread_the_next_one_twice_are_one_field_and_soon_checked(self) -> None:
        text = bomb()

        prepared = Documents._prepare(DOCUMENTS, text)

        assert (964, ()) == (len(text), prepared.errors)
        assert _steps(text) < 100_000

    @pytest.mark.parametrize("levels", [11, 12, 15, 18])
    def test_that_double_the_answer_are_refused(self, levels: int) -> None:
        assert "TOO_COSTLY" in {code for code, _ in _refused(doubling(levels))}
        assert _steps(doubling(levels)) < 100_000

    def test_that_double_a_little_are_not(self) -> None:
        assert [] == _refused(doubling(3))

    @pytest.mark.parametrize(
        "text",
        [
            "{ ...F } fragment F on Query { ...F }",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            '{ ...A } fragment A on Query { customer(by: {id: "1"}) { ...B } } fragment B on Customer { id ...B }',
            "{ ...A } fragment A on Query { ... { ... @skip(if: true) { ...A } } }",
            "{ __typename } fragment F on Query { ...F @include(if: false) }",
            MANY["fragments in circles"](20),
        ],
        ids=lambda text: text[:40],
    )
    def test_in_a_circle_are_refused(self, text: str) -> None:
        ((code, sentence),) = _refused(text)

        assert ("BAD_INPUT", True) == (code, "circle" in sentence)

    def test_are_no_way_around_the_depth(self) -> None:
        text = "{ ...F0 }" + "".join(f"fragment F{n} on Query {{ a {{ ...F{n + 1} }} }} " for n in range(25))

        assert any("inside each other" in sentence for _, sentence in _refused(text + "fragment F25 on Query { a }"))

    def test_are_no_way_around_the_number_of_roots(self) -> None:
        text = "{ ...A ...B } fragment A on Query { ...C } fragment B on Query {" + "__typename " * 10 + "}"

        assert [] == _refused(text + "fragment C on Query {" + "__typename " * 10 + "}")
        assert any(
            "root" in sentence for _, sentence in _refused(text + "fragment C on Query {" + "__typename " * 11 + "}")
        )

    @pytest.mark.parametrize("directive", ["@skip(if: true)", "@include(if: false)", "@skip(if: $x)"])
    def test_that_are_skipped_count_as_well(self, directive: str) -> None:
        """
        What a variable says is known only later, and a document is judged once.
        """
        head = "query ($x: Boolean = true) " if "$" in directive else ""
        text = f"{head}{{ ...F {directive} }} fragment F on Query {{ {'__typename ' * 21} }}"

        assert any("root" in sentence for _, sentence in _refused(text))

    def test_limits_hold_for_each_operation(self) -> None:
        text = "query A { __typename } query B {" + "__typename " * 21 + "}"

        assert any("root" in sentence for _, sentence in _refused(text))


class TestIntrospection:
    def test_as_tools_ask_it_passes(self) -> None:
        assert [] == _refused(STANDARD)
        assert [] == _refused(get_introspection_query(descriptions=False))

    @pytest.mark.parametrize("depth", [3, 4, 10])
    def test_inside_itself_is_refused(self, depth: int) -> None:
        assert _refused(MANY["introspection inside itself"](depth))

    @pytest.mark.parametrize("times", [15, 18])
    def test_beside_itself_is_refused(self, times: int) -> None:
        assert {"TOO_COSTLY"} == {
            code
            for code, _ in _refused(
                "{"
                + " ".join(
                    f"a{n}: __schema {{ types {{ ...T fields {{ ...F args {{ ...V }} }} }} }}" for n in range(times)
                )
                + "} fragment T on __Type { name kind description } fragment F on __Field { name description isDeprecated "
                "deprecationReason type { name kind ofType { name kind ofType { name kind } } } } "
                "fragment V on __InputValue { name description type { name kind ofType { name kind } } }"
            )
        }


@pytest.mark.parametrize("path", sorted((ROOT / "sandbox" / "stories").glob("*.graphql")), ids=lambda path: path.stem)
def test_the_stories_are_within_half_of_every_limit(path: pathlib.Path) -> None:
    halved = {
        name: max(2, int(value / 2))
        for name, value in LIMITS
        if name.startswith("max_") and name != "max_query_string" and value is not None
    }
    refused = [sentence for _, sentence in _refused(path.read_text(encoding="utf-8"), _limited(**halved))]

    assert not any("At most" in sentence or "more than" in sentence for sentence in refused)


_NAMES = st.sampled_from(["__typename", "customer", "line", "id", "a", "__schema", "types", "ofType"])
_SELECTIONS = st.recursive(
    _NAMES | st.sampled_from(["...A", "...B", "... on Query { __typename }", "a: id", "id @skip(if: true)"]),
    lambda inner: st.tuples(_NAMES, st.lists(inner, min_size=1, max_size=4)).map(
        lambda t: f"{t[0]} {{ {' '.join(t[1])} }}"
    ),
    max_leaves=25,
)


@given(st.lists(_SELECTIONS, min_size=1, max_size=5), _SELECTIONS, _SELECTIONS)
def test_no_selection_raises(root: list[str], a: str, b: str) -> None:
    text = f"{{ {' '.join(root)} }} fragment A on Query {{ {a} }} fragment B on Query {{ {b} }}"

    prepared = DOCUMENTS.prepare(text)

    assert bool(prepared.errors) != (prepared.document is not None)
    assert {"BAD_INPUT", "TOO_COSTLY"} >= set(codes(Outcome(data=None, errors=prepared.errors, executed=False)))
