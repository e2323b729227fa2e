"""Whose hand it is that runs a command, and why, for what is kept for good."""

import os
import pwd
import re
from typing import Final

_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
_NUMBER: Final = re.compile(r"(?:\d[\s()\u2010-\u2015-]*){8}")
"""In the digits of any script, and in groups, as people write numbers."""


def who() -> str:
    """The user of this machine: not the environment's word for it, except of whom sudo saw before."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"user {os.getuid()}"
    before = os.environ.get("SUDO_USER", "")
    return f"{name} (sudo by {before})" if re.fullmatch(r"[ -~]{1,64}", before) else name


def holds_number(why: str) -> bool:
    """Whether a reason holds what may be a subscriber's number. Dates as ISO 8601 writes them are none."""
    return _NUMBER.search(_DATE.sub("/", why)) is not None
