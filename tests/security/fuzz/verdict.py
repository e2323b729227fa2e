"""What is wrong with what came back; nothing, for most of the world's bytes."""

import json
import re
from collections.abc import Iterator
from typing import Any

from gateway.http.framing import Refusal

MAX_ERRORS = 20_000
_OWN = frozenset(refusal.answer for refusal in Refusal)
_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)
_TYPE = re.compile(rb"\r\ncontent-type: ([^\r;]+)", re.IGNORECASE)
_CODE = re.compile(r"[A-Z][A-Z_]+")
# What would come from inside: Python's own words, and places on the disk.
_INSIDE = re.compile(rb"Traceback|[A-Za-z]Error\b|NoneType|object at 0x|\.py\b|site-packages|graphql\.[a-z]|strawberry")


def wrong(heard: bytes) -> str | None:
    """What is wrong with everything that came on one connection; None when it is well-formed and says nothing odd."""
    rest = heard
    while rest:
        if rest in _OWN:
            return None
        head, found, body = rest.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if not found or not head.startswith(b"HTTP/1.1 ") or (length is None and b" 100 " not in head[:13]):
            return "it is not a response"
        size = int(length[1]) if length else 0
        status = int(head[9:12])
        if status >= 500:
            return f"it is a {status}"
        # The answer to HEAD has a length and no body; it is the last one on its connection here.
        if body and (said := _body_fault(head, status, body[:size])):
            return said
        rest = body[size:]
    return None


def _body_fault(head: bytes, status: int, body: bytes) -> str | None:
    kind = _TYPE.search(head + b"\r\n")
    if status != 200 and _INSIDE.search(body):
        return "it tells of the inside"
    if kind is None or b"json" not in kind[1]:
        return None
    answer = json.loads(body)
    if status == 200 and (isinstance(answer, list) or "status" in answer):
        # The stories of the page, and the health.
        return None
    if not isinstance(answer, dict) or not answer.keys() <= {"data", "errors", "extensions"}:
        return f"a {status} is not an answer of the graph"
    return next(_faults(status, answer), None)


def _faults(status: int, answer: dict[str, Any]) -> Iterator[str]:
    errors = answer.get("errors")
    if errors is None:
        if status != 200:
            yield f"a {status} has no errors"
        return
    if not isinstance(errors, list) or not errors:
        yield "its errors are not a list of some"
        return
    if len(json.dumps(errors).encode()) > MAX_ERRORS:
        yield "its errors are too long"
    for error in errors:
        extensions = error.get("extensions", {})
        if not isinstance(error.get("message"), str) or not error["message"]:
            yield "an error has no message"
        if not _CODE.fullmatch(str(extensions.get("code"))) or extensions["code"] == "INTERNAL":
            yield f"an error has the code {extensions.get('code')}"
        if not isinstance(extensions.get("requestId"), str):
            yield f"an error of a {status} has no requestId"
    if _INSIDE.search(json.dumps(errors).encode()):
        yield "its errors tell of the inside"
