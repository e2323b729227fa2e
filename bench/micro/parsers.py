"""Which XML parser of npm reads a bill fastest: the choice that the hand-written Node.js server rests on."""

import json
import subprocess

from bench import npm
from bench.places import REPLIES
from bench.results import Timing

GROUP = "XML parsers of npm"


def measure() -> tuple[int, list[Timing]]:
    """Bytes of the reply, and the CPU that each parser takes for it with reading the needed fields."""
    folder = npm.fetch("node")
    reply = REPLIES / "invoices" / "A2000001.xml"
    command = [npm.node(folder), "parsers.mjs", str(reply)]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    found = json.loads(told.stdout)
    return found["bytes"], [Timing(group=GROUP, name=name, cpu_ms=cpu) for name, cpu in found["cpuMs"].items()]
