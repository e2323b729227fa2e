"""Random hexadecimal digits for ids, out of a block of them: asking the system for each id costs more than the rest."""

import os

_BLOCK = 4096


class _Block:
    """What is left of the last block. A process that is forked off must not give the same."""

    left = ""


def digits(count: int) -> str:
    """So many digits, 0 to f, as unforeseeable as the system's, each given once. For one thread: that of the loop."""
    left = _Block.left
    if len(left) < count:
        left = os.urandom(_BLOCK).hex()
    _Block.left = left[count:]
    return left[:count]


def _forget() -> None:
    _Block.left = ""


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
