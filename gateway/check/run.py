"""The whole check: settings, files, connectors, and every system side by side. Ends about when its time is up."""

import asyncio
import dataclasses
import pathlib
from collections.abc import Mapping

from connectors.clock import Clock, SystemClock
from connectors.environment import Environment
from connectors.numbering import NumberingPlan
from connectors.terms import Terms
from connectors.wire import transport_to
from gateway import systems
from gateway.check import audit, certificates, files, issuers, redis
from gateway.check.ask import Asked, Events, ask
from gateway.check.configuration import Configuration, configuration
from gateway.check.diagnosis import Subject
from gateway.check.rows import Area, Finding, Row, State, row, row_of, sentence
from gateway.check.seen import Recorder
from gateway.settings import AnySystem, SettingsError
from gateway.stores.memory import MemoryStore


@dataclasses.dataclass(frozen=True, slots=True)
class _Prepared:
    """A system as far as it comes without being asked; *asked* is None when its files or its WSDL do not serve."""

    rows: list[Row]
    asked: Asked | None = None


async def check(
    path: pathlib.Path, *, timeout_s: float = 10.0, environ: Mapping[str, str] | None = None, clock: Clock | None = None
) -> list[Row]:
    """
    Everything that can be told of the settings in *path* and of the systems they name.

    Systems are asked for *timeout_s* seconds at most, all at once; closing what was opened takes two more at most.
    """
    clock = clock or SystemClock()
    within = Terms.after(timeout_s, clock)
    found = await asyncio.to_thread(configuration, path, environ=environ)
    plan = found.plan
    if plan is None:
        return list(found.rows)
    prepared = await asyncio.gather(
        *(
            asyncio.to_thread(_prepare, Subject(name, system), plan, clock, path)
            for name, system in found.systems.items()
        )
    )
    rows = [*found.rows, *(each for one in prepared for each in one.rows)]
    ready = [one.asked for one in prepared if one.asked is not None]
    rows += _misroutes(found, ready)
    answers = (ask(each, msisdn=found.msisdn, within=within, clock=clock, path=path) for each in ready)
    kept = redis.rows(found.cache.redis if found.cache else None, where=f"{path}: cache.redis", now=clock.now())
    trusted = issuers.rows(found.access, where=f"{path}: access", now=clock.now(), timeout_s=timeout_s)
    recorded = audit.rows(found.audit, where=f"{path}: audit", now=clock.now())
    return rows + [each for told in await asyncio.gather(*answers, kept, trusted, recorded) for each in told]


def _prepare(subject: Subject, plan: NumberingPlan, clock: Clock, path: pathlib.Path) -> _Prepared:
    rows = _files(subject, path) or _certificates(subject, clock, path)
    if any(each.state is State.ERROR for each in rows):
        return _Prepared(rows)
    try:
        return _Prepared(rows, _asked(subject, plan, clock))
    except SettingsError as exc:
        return _Prepared([*rows, *_unusable(subject, exc, path)])


def _asked(subject: Subject, plan: NumberingPlan, clock: Clock) -> Asked:
    events = Events()
    try:
        recorder = Recorder(transport_to(subject.settings), clock=clock)
    except OSError as exc:
        raise SettingsError(type(exc).__name__) from exc
    store = MemoryStore(max_entries=1, clock=clock)
    surroundings = Environment(clock=clock, store=store, numbering=plan, report=events, transport=recorder)
    return Asked(subject, systems.connector(subject.name, subject.settings, surroundings), recorder, events)


def _files(subject: Subject, path: pathlib.Path) -> list[Row]:
    return [
        row(finding, what=subject.name, where=f"{path}: {place}", area=Area.SETTINGS)
        for (place, _), finding in files.unreadable(subject.name, subject.settings)
    ]


def _certificates(subject: Subject, clock: Clock, path: pathlib.Path) -> list[Row]:
    settings = subject.settings.tls
    if not subject.secure:
        why = "There are settings for TLS, and the address says http, so they are not used."
        told = Finding(why, f"Write https:// in `{subject.section}.url`, or remove them.", State.WARNING)
        found = [("tls", told)] if any(value is not None for _, value in settings) else []
    else:
        found = [(f"tls.{name}", told) for name, told in certificates.findings(settings, now=clock.now())]
    return [
        row(told, what=subject.name, where=f"{path}: {subject.section}.{setting}", area=Area.SETTINGS)
        for setting, told in found
    ]


def _unusable(subject: Subject, exc: SettingsError, path: pathlib.Path) -> list[Row]:
    """The rows of a connector that could not be built: of its WSDL, as everything else was looked at before."""
    rows = []
    for mistake in exc.mistakes:
        told = row_of(mistake)
        setting = next((name for name, file in _named(subject.settings) if file.name in mistake.why), None)
        where = f"{path}: {subject.section}.{setting}" if setting else f"{path}: {subject.section}"
        rows.append(dataclasses.replace(told, what=subject.name, where=where))
    why = "Its files cannot be used"
    return rows or [
        Row(State.ERROR, subject.name, f"{path}: {subject.section}", sentence(f"{why} ({exc})"), "Check its files.")
    ]


def _named(settings: AnySystem) -> list[tuple[str, pathlib.Path]]:
    return [(name, value) for name, value in settings if isinstance(value, pathlib.Path)]


def _misroutes(found: Configuration, ready: list[Asked]) -> list[Row]:
    if found.routes is None:
        return []
    connectors = {each.subject.name: each.connector for each in ready}
    do = "Name a system that offers it, or correct the dialect of this one."
    return [
        Row(State.ERROR, "settings", f"{found.path}: {mistake.place}", sentence(mistake.why), do)
        for mistake in systems.misroutes(found.routes, found.systems, connectors)
    ]
