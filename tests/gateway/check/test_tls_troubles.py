"""What OpenSSL's own words about a failed handshake mean."""

import datetime as dt
import ssl

import httpx
import pytest

from gateway.check.tls import Trouble, ending, finding, trouble

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def _failure(reason: str) -> Exception:
    cause = ssl.SSLError(1, reason)
    cause.reason = reason
    failure = httpx.ConnectError("ConnectError")
    failure.__cause__ = cause
    return failure


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", Trouble.WANTS_CERTIFICATE),
        ("SSLV3_ALERT_BAD_CERTIFICATE", Trouble.REFUSES_OURS),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", Trouble.REFUSES_OURS),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", Trouble.REFUSES_OURS),
        ("TLSV1_ALERT_UNKNOWN_CA", Trouble.REFUSES_OURS),
        ("TLSV1_ALERT_ACCESS_DENIED", Trouble.REFUSES_OURS),
        ("TLSV1_ALERT_PROTOCOL_VERSION", Trouble.VERSION),
        ("UNSUPPORTED_PROTOCOL", Trouble.VERSION),
        ("WRONG_VERSION_NUMBER", Trouble.NO_TLS),
        ("HTTP_REQUEST", Trouble.NO_TLS),
        ("RECORD_LAYER_FAILURE", Trouble.NO_TLS),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", Trouble.HANDSHAKE),
        ("SOMETHING_NEWER", Trouble.HANDSHAKE),
    ],
)
def test_a_reason_has_its_meaning(reason: str, found: Trouble) -> None:
    assert found is trouble(_failure(reason))


@pytest.mark.parametrize("failure", [None, OSError("reset"), httpx.ReadError("ReadError")])
def test_a_failure_of_something_else_is_no_trouble_of_tls(failure: Exception | None) -> None:
    assert trouble(failure) is None


@pytest.mark.parametrize("found", list(Trouble))
def test_every_trouble_says_why_and_what_to_do(found: Trouble) -> None:
    told = finding(found, name="crm", certificate=b"not a certificate", now=NOW)

    assert told.why.endswith(".")
    assert told.do.endswith(".")
    assert "{" not in told.why + told.do


@pytest.mark.parametrize(
    ("days", "told"),
    [(15, None), (14, "ends in 14 days"), (1, "ends in 1 day,"), (0.5, "ends in 12 h"), (-2, "expired 2 days ago")],
)
def test_the_end_of_a_certificate_is_told_from_two_weeks_before(days: float, told: str | None) -> None:
    found = ending(NOW + dt.timedelta(days=days), now=NOW, whose="Its certificate", renew="Renew it.")

    assert (told is None) == (found is None)
    assert found is None or told is None or told in found.why
