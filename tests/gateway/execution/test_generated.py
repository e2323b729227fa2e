"""Whatever is asked, and whatever systems answer, compiled completion and graphql-core make the same of it."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
from graphql import print_schema

from tests.gateway.execution.both import completion_of, in_a_loop_of_its_own, same
from tests.gateway.execution.corruption import corrupt
from tests.gateway.execution.operations import PRINTED, QUESTIONS, VARIABLES, variation
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES, GRAPH, RichOperator, contexts

_FULL = hypothesis.settings.default.max_examples  # type: ignore[union-attr]
_SOME = hypothesis.settings(max_examples=_FULL if _FULL > 100 else _FULL // 3)
_RATES = (0.0, 0.003, 0.03, 0.2)
"""How much of what systems answer is wrong. Few errors show what the many hide: a null that goes up takes all with it."""


@_SOME
@hypothesis.given(
    question=QUESTIONS,
    yes=st.booleans(),
    no=st.sampled_from([True, False, None, ...]),
    seed=st.integers(0, 2**32),
)
def test_any_question(question: str, yes: Any, no: Any, seed: int) -> None:
    variables = {**VARIABLES, "yes": yes, "no": no}
    if no is ...:
        del variables["no"]
    for place, rate in enumerate(_RATES):
        _same(variation(question, seed + place), variables, seed=seed + place, rate=rate)


@_SOME
@hypothesis.given(seed=st.integers(0, 2**32))
def test_anything_wrong_with_the_answers(seed: int) -> None:
    for place, rate in enumerate((0.0005, 0.003, 0.03)):
        _same(AT_A_GLANCE, GLANCE_VARIABLES, seed=seed + place, rate=rate)


def test_the_printed_graph_is_the_graph() -> None:
    """
    Operations are generated from the printed graph. What is generated would be void if it were not the real one.
    """
    fields = {name: set(getattr(kind, "fields", ())) for name, kind in PRINTED.type_map.items() if name[:2] != "__"}

    assert all(set(getattr(GRAPH.type_map[name], "fields", ())) >= found for name, found in fields.items()), (
        print_schema(GRAPH)
    )


def _same(text: str, variables: dict[str, Any], *, seed: int, rate: float) -> None:
    made = completion_of(GRAPH, text, variables)

    def context() -> Any:
        return contexts(corrupt(RichOperator(bills=3, lines=2), seed=seed, rate=rate), made, variables)()

    in_a_loop_of_its_own(same(GRAPH, text, variables, context))
