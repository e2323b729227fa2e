"""
How values are masked for those who may see that there is one, but not which.

As it is practised where the law asks for it (PIPL, article 51; GB/T 35273): enough is left of a number to compare it
with one that is known already, and too little to find somebody by. What is masked has no form in which it could be
unmasked, and a mask never fails: what it does not understand is hidden whole.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from schema.policy import Form

Mask = Callable[[str], str | None]

STAR: Final = "*"
HIDDEN: Final = STAR * 3
"""Says that there is something, and not how long it is."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w+")
_AS_A_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)


def number(text: str) -> str:
    """The first three digits and the last four, such as `447****0001`; shorter ones keep their last two at most."""
    if not _AS_A_NUMBER.fullmatch(text) or len(text) < 6:
        return HIDDEN
    return _middle_out(text, first=3, last=4) if len(text) > 9 else _middle_out(text, first=0, last=2)


def name(text: str) -> str:
    """Of a Chinese name the family name, of others the initials: `张**`, `A*** B***`."""
    if _HAN.match(text):
        return text[0] + STAR * 2
    # What does not begin with a letter, such as a number that somebody has put there, shows none of itself.
    words = (found[0][0] if found[0][0].isalpha() else "" for found in _WORD.finditer(text))
    return " ".join(initial + HIDDEN for initial in words) or HIDDEN


def identifier(text: str) -> str:
    """The last three characters of a long one; nothing of a short one, which could be tried out."""
    return STAR * 4 + text[-3:] if len(text) >= 8 else HIDDEN


def email(text: str) -> str:
    """The first letter and the domain: `a***@example.com`. Of a one-letter name nothing."""
    local, _, domain = text.rpartition("@")
    if not local or not domain:
        return HIDDEN
    return f"{local[0] if len(local) > 1 else ''}{HIDDEN}@{domain}"


def hidden(_: str) -> str:
    """Nothing of it."""
    return HIDDEN


def nothing(_: str) -> None:
    """Nothing, and not even that there is something."""


MASKS: Final[Mapping[Form, Mask]] = MappingProxyType(
    {
        Form.NUMBER: number,
        Form.NAME: name,
        Form.GIVEN_NAME: hidden,
        Form.IDENTIFIER: identifier,
        Form.EMAIL: email,
        Form.ADDRESS: hidden,
        Form.HIDDEN: nothing,
    }
)


def masked(form: Form, value: Any) -> Any:
    """*value* as those see it who may not see it in clear. What is no text is hidden whole."""
    return MASKS[form](value) if isinstance(value, str) else None


class Pseudonyms:
    """
    What identifiers are called towards one client: always the same for it, and another for every other client.

    HMAC-SHA-256 of the client and the coordinate's form with the gateway's secret, so that two partners who put their
    lists together learn nothing, and nobody can try out numbers without the secret.
    """

    def __init__(self, secret: bytes, client_id: str) -> None:
        self._key = hmac.digest(secret, b"switchboard pseudonyms v1\0" + client_id.encode(), "sha256")

    def of(self, coordinate: str, value: Any) -> str | None:
        """The pseudonym of *value* at *coordinate*; None for what is no text."""
        if not isinstance(value, str):
            return None
        made = hmac.new(self._key, f"{coordinate}\0{value}".encode(), hashlib.sha256).digest()
        return "p" + b32encode(made[:15]).decode().lower()


def _middle_out(text: str, *, first: int, last: int) -> str:
    return text[:first] + STAR * (len(text) - first - last) + text[-last:]
