"""One system asked, layer by layer until something is wrong, within the time there is. Thin: `diagnosis` decides."""

import asyncio
import dataclasses
import datetime as dt
import pathlib

from connectors.capabilities import Connector
from connectors.clock import Clock
from connectors.errors import ConnectorError, DeadlineReached, TimedOut, UnderMaintenance
from connectors.terms import Terms
from gateway.check import clocks, network, tls
from gateway.check.diagnosis import Subject, setting_in, unanswered, unreached
from gateway.check.rows import Area, Finding, Row, State, row
from gateway.check.seen import Exchange, Recorder


class Events:
    """Remembers which events a connector told, and nothing of what they hold."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def warning(self, event: str, **_: object) -> None:
        """Remember an event."""
        self.names.append(event)

    def info(self, event: str, **_: object) -> None:
        """Remember an event."""
        self.names.append(event)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A system, its connector, and what the connector's network and reports go through."""

    subject: Subject
    connector: Connector
    recorder: Recorder
    events: Events


async def ask(asked: Asked, *, msisdn: str, within: Terms, clock: Clock, path: pathlib.Path) -> list[Row]:
    """The rows of one system, its connector closed. *path* is the settings file, for rows that are about it."""
    started = clock.monotonic()
    finding, took_ms = None, None
    try:
        async with asyncio.timeout(within.remaining(clock)):
            finding = await _reached(asked) or await _answered(asked, msisdn=msisdn, within=within, clock=clock)
            took_ms = round((clock.monotonic() - started) * 1000)
    except TimeoutError:
        why = "It was not done in the time that the whole check had."
        finding = Finding(
            why, "Ask its owners whether it hangs; if it is only slow, give the check a longer --timeout."
        )
    exchanges = list(asked.recorder.exchanges)
    await asked.connector.aclose()
    return [*_outcome(asked, finding, exchanges, took_ms, path), *_further(asked, exchanges, clock.now())]


async def _reached(asked: Asked) -> Finding | None:
    subject = asked.subject
    reach = await network.reach(subject.host, subject.port, connect_timeout_s=subject.settings.connect_timeout_s)
    return None if reach is network.Reach.CONNECTED else unreached(reach, subject)


async def _answered(asked: Asked, *, msisdn: str, within: Terms, clock: Clock) -> Finding | None:
    try:
        await asked.connector.check(msisdn=msisdn, within=within)
    except DeadlineReached as exc:
        raise TimeoutError from exc
    except UnderMaintenance:
        why = "It is within a maintenance window of its section, so it was not asked."
        return Finding(why, "Check again when the window has ended.", State.WARNING)
    except ConnectorError as exc:
        return await _explained(exc, asked, now=clock.now())
    except Exception as exc:  # noqa: BLE001 - one system that surprises us must not cost the rows of the others
        why = f"The gateway failed to ask it ({type(exc).__name__}), which is a mistake of the gateway."
        return Finding(why, "Report it with this row; the other rows stand.")
    return None


async def _explained(error: ConnectorError, asked: Asked, *, now: dt.datetime) -> Finding:
    last = asked.recorder.exchanges[-1] if asked.recorder.exchanges else None
    shown = network.Shown()
    if last is not None and (last.status == 400 or (last.status is None and not isinstance(error, TimedOut))):
        # What TLS shows there tells more of a handshake that failed, and of a plain question to a port that wants TLS.
        subject = asked.subject
        listen = subject.secure and tls.trouble(last.failure) is None
        shown = await network.shown(subject.host, subject.port, tls=subject.settings.tls, listen=listen)
    found = unanswered(error, last, asked.subject, shown=shown, now=now)
    return dataclasses.replace(found, setting=setting_in(error) if last is None else None)


def _outcome(
    asked: Asked, finding: Finding | None, exchanges: list[Exchange], took_ms: int | None, path: pathlib.Path
) -> list[Row]:
    subject = asked.subject
    where = _where(subject, exchanges)
    if finding is None:
        where = _where(subject, [])  # Of several paths none is worth telling where all are well.
        return [Row(State.OK, subject.name, where, _well(exchanges, took_ms or 0), "", Area.SYSTEM, took_ms)]
    if finding.setting is not None:
        where = f"{path}: {subject.section}.{finding.setting}"
        return [row(finding, what=subject.name, where=where, area=Area.SETTINGS)]
    return [row(finding, what=subject.name, where=where, area=Area.SYSTEM, took_ms=took_ms)]


def _where(subject: Subject, exchanges: list[Exchange]) -> str:
    host = f"[{subject.host}]" if ":" in subject.host else subject.host
    path = exchanges[-1].path if exchanges else (subject.settings.url.path or "")
    return f"{host}:{subject.port}{path.rstrip('/')}"


def _well(exchanges: list[Exchange], took_ms: int) -> str:
    ends = next((each.certificate_ends for each in exchanges if each.certificate_ends), None)
    certificate = f" Its certificate is good until {ends:%Y-%m-%d}." if ends else ""
    known = any(_skew(each) is not None for each in exchanges)
    return f"It answered in {took_ms} ms.{certificate}{'' if known else ' It does not tell its clock.'}"


def _further(asked: Asked, exchanges: list[Exchange], now: dt.datetime) -> list[Row]:
    """What was noticed besides: the clock, the certificate's end, a session that could not be closed."""
    name = asked.subject.name
    where = _where(asked.subject, exchanges)
    found = (_clock(exchanges), _certificate(exchanges, now), _session(asked.events))
    return [row(each, what=name, where=where, area=Area.SYSTEM) for each in found if each is not None]


def _clock(exchanges: list[Exchange]) -> Finding | None:
    # The answer that binds the clock most: the smallest difference that all answers allow for.
    told = [skew for each in exchanges if (skew := _skew(each)) is not None]
    return clocks.finding(max(told, key=abs, default=None))


def _skew(exchange: Exchange) -> dt.timedelta | None:
    if exchange.answered_at is None:
        return None
    return clocks.skew(exchange.date, sent_at=exchange.sent_at, answered_at=exchange.answered_at)


def _certificate(exchanges: list[Exchange], now: dt.datetime) -> Finding | None:
    ends = next((each.certificate_ends for each in exchanges if each.certificate_ends), None)
    if ends is None:
        return None
    renew = "Ask its owners to renew it before that day; from then on no question gets through."
    return tls.ending(ends, now=now, whose="Its certificate", renew=renew)


def _session(events: Events) -> Finding | None:
    if "logout_failed" not in events.names:
        return None
    why = "The session that this check opened could not be closed, and holds a licence until it expires."
    return Finding(why, "Ask the system's owners if this happens each time.", State.WARNING)
