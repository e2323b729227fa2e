"""
The other end of the point of control, for the command line: one command, one answer.

Whoever needs it may be in an outage, so it is there at once: the gateway reads the command, and nothing is imported
for that here.
"""

import json
import pathlib
import socket
from collections.abc import Mapping
from typing import Any

from connectors.paths import BASE_FOLDER, path_from
from gateway.control.answers import ANSWERED_S, LONGEST, LONGEST_ANSWER
from gateway.mistakes import SettingsError
from gateway.settings_written import read

_PATIENCE_S = 10.0


class NotDone(Exception):
    """The command did not get there, or was refused; the text says why."""


def socket_of(config: pathlib.Path) -> pathlib.Path:
    """The socket that the settings file names. Nothing else of it is looked into, so its secrets need not be there."""
    written_down = read(config)
    control = written_down.data.get("control", {})
    # Whatever else is wrong with this section is the gateway's to tell.
    said = control.get("socket") if isinstance(control, dict) else None
    if not said:
        raise SettingsError(f"{config}: control.socket is not set; name a path there and restart the gateway.")
    return path_from(written_down.context[BASE_FOLDER], str(said))


def told(path: pathlib.Path, command: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What every process of the gateway at *path* says to *command*, as `commands` has it in JSON. Raises NotDone."""
    line = json.dumps(command).encode() + b"\n"
    if len(line) > LONGEST:
        raise NotDone("that is too much for one command; tell it in parts")
    try:
        answer = json.loads(_exchange(path, line, ANSWERED_S if command.get("do") == "reload" else _PATIENCE_S))
    except PermissionError:
        raise NotDone(f"only the owner of {path} may tell this gateway anything; become that user") from None
    except (OSError, ValueError):
        raise NotDone(f"no gateway answers at {path}; is it running with these settings?") from None
    if "error" in answer:
        raise NotDone(answer["error"])
    processes: list[dict[str, Any]] = answer["processes"]
    return processes


def _exchange(path: pathlib.Path, line: bytes, patience_s: float) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
        there.settimeout(patience_s)
        there.connect(str(path))
        there.sendall(line)
        with there.makefile("rb") as answer:
            return answer.readline(LONGEST_ANSWER)
