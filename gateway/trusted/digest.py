"""The hash by which a document is known: SHA-256 of its text in UTF-8, as 64 lower-case hexadecimal digits."""

import hashlib
import re
from typing import TypeGuard

_DIGEST = re.compile(r"[0-9a-f]{64}")
DIGEST_IN_BYTES = re.compile(rb"[0-9a-f]{64}")


def digest_of(text: str) -> str:
    """
    The hash of *text*, exactly as it is written.

    The same for Apollo's automatic persisted queries, Relay's and Apollo's manifests, and the document identifiers of
    GraphQL over HTTP (Appendix A, SHA256 Hex Document Identifier).
    """
    return hashlib.sha256(text.encode()).hexdigest()


def is_digest(written: object) -> TypeGuard[str]:
    """Whether *written* is one. Capital letters are none: a document has one name."""
    return isinstance(written, str) and _DIGEST.fullmatch(written) is not None
