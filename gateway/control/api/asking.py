"""How the graph of operators speaks to the gateway: by the commands that the socket takes, and as whom."""

import dataclasses
import re
from typing import Any, ClassVar, Final

from gateway.access.gatekeeper import Caller
from gateway.control.answers import CONFLICT, Said
from gateway.control.commands import Refused, read
from gateway.control.listener import Do, note
from gateway.settings import Settings
from resolvers.failures import BadInput

READ: Final = "control:read"
WRITE: Final = "control:write"

_PLAIN = re.compile(r"[ -~]{1,128}", re.ASCII)


class Conflicting(BadInput):
    """Somebody else has changed something since."""

    code: ClassVar[str] = "CONFLICT"


@dataclasses.dataclass(frozen=True, slots=True)
class Asking:
    """One operator's request: *do* has every process of the gateway do a command."""

    do: Do
    caller: Caller
    settings: Settings

    @property
    def by(self) -> str:
        """Who that is, for the history."""
        subject, client = self.caller.subject, self.caller.client_id
        if subject == client:
            return client
        return f"{subject if _PLAIN.fullmatch(subject) else 'somebody with a long name'} at {client}"[:256]

    async def everybody(self, **command: Any) -> list[Said]:
        """What each process says to a command. Raises BadInput for one that is none."""
        try:
            found = read(command)
            said = await self.do(found)
        except Refused as exc:
            raise BadInput(str(exc)) from None
        note(found, said)
        return said

    async def first(self, **command: Any) -> dict[str, Any]:
        """What the first process says. Raises BadInput and Conflicting where it refuses."""
        return _answer(await self.everybody(**command))

    async def by_hand(self, *, why: str, expected: int | None, **command: Any) -> tuple[dict[str, Any], list[str]]:
        """The same for a change, and who has not heard of it yet."""
        said = await self.everybody(by=self.by, why=why, expected=expected, **command)
        return _answer(said), not_done(said)


def not_done(said: list[Said]) -> list[str]:
    """Which processes did not do it, and why."""
    return [f"worker {each.get('worker', 1)}: {each['error']}" for each in said if "error" in each]


def _answer(said: list[Said]) -> dict[str, Any]:
    if not said:
        raise BadInput("no process serves at the moment; say it again")
    first = said[0]
    if "error" in first:
        raise (Conflicting if first.get("code") == CONFLICT else BadInput)(first["error"])
    answer: dict[str, Any] = first["answer"]
    return answer
