"""Allotment: what one process may use, as agreed, and while nothing can be agreed."""

from connectors.guard.allotment import Allotment

LIVES_S = 5.0
"""As long as that lives what was agreed, with calls that take two seconds at most."""


def told(places: int, *, part: int = 4) -> Allotment:
    allotment = Allotment(part=part, call_s=2.0)
    allotment.told(places, asked_at=100.0)
    return allotment


def test_it_begins_with_nothing_as_others_may_have_everything():
    assert 0 == Allotment(part=4, call_s=2.0).places


def test_a_process_that_never_heard_anything_takes_its_part():
    allotment = Allotment(part=4, call_s=2.0)
    allotment.unheard(100.0)

    assert 4 == allotment.places


def test_what_was_agreed_stays_as_long_as_it_is_booked():
    allotment = told(9)
    allotment.unheard(100.0 + LIVES_S - 0.01)

    assert (LIVES_S, 9) == (allotment.lives_s, allotment.places)


def test_what_is_more_than_the_part_is_given_up_then():
    allotment = told(9)
    allotment.unheard(100.0 + LIVES_S)

    assert 4 == allotment.places


def test_what_is_less_than_the_part_grows_only_when_calls_of_others_have_ended():
    allotment = told(1)
    seen = []
    for seconds in (LIVES_S, LIVES_S + 3.99, LIVES_S + 4):
        allotment.unheard(100.0 + seconds)
        seen.append(allotment.places)

    assert [1, 1, 4] == seen


def test_a_process_that_slept_longer_than_what_was_agreed_lives_does_not_trust_it():
    allotment = told(9)
    allotment.passes(100.0 + LIVES_S)

    assert 4 == allotment.places


def test_calls_under_way_keep_their_places():
    assert (6, 9) == (told(2).held(6), told(9).held(6))


def test_the_first_register_that_was_met_is_remembered():
    allotment = Allotment(part=4, call_s=2.0)
    allotment.meets(7.0, asked_at=100.0)
    allotment.meets(8.0, asked_at=101.0)

    assert 7.0 == allotment.met


def test_a_process_that_met_a_register_takes_its_part_only_when_it_hears_nothing_for_long():
    allotment, seen = Allotment(part=4, call_s=2.0), []
    allotment.meets(7.0, asked_at=100.0)
    for seconds in (0.1, LIVES_S, LIVES_S + 4):
        allotment.unheard(100.0 + seconds)
        seen.append(allotment.places)

    assert [0, 0, 4] == seen


def test_what_was_needed_lately_is_let_go_of_by_and_by():
    allotment, seen = told(9, part=8), []
    for demand in (12, 0, 0, 0, 0, 0, 0):
        allotment.needs(demand)
        seen.append(allotment.in_hand)

    assert [12, 9, 6, 4, 3, 2, 2] == seen
