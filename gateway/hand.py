"""Whose hand it is that runs a command, for what is kept for good."""

import os
import pwd
import re


def who() -> str:
    """The user of this machine: not the environment's word for it, except of whom sudo saw before."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"user {os.getuid()}"
    before = os.environ.get("SUDO_USER", "")
    return f"{name} (sudo by {before})" if re.fullmatch(r"[ -~]{1,64}", before) else name
