"""Addresses that mean the same, as RFC 3986 (6.2.2 and 6.2.3) has it, without what RFC 9449 leaves aside. Pure."""

import posixpath
import re
import string
import urllib.parse
from typing import Final

_PORTS: Final = {"https": 443, "http": 80}
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
_PATH: Final = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*", re.ASCII)
_UNRESERVED: Final = frozenset(string.ascii_letters + string.digits + "-._~")


def normalised(url: str) -> str:
    """
    *url* in the one way to write it, without query and fragment (RFC 9449, 4.3). Raises ValueError for what is none.

    Schemes and hosts are in small letters, without the port that goes without saying; escapes in capitals, and only
    where they are needed; no steps that lead nowhere.
    """
    parts = urllib.parse.urlsplit(url)
    port = _PORTS.get(parts.scheme)
    if port is None or not parts.hostname or "@" in parts.netloc or not parts.netloc.isascii():
        raise ValueError("it is no address")
    if any(letter <= " " for letter in url) or not _PATH.fullmatch(parts.path):
        raise ValueError("it is no address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    written = host if parts.port in {None, port} else f"{host}:{parts.port}"
    return f"{parts.scheme}://{written}{_without_dots(_ESCAPE.sub(_unescaped, parts.path))}"


def _unescaped(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if letter in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path or "/"
    # Not normpath on the whole: it would drop empty steps, which mean something (RFC 3986, 3.3).
    kept: list[str] = []
    for step in path.split("/")[1:]:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    if posixpath.basename(path) in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
