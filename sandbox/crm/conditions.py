"""Conditional questions (RFC 9110, 13.1.2): answers have ETags, and who has the answer already gets a 304 instead."""

import dataclasses
import hashlib
import re
from typing import Final

from sandbox.call import Call, Reply

_ETAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def unless_known(reply: Reply, call: Call) -> Reply:
    """*reply* with its ETag, or a 304 where *call* wants it only if it has another one. Only for whole answers."""
    if reply.status != 200:
        return reply
    etag = f'"{hashlib.blake2b(reply.body, digest_size=8).hexdigest()}"'
    tagged = dataclasses.replace(reply, headers=(*reply.headers, ("ETag", etag)))
    known = call.headers.get("if-none-match", "")
    if known.strip() == "*" or etag in _ETAG.findall(known):
        return dataclasses.replace(tagged, status=304, body=b"")
    return tagged
