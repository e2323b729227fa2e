import pytest

from bench.stats import Spread, ratio, spread


def test_a_spread_is_the_median_between_the_least_and_the_greatest():
    assert Spread(1.0, 2.0, 9.0, 3) == spread([9.0, 1.0, 2.0])


def test_an_even_number_of_rounds_has_its_median_in_the_middle():
    assert 2.5 == spread([1.0, 2.0, 3.0, 4.0]).median


def test_a_ratio_is_taken_round_by_round():
    # A machine that was slow in the second round was slow for both.
    assert Spread(0.5, 0.5, 0.5, 2) == ratio([1.0, 10.0], [2.0, 20.0])


def test_rounds_that_only_one_side_has_are_left_out():
    assert 1 == ratio([1.0, 2.0], [2.0]).rounds


def test_nothing_measured_has_no_spread():
    with pytest.raises(ValueError, match="no round"):
        spread([])
    with pytest.raises(ValueError, match="no round"):
        ratio([1.0], [0.0])
