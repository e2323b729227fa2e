"""Replies of TM Forum interfaces: JSON, and errors as their definitions have them."""

import json
from typing import Any, Final

from sandbox.call import Reply

CONTENT_TYPE: Final = "application/json; charset=utf-8"


def as_json(status: int, value: Any, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A reply with *value* in it."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status=status, content_type=CONTENT_TYPE, body=body, headers=headers)


def as_error(status: int, code: str, reason: str, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An Error as the TMF definitions have it."""
    value = {"code": code, "reason": reason, "message": message, "status": str(status), "@type": "Error"}
    return as_json(status, value, headers=headers)
