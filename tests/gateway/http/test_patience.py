"""How long a connection may keep the server waiting, on a clock of the test's own."""

from gateway.http.patience import GRACE_S, Patience, Phase
from gateway.settings import ServerSettings

SETTINGS = ServerSettings(header_timeout_s=10, body_timeout_s=15, keep_alive_s=65)


def test_silence_after_connecting_counts_as_slow_headers() -> None:
    patience = Patience(SETTINGS, now=100)

    patience.moves_to(Phase.HEAD, now=109)

    assert 110 == patience.ends


def test_a_trickle_gains_no_time() -> None:
    patience = Patience(SETTINGS, now=100)
    for now in range(101, 110):
        patience.moves_to(Phase.HEAD, now=now)

    assert 110 == patience.ends


def test_headers_and_body_share_one_measure() -> None:
    patience = Patience(SETTINGS, now=100)
    patience.moves_to(Phase.HEAD, now=100)

    patience.moves_to(Phase.BODY, now=109)

    assert 115 + GRACE_S == patience.ends


def test_nothing_is_measured_while_the_answer_is_ours_to_give() -> None:
    patience = Patience(SETTINGS, now=100)

    patience.moves_to(Phase.ANSWER, now=101)

    assert patience.ends is None


def test_an_idle_connection_is_kept_for_a_while() -> None:
    patience = Patience(SETTINGS, now=100)
    patience.moves_to(Phase.ANSWER, now=101)

    patience.moves_to(Phase.IDLE, now=102)

    assert 167 == patience.ends


def test_a_later_request_is_measured_from_its_first_byte() -> None:
    patience = Patience(SETTINGS, now=100)
    patience.moves_to(Phase.IDLE, now=102)

    patience.moves_to(Phase.HEAD, now=160)
    patience.moves_to(Phase.BODY, now=161)

    assert 175 + GRACE_S == patience.ends


def test_a_slow_request_is_over_within_twenty_seconds_whatever_trickles() -> None:
    defaults = ServerSettings()

    assert defaults.header_timeout_s <= 15
    assert max(defaults.header_timeout_s, defaults.body_timeout_s + GRACE_S) <= 20
