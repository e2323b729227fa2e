"""
An issuer of access tokens for development: a key of its own in a file, with which whoever may read it issues tokens.

Its tokens are as everybody's (RFC 9068) and pass the same checks. That a gateway in production does not believe them is
the settings' business: they are believed beside no other issuer, and by a gateway on this machine alone.
"""

import asyncio
import contextlib
import os
import pathlib
import secrets
import stat
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from connectors.json import JsonObject
from gateway.access.tokens.fetching import FetchError
from gateway.access.tokens.signatures import Algorithm, encoded
from gateway.access.tokens.thumbprint import thumbprint

ISSUER: Final = "https://development.switchboard.invalid"
"""What its tokens say in `iss`. No issuer on earth can have this name (RFC 2606, 2)."""

ALGORITHM: Final[Algorithm] = "ES256"

_SIZE: Final = 32
"""Bytes of a coordinate, and of each half of a signature, on P-256 (RFC 7518, 3.4)."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(Exception):
    """The file of the key cannot be used. Says why, and what to do."""


def key_in(path: pathlib.Path) -> ec.EllipticCurvePrivateKey:
    """
    The key in the file at *path*, which is made where there is none.

    Whoever reads it can be anybody: a file that others than its owner may read is refused. Raises KeyFileError.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            return _read(path)
        _make(path)
        return _read(path)
    except OSError as exc:
        why = f"the key of the development issuer cannot be kept in {path} ({exc.strerror})"
        raise KeyFileError(f"{why}; set access.development.key_file to a path where it can") from exc


def published_by(path: pathlib.Path) -> Callable[[], Awaitable[bytes]]:
    """What fetches the public part of the key in the file at *path*, as an issuer publishes it. Raises FetchError."""

    async def fetch() -> bytes:
        try:
            return _jwks(await asyncio.to_thread(key_in, path))
        except KeyFileError as exc:
            raise FetchError(str(exc)) from exc

    return fetch


def issued(
    key: ec.EllipticCurvePrivateKey,
    *,
    audience: str,
    client_id: str,
    subject: str,
    scopes: list[str],
    now: float,
    lifetime_s: float,
    more: Mapping[str, object],
) -> str:
    """A token for *client_id* on behalf of *subject*, from *now* (seconds since 1970) on. *more* are other claims."""
    header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": _jwk(key)["kid"]}
    claims = {
        **more,
        "iss": ISSUER,
        "aud": audience,
        "sub": subject,
        "client_id": client_id,
        "jti": secrets.token_urlsafe(16),
        "iat": int(now),
        "exp": int(now + lifetime_s),
    }
    if scopes:
        claims["scope"] = " ".join(scopes)
    message = f"{encoded(orjson.dumps(header))}.{encoded(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(message.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    return f"{message}.{encoded(r.to_bytes(_SIZE, 'big') + s.to_bytes(_SIZE, 'big'))}"


def _read(path: pathlib.Path) -> ec.EllipticCurvePrivateKey:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_mode & _OTHERS or found.st_uid != os.geteuid():
            raise KeyFileError(f"{path} is not this user's alone; remove it, and a new key is made")
        text = file.read()
    try:
        key = serialization.load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds no key on P-256; remove it, and a new key is made")
    return key


def _make(path: pathlib.Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Whole or not at all: the gateway and the command line may both be the first.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _jwks(key: ec.EllipticCurvePrivateKey) -> bytes:
    return orjson.dumps({"keys": [_jwk(key)]})


def _jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (encoded(each.to_bytes(_SIZE, "big")) for each in (numbers.x, numbers.y))
    public = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return {**public, "alg": ALGORITHM, "use": "sig", "kid": thumbprint(JsonObject(public))}
