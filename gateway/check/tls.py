"""What a failed TLS handshake means, and how long a certificate is still good. Pure."""

import datetime as dt
import enum
import ssl
from collections.abc import Iterator

from cryptography import x509

from gateway.check.rows import Finding, State

SOON = dt.timedelta(days=14)


class Trouble(enum.Enum):
    """What a TLS handshake fails of."""

    EXPIRED = enum.auto()
    NOT_YET_VALID = enum.auto()
    OTHER_NAME = enum.auto()
    UNKNOWN_AUTHORITY = enum.auto()
    UNTRUSTED = enum.auto()
    WANTS_CERTIFICATE = enum.auto()
    REFUSES_OURS = enum.auto()
    VERSION = enum.auto()
    NO_TLS = enum.auto()
    HANDSHAKE = enum.auto()


# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_VERIFY = {
    9: Trouble.NOT_YET_VALID,
    10: Trouble.EXPIRED,
    18: Trouble.UNKNOWN_AUTHORITY,
    19: Trouble.UNKNOWN_AUTHORITY,
    20: Trouble.UNKNOWN_AUTHORITY,
    21: Trouble.UNKNOWN_AUTHORITY,
    62: Trouble.OTHER_NAME,
    64: Trouble.OTHER_NAME,
}

# Pieces of the reasons that OpenSSL gives; the rest of each differs between its releases.
_REASONS = (
    ("CERTIFICATE_REQUIRED", Trouble.WANTS_CERTIFICATE),
    ("ALERT_BAD_CERTIFICATE", Trouble.REFUSES_OURS),
    ("ALERT_UNKNOWN_CA", Trouble.REFUSES_OURS),
    ("ALERT_UNSUPPORTED_CERTIFICATE", Trouble.REFUSES_OURS),
    ("ALERT_CERTIFICATE", Trouble.REFUSES_OURS),
    ("ALERT_ACCESS_DENIED", Trouble.REFUSES_OURS),
    ("PROTOCOL_VERSION", Trouble.VERSION),
    ("UNSUPPORTED_PROTOCOL", Trouble.VERSION),
    ("NO_PROTOCOLS", Trouble.VERSION),
    ("WRONG_VERSION_NUMBER", Trouble.NO_TLS),
    ("HTTP_REQUEST", Trouble.NO_TLS),
    ("RECORD_LAYER_FAILURE", Trouble.NO_TLS),
    ("PACKET_LENGTH_TOO_LONG", Trouble.NO_TLS),
    ("UNKNOWN_PROTOCOL", Trouble.NO_TLS),
)


_TOLD = {
    Trouble.EXPIRED: (
        "Its certificate has expired{expired}.",
        "Ask its owners to renew the certificate; if it looks valid to them, check the clock of this machine.",
    ),
    Trouble.NOT_YET_VALID: (
        "Its certificate is not valid yet.",
        "Check the clock of this machine; if it is right, ask the system's owners for a valid certificate.",
    ),
    Trouble.OTHER_NAME: (
        "Its certificate is for another name{names}.",
        "Write the name that the certificate has into `{section}.url`.",
    ),
    Trouble.UNKNOWN_AUTHORITY: (
        "Its certificate is signed by an authority that this gateway does not trust.",
        "Put the authority's certificate (PEM) into a file and name it in `{section}.tls.ca_file`.",
    ),
    Trouble.UNTRUSTED: (
        "Its certificate is not trusted, for a rare reason.",
        "Ask its owners to look at the certificate and at the chain that the system sends.",
    ),
    Trouble.WANTS_CERTIFICATE: (
        "It asks for a certificate of ours and got none.",
        "Name our certificate and its key in {ours}.",
    ),
    Trouble.REFUSES_OURS: (
        "It does not accept our certificate.",
        "Ask its owners which certificate they expect, and name it in {ours}.",
    ),
    Trouble.VERSION: (
        "It speaks no version of TLS that is safe: 1.2 is the least.",
        "Ask its owners to switch on TLS 1.2 or 1.3, or put a proxy that speaks it in front of the system.",
    ),
    Trouble.NO_TLS: (
        "It does not speak TLS at this port, and the address says https.",
        "Correct the port in `{section}.url`, or write http:// if the system has no TLS.",
    ),
    Trouble.HANDSHAKE: (
        "The TLS handshake failed: it may not speak TLS there, want a certificate of ours, or know no safe cipher.",
        "Check the port in `{section}.url`; ask its owners whether they expect a certificate, and name it in {ours}.",
    ),
}


def trouble(failure: BaseException | None) -> Trouble | None:
    """What TLS failed of, when *failure* or what caused it is an error of TLS; else None."""
    error = next((each for each in _chain(failure) if isinstance(each, ssl.SSLError)), None)
    if error is None:
        return None
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, Trouble.UNTRUSTED)
    reason = error.reason or ""
    return next((found for piece, found in _REASONS if piece in reason), Trouble.HANDSHAKE)


def finding(found: Trouble, *, name: str, certificate: bytes | None, now: dt.datetime) -> Finding:
    """What to say of *found* at the system *name*; *certificate* (DER) is what it showed, where that is known."""
    shown = _loaded(certificate)
    section = f"systems.{name}"
    why, do = _TOLD[found]
    return Finding(
        why.format(expired=_when(shown, now), names=_names(shown)),
        do.format(section=section, ours=f"`{section}.tls.client_cert_file` and `{section}.tls.client_key_file`"),
    )


def ending(ends: dt.datetime, *, now: dt.datetime, whose: str, renew: str) -> Finding | None:
    """What to say of a certificate that ends at *ends*: expired, soon to be, or nothing. *renew* is what to do."""
    if ends <= now:
        return Finding(f"{whose} expired {_days(now - ends)} ago, on {ends:%Y-%m-%d}.", renew)
    if ends - now <= SOON:
        return Finding(f"{whose} ends in {_days(ends - now)}, on {ends:%Y-%m-%d}.", renew, State.WARNING)
    return None


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__


def _when(shown: x509.Certificate | None, now: dt.datetime) -> str:
    if shown is None or shown.not_valid_after_utc > now:
        return ""
    return f", {_days(now - shown.not_valid_after_utc)} ago, on {shown.not_valid_after_utc:%Y-%m-%d}"


def _names(shown: x509.Certificate | None) -> str:
    try:
        names = None if shown is None else shown.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ""
    if names is None:
        return ""
    # The system's own text: only what a name consists of may reach a terminal.
    plain = [name for name in names.value.get_values_for_type(x509.DNSName) if _is_plain(name)]
    plain += [str(address) for address in names.value.get_values_for_type(x509.IPAddress)]
    return f" ({', '.join(plain[:3])})" if plain else ""


def _loaded(certificate: bytes | None) -> x509.Certificate | None:
    try:
        return None if certificate is None else x509.load_der_x509_certificate(certificate)
    except ValueError:
        return None


def _is_plain(name: str) -> bool:
    return name.isascii() and len(name) <= 253 and name.replace(".", "").replace("-", "").replace("*", "").isalnum()


def _days(span: dt.timedelta) -> str:
    days = span.days
    return f"{days} day{'' if days == 1 else 's'}" if days else f"{span.seconds // 3600} h"
