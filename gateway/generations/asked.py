"""
The systems that one generation asks, and what hangs on each: connector, breakers, watcher, credentials.

A system whose own settings are as they were goes on as it is, with its connections, sessions, breakers, counts and
places: nobody notices that something else was changed. One of which anything was changed begins anew.
"""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping

from connectors.capabilities import Connector
from connectors.guard import Breakers
from gateway import systems
from gateway.generations.compared import differing
from gateway.generations.lasting import Lasting
from gateway.log import logger
from gateway.renewal import Renewable, Renewals
from gateway.settings import AnySystem, Settings
from gateway.telemetry.calls import CallWatch, SystemWatch


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """By their names. *kept* are those that go on from the generation before."""

    settings: Mapping[str, AnySystem]
    connectors: Mapping[str, Connector]
    breakers: Breakers
    watches: Mapping[str, SystemWatch]
    renewals: Renewals
    renewable: Mapping[str, Renewable]
    kept: frozenset[str]

    async def open_ahead(self) -> None:
        """Open what connections the settings want to be there before the first call."""
        await systems.open_ahead({name: each for name, each in self.connectors.items() if name not in self.kept})

    def unwatch(self) -> None:
        """They came to nothing, so nothing of them stays in the gauges."""
        for name, each in self.watches.items():
            if name not in self.kept:
                each.ends()

    async def end(self, *, but: "Asked | None") -> None:
        """Close those that do not go on in another generation."""
        going_on = {} if but is None else but.connectors
        gone = {name: each for name, each in self.connectors.items() if going_on.get(name) is not each}
        await systems.close(gone)
        for name in gone:
            self.watches[name].ends()
        self.breakers.let_go(gone.keys() - going_on.keys())


def asked_of(settings: Settings, lasting: Lasting, *, before: Asked | None) -> Asked:
    """
    The systems of *settings*, after those of the generation *before*.

    Loads WSDLs, so it blocks; raises SettingsError where one cannot be used.
    """
    # Before the connectors are made, so that what changes meanwhile counts, too.
    renewals = Renewals({**settings.systems, **lasting.credentials}, report=logger())
    shown = lasting.watching.metrics.breaker if lasting.watching.metrics else None
    breakers = Breakers(clock=lasting.clock, report=logger(), shown=shown)
    calls = lasting.watching.calls()
    kept: dict[str, Connector] = {}
    if before is not None:
        kept = {name: each for name, each in before.connectors.items() if _goes_on(name, settings, before)}
        renewals.take_over(before.renewals, [*kept, *lasting.renewable])
        breakers.take_over(before.breakers, kept)
    new = {name: each for name, each in settings.systems.items() if name not in kept}
    with _watched_only_if_made(calls):
        made = _made(new, lasting, breakers, calls)
    connectors = {name: kept.get(name) or made[name] for name in settings.systems}
    return Asked(
        settings=settings.systems,
        connectors=connectors,
        breakers=breakers,
        watches={**calls.systems, **({} if before is None else {name: before.watches[name] for name in kept})},
        renewals=renewals,
        renewable={**connectors, **lasting.renewable},
        kept=frozenset(kept),
    )


def _made(
    settings: Mapping[str, AnySystem], lasting: Lasting, breakers: Breakers, calls: CallWatch
) -> dict[str, Connector]:
    places = lasting.answers.places
    environment = dataclasses.replace(
        lasting.environment,
        breakers=breakers,
        watch=calls,
        # In a name of its own: what another one with the same systems holds is another's.
        places=None if places is None else places(),
    )
    return systems.build(settings, environment)


@contextlib.contextmanager
def _watched_only_if_made(calls: CallWatch) -> Iterator[None]:
    """Where it comes to nothing, nothing of it stays in the gauges."""
    try:
        yield
    except BaseException:
        for each in calls.systems.values():
            each.ends()
        raise


def _goes_on(name: str, settings: Settings, before: Asked) -> bool:
    now = settings.systems.get(name)
    return now is not None and not differing({"systems": before.settings[name]}, {"systems": now})
