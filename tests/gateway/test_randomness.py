"""Digits for ids: as many as wanted, none given twice, and not the same ones in a process that is forked off."""

import os
import re

import pytest

from gateway.randomness import digits


@pytest.mark.parametrize("count", [1, 16, 32])
def test_digits_are_as_many_as_wanted(count: int) -> None:
    assert re.fullmatch(f"[0-9a-f]{{{count}}}", digits(count))


def test_no_id_comes_twice_and_every_digit_comes_up() -> None:
    found = [digits(16) for _ in range(5_000)]

    assert 5_000 == len(set(found))
    assert 16 == len(set("".join(found)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # From Python 3.12 on, beside threads.
def test_a_process_that_is_forked_off_has_digits_of_its_own() -> None:
    digits(16)
    reads, writes = os.pipe()
    if not (child := os.fork()):
        os.write(writes, digits(16).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert digits(16) != os.read(reads, 16).decode()
    os.close(reads)
    os.close(writes)
