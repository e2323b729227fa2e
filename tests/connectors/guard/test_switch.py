"""A system that its operator has switched off is not asked; what is kept answers within its windows, as ever."""

import pytest

from connectors.errors import SwitchedOff, UnderMaintenance
from connectors.guard import Call, GuardSettings, Switches, SystemState, guard_for
from connectors.guard.watch import Event, Unwatched
from tests.connectors.support import DictStore, FixedClock, soon


class Watcher(Unwatched):
    def __init__(self) -> None:
        self.told: list[Event] = []

    def tells(self, call: Call, event: Event) -> None:  # noqa: ARG002 - the Protocol's
        self.told.append(event)


class System:
    """One behind a guard."""

    def __init__(self, **settings: object) -> None:
        self.clock, self.switches, self.watcher, self.asked = FixedClock(), Switches(), Watcher(), 0
        self._guard = guard_for(
            "crm",
            GuardSettings.model_validate(settings),
            clock=self.clock,
            store=DictStore(),
            watcher=self.watcher,
            switches=self.switches,
        )

    def is_now(self, state: SystemState | None) -> None:
        self.switches.set({} if state is None else {"crm": state})

    async def ask(self, *, repeatable: bool = True) -> object:
        call = Call("crm", "Read", ("c1",), soon(self.clock), repeatable=repeatable)
        return (await self._guard.call(call, self._wire)).value

    async def _wire(self) -> int:
        self.asked += 1
        return self.asked


@pytest.mark.parametrize(
    ("state", "error", "code", "event"),
    [
        (SystemState.OFF, SwitchedOff, "UPSTREAM_UNAVAILABLE", Event.REFUSED),
        (SystemState.MAINTENANCE, UnderMaintenance, "MAINTENANCE", Event.MAINTENANCE),
    ],
)
async def test_it_is_not_asked_until_it_is_on_again(state, error, code, event):
    system = System()
    system.is_now(state)
    with pytest.raises(error) as caught:
        await system.ask()
    told = list(system.watcher.told)
    system.is_now(None)

    assert (code, False, 1) == (caught.value.code, caught.value.asked, await system.ask())
    assert [event] == told


async def test_what_is_kept_answers_fresh_and_after_that_while_it_may_for_one_that_fails():
    system = System(fresh_s={"*": 10}, stale_s={"*": 60})
    await system.ask()
    system.is_now(SystemState.OFF)
    system.clock.advance(5)
    assert 1 == await system.ask()
    system.clock.advance(20)
    assert 1 == await system.ask()
    system.clock.advance(60)
    with pytest.raises(SwitchedOff):
        await system.ask()

    assert 1 == system.asked


async def test_one_that_is_read_only_answers_reads_and_refuses_what_changes_something():
    system = System()
    system.is_now(SystemState.READ_ONLY)

    assert 1 == await system.ask()
    with pytest.raises(SwitchedOff, match="read-only"):
        await system.ask(repeatable=False)
    assert 1 == system.asked


async def test_another_system_stays_on():
    system = System()
    system.switches.set({"billing": SystemState.OFF})

    assert 1 == await system.ask()


async def test_its_illness_is_not_counted_while_it_is_off():
    system = System(breaker={"least_calls": 2})
    system.is_now(SystemState.OFF)
    for _ in range(5):
        with pytest.raises(SwitchedOff):
            await system.ask()
    system.is_now(None)

    assert 1 == await system.ask()
