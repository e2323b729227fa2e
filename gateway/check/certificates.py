"""Certificates and keys of ours, as files: what they are, whether they belong together, how long they are good."""

import datetime as dt
import pathlib
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from connectors.settings import TlsSettings
from gateway.check.rows import Finding, State
from gateway.check.tls import ending

_RENEW = "Have it renewed and put the new one into the file; a gateway that runs picks it up."


class _NotUsableError(Exception):
    """A file is not what the setting says; carries the finding."""

    def __init__(self, why: str, do: str) -> None:
        super().__init__(why)
        self.finding = Finding(why, do)


def findings(tls: TlsSettings, *, now: dt.datetime) -> list[tuple[str, Finding]]:
    """What is wrong with the files of one system, each with the setting it is about. The files can be read."""
    found = _judged("ca_file", lambda: _authorities(tls.ca_file, now))
    if tls.client_cert_file is not None:
        return found + _judged("client_cert_file", lambda: _own(tls.client_cert_file, tls.client_key_file, now))
    if tls.client_key_file is not None:
        why = "A key is named but no certificate, so neither is used."
        found.append(("client_key_file", Finding(why, "Name the certificate in `client_cert_file`.", State.WARNING)))
    return found


def _judged(setting: str, judge: Callable[[], Finding | None]) -> list[tuple[str, Finding]]:
    try:
        found = judge()
    except _NotUsableError as exc:
        found = exc.finding
    return [] if found is None else [(setting, found)]


def _authorities(path: pathlib.Path | None, now: dt.datetime) -> Finding | None:
    if path is None:
        return None
    # Of several authorities one may be old and not in use: the one that lasts longest decides.
    ends = max(one.not_valid_after_utc for one in _certificates(path))
    return ending(ends, now=now, whose=f"The certificate in {path.name}", renew=_RENEW)


def _own(path: pathlib.Path | None, key_path: pathlib.Path | None, now: dt.datetime) -> Finding | None:
    if path is None:
        return None
    ours = _certificates(path)[0]
    key = _key(key_path or path)
    if _public(ours) != key.public_key().public_bytes(_DER, _SPKI):
        raise _NotUsableError(
            f"The key in {(key_path or path).name} does not belong to the certificate in {path.name}.",
            "Name the key that the certificate was made for in `client_key_file`.",
        )
    if ours.not_valid_before_utc > now:
        return Finding(f"Our certificate is not valid before {ours.not_valid_before_utc:%Y-%m-%d}.", _RENEW)
    return ending(ours.not_valid_after_utc, now=now, whose="Our certificate", renew=_RENEW)


_DER = serialization.Encoding.DER
_SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def _certificates(path: pathlib.Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        do = "Name a file in PEM form: text that has a line BEGIN CERTIFICATE."
        raise _NotUsableError(f"The file {path.name} holds no certificate.", do) from None


def _key(path: pathlib.Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except TypeError:
        do = "Store it without one, readable by the gateway's user only, and name that file."
        raise _NotUsableError(f"The key in {path.name} asks for a passphrase.", do) from None
    except (ValueError, UnsupportedAlgorithm):
        do = "Name the file that holds our private key in PEM form in `client_key_file`."
        raise _NotUsableError(f"The file {path.name} holds no private key.", do) from None


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(_DER, _SPKI)
