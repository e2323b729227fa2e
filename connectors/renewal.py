"""What of some settings stands in files that may change while the gateway runs: secrets and certificates."""

import hashlib
import pathlib
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from connectors.settings import FileSecret, TlsSettings

S = TypeVar("S", bound=BaseModel)

Fingerprint = tuple[tuple[str, bytes], ...]
"""For each setting that names a file, a digest of what stands there; empty where it cannot be read."""


def in_use(settings: BaseModel) -> Fingerprint:
    """The fingerprint of secrets as *settings* hold them, and of certificates as they are now. Reads files."""
    secrets = ((name, _digest(secret.get_secret_value().encode())) for name, secret in _secrets(settings))
    return (*secrets, *_certificates(settings))


def seen(settings: BaseModel) -> Fingerprint:
    """The fingerprint of all files as they are now: equal to `in_use` until one of them changes. Reads files."""
    # What stands around a secret is no part of it, so a line end more or less changes nothing.
    secrets = ((name, _digest(_content(secret.path).strip())) for name, secret in _secrets(settings))
    return (*secrets, *_certificates(settings))


def reread(settings: S) -> S:
    """*settings* with their secrets as the files hold them now. Raises ValueError that says what to do."""
    found = {name: FileSecret.read(secret.path, name=str(secret.path)) for name, secret in _secrets(settings)}
    return settings.model_copy(update=found)


def changed(before: Fingerprint, after: Fingerprint) -> list[str]:
    """The settings whose files differ."""
    old = dict(before)
    return [name for name, digest in after if old.get(name) != digest]


def _secrets(settings: BaseModel) -> Iterator[tuple[str, FileSecret]]:
    for name, value in settings:
        if isinstance(value, FileSecret):
            yield name, value


def _certificates(settings: BaseModel) -> Iterator[tuple[str, bytes]]:
    for name, tls in settings:
        for setting, path in tls if isinstance(tls, TlsSettings) else ():
            if path is not None:
                yield f"{name}.{setting}", _digest(_content(path))


def _content(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest() if content else b""
