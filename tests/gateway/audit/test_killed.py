"""A process that is killed in the midst of it: the chains verify, and nothing that was acknowledged is missing."""

import asyncio
import os
import pathlib
import random
import subprocess
import sys

from connectors.guard.subject import line
from tests.conftest import ROOT
from tests.gateway.audit.making import SECRET, SECRETS
from tests.gateway.audit.places import InPostgres, Place, findings_in, rows_in

SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
KILLS, OPERATIONS = (50, 100_000) if SOAK else (3, 1_000)
AT_ONCE = 32


def test_killed_at_random_nothing_acknowledged_is_missing(place: Place, tmp_path: pathlib.Path) -> None:
    """
    Each process is killed after some acknowledgements, by chance, and the next begins where they ended.

    So the acknowledged ones of all processes are so many as operations were asked for.
    """
    chance = random.Random(45)
    kills = sorted(chance.sample(range(1, OPERATIONS), KILLS))
    acknowledged: list[int] = []
    first = 0
    for kill in [*kills, None]:
        # Numbers of a process that was killed are not used again: some may be there without having been acknowledged.
        told = _killed_after(
            place, tmp_path, first, None if kill is None else kill - len(acknowledged), len(acknowledged)
        )
        acknowledged += told
        first += OPERATIONS

    assert OPERATIONS <= len(acknowledged)
    rows = asyncio.run(rows_in(place))
    there = {person for row in rows for person in row.people}
    assert [] == asyncio.run(findings_in(place))
    assert [] == [number for number in acknowledged if _person(number) not in there]
    assert KILLS + 1 == len({row.chain for row in rows})


def _killed_after(place: Place, folder: pathlib.Path, first: int, count: int | None, done: int) -> list[int]:
    """What a process had acknowledged when it was killed after *count*, or when it was through."""
    command = [sys.executable, "-m", "tests.gateway.audit.killed_writer", str(_settings(place, folder))]
    left = max(OPERATIONS - done, 0) if count is None else OPERATIONS
    process = subprocess.Popen(
        [*command, str(first), str(left), str(AT_ONCE)], cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    told: list[int] = []
    with process.stdout:
        for told_line in process.stdout:
            told.append(int(told_line))
            if count is not None and len(told) >= count:
                process.kill()
                break
        # What it said before it died counts.
        told += [int(each) for each in process.stdout.read().split(b"\n") if each]
    assert (0 if count is None else -9) == process.wait(60)
    return told


def _settings(place: Place, folder: pathlib.Path) -> pathlib.Path:
    secret = folder / "secret"
    secret.write_text(SECRET.get_secret_value())
    path = folder / "settings.json"
    said = place.settings.model_dump_json(exclude={"secrets"}, exclude_unset=True)
    path.write_text(said.replace("{", f'{{"secrets": ["file:{secret}"], "timeout_s": 10, ', 1))
    return path


def _person(number: int) -> str:
    who = line(f"9996{number:07}")
    return SECRETS.hashed(who.kind.value, who.key)


def test_both_places_say_what_they_are(place: Place) -> None:
    """So that a parameter that is lost is seen."""
    assert isinstance(place, InPostgres) == (place.settings.postgresql is not None)
