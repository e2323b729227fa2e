"""Who may ask: user names, and pretend passwords from the files in `secrets/`. They are compared, never printed."""

import base64
import binascii
import dataclasses
import hmac
import importlib.resources


@dataclasses.dataclass(frozen=True, slots=True)
class Credential:
    """A user and a password; neither shows in a repr."""

    user: str = dataclasses.field(repr=False)
    password: str = dataclasses.field(repr=False)

    def admits(self, user: str | None, password: str | None) -> bool:
        """Whether these are the right user and password."""
        right_user = hmac.compare_digest((user or "").encode(), self.user.encode())
        right_password = hmac.compare_digest((password or "").encode(), self.password.encode())
        return right_user and right_password

    def admits_basic(self, authorization: str | None) -> bool:
        """Whether an HTTP Authorization header carries them (RFC 7617)."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, colon, password = base64.b64decode(token.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return bool(colon) and self.admits(user, password)


def load_credential(name: str, *, user: str) -> Credential:
    """The credential whose password is in `secrets/<name>.password`."""
    file = importlib.resources.files("sandbox").joinpath("secrets", f"{name}.password")
    return Credential(user, file.read_text(encoding="utf-8").strip())
