"""The line at the door, beside a list that is sorted each time."""

import hypothesis.strategies as st
from hypothesis import given

from connectors.terms import Criticality
from gateway.admission.line import Line

ARRIVALS = st.lists(st.tuples(st.sampled_from(Criticality), st.booleans()), max_size=30)


def _line(arrivals: list[tuple[Criticality, bool]]) -> tuple[Line[int], list[tuple[Criticality, bool, int]]]:
    line: Line[int] = Line()
    for number, (criticality, mutation) in enumerate(arrivals):
        line.add(number, criticality, mutation=mutation)
    return line, sorted((criticality, not mutation, number) for number, (criticality, mutation) in enumerate(arrivals))


@given(ARRIVALS)
def test_they_come_in_by_class_then_mutations_first_then_by_arrival(arrivals):
    line, ranked = _line(arrivals)

    found = []
    while (first := line.first()) is not None:
        found.append(first)
        line.discard(first)

    assert [number for *_, number in ranked] == found


@given(ARRIVALS)
def test_they_make_room_the_other_way_round(arrivals):
    line, ranked = _line(arrivals)

    found = []
    while (last := line.last()) is not None:
        assert arrivals[last[0]][0] is last[1]
        found.append(last[0])
        line.discard(last[0])

    assert [number for *_, number in reversed(ranked)] == found


@given(ARRIVALS.filter(bool), st.data())
def test_less_important_are_lesser_classes_and_the_queries_beside_a_mutation(arrivals, data):
    line, _ = _line(arrivals)
    one = data.draw(st.integers(0, len(arrivals) - 1))
    criticality, mutation = arrivals[one]

    expected = {
        number
        for number, (theirs, theirs_mutates) in enumerate(arrivals)
        if theirs > criticality or (theirs is criticality and mutation and not theirs_mutates)
    }
    assert expected == set(line.less_important_than(one))
