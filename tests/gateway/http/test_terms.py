"""The terms of a request by its headers: time that only shortens, and the age that `Cache-Control` asks for."""

import pytest

from connectors.terms import Terms
from gateway.http.refusal import HttpRefusal
from gateway.http.terms import terms_of
from tests.connectors.support import FixedClock

CLOCK = FixedClock()


def _terms(**headers: str) -> Terms:
    given = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return terms_of({"headers": given}, deadline_s=2.0, clock=CLOCK)


def _within(**headers: str) -> float:
    return _terms(**headers).remaining(CLOCK)


class TestDeadline:
    def test_without_a_header_it_is_the_operators(self) -> None:
        assert Terms.after(2.0, CLOCK) == _terms()

    @pytest.mark.parametrize(("written", "seconds"), [("1", 0.001), ("300", 0.3), ("2000", 2.0), ("0300", 0.3)])
    def test_a_caller_may_shorten_it(self, written: str, seconds: float) -> None:
        assert seconds == pytest.approx(_within(x_deadline_ms=written))

    @pytest.mark.parametrize("written", ["2001", "999999999", "1000000000", "9" * 5000])
    def test_and_never_prolong_it(self, written: str) -> None:
        assert 2.0 == _within(x_deadline_ms=written)

    @pytest.mark.parametrize("written", ["", "0", "000", "-1", "+1", "1.5", "1e3", "300ms", "300,300", "٣٠٠", "³"])
    def test_what_is_no_number_of_milliseconds_is_refused_with_what_to_write(self, written: str) -> None:
        with pytest.raises(HttpRefusal, match="whole number of milliseconds") as refused:
            terms_of({"headers": [(b"x-deadline-ms", written.encode())]}, deadline_s=2.0, clock=CLOCK)

        assert 400 == refused.value.status


class TestAge:
    @pytest.mark.parametrize(
        ("written", "max_age_s", "or_older"),
        [
            ("max-age=30", 30, False),
            ("Max-Age=30", 30, False),
            ('max-age="30"', 30, False),
            ("no-cache", 0, False),
            ("no-cache, max-age=30", 0, False),
            ("max-age=30, max-age=20", 20, False),
            ("max-age=30, stale-if-error", 30, True),
            ("stale-if-error=600,max-age=30", 30, True),
            ("max-age=99999999999999999999", 10**9, False),
        ],
    )
    def test_it_is_what_the_caller_takes(self, written: str, max_age_s: float, *, or_older: bool) -> None:
        found = _terms(cache_control=written)

        assert (max_age_s, or_older) == (found.max_age_s, found.or_older)

    @pytest.mark.parametrize("written", ["", "no-store", "max-stale=5", "only-if-cached", "stale-if-error", "x=y"])
    def test_what_says_nothing_of_an_age_changes_nothing(self, written: str) -> None:
        assert _terms() == _terms(cache_control=written)

    @pytest.mark.parametrize("written", ["max-age", "max-age=", "max-age=-1", "max-age=soon", "max-age=1.5"])
    def test_an_age_that_is_no_number_is_refused(self, written: str) -> None:
        with pytest.raises(HttpRefusal, match="whole number of seconds"):
            _terms(cache_control=written)
