"""The overrides of one gateway, as its settings say, put together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.guard.settings import DEFAULT_CLASS
from gateway.audit.record import Changed
from gateway.audit.writer import Audit, AuditUnavailable
from gateway.mistakes import Mistake, SettingsError
from gateway.overrides.document import Change
from gateway.overrides.keeper import Keeper
from gateway.overrides.known import Known
from gateway.overrides.shelf import FileShelf, Shelf, ShelfAway

if TYPE_CHECKING:
    from gateway.settings import Settings


def keeper_of(
    settings: "Settings",
    *,
    shared: Shelf | None,
    audit: Audit | None,
    clock: Clock,
    report: Reporter,
) -> Keeper:
    """
    Keeps the overrides of a gateway: on the shelf that replicas share, and in a file of this machine.

    Whoever has them hold in this process tells it what there is to override (`Keeper.serves`).

    Raises SettingsError where the file is all there is and cannot be read: what was forbidden must not be allowed by
    a slip.
    """
    path = settings.control.overrides_path
    file = None if path is None else FileShelf(path)
    if file is not None and shared is None:
        try:
            file.look("")
        except ShelfAway as exc:
            why, _, advice = str(exc).partition("; ")
            raise SettingsError(Mistake("", "control.overrides", why, advice)) from None

    async def told(change: Change) -> None:
        await on_record(audit, Changed(by=change.by, why=change.why, what=change.did, version=change.version), report)

    return Keeper(
        [each for each in (shared, file) if each is not None],
        clock=clock,
        report=report,
        told=told,
    )


def known_in(settings: "Settings") -> Known:
    """What there is to override where *settings* hold."""
    return Known(
        clients=None if settings.access is None else settings.access.clients.keys(),
        systems={name: frozenset(_classes(settings, name)) for name in settings.systems},
        settings=settings.systems,
    )


async def on_record(audit: Audit | None, changed: Changed, report: Reporter) -> None:
    """
    Have *changed* written by *audit*, where there is one. An audit that is away is told of, and hinders nobody.

    What is forbidden in an emergency must not hang on a database; it stands in the log and in the history anyway.
    """
    if audit is None:
        return
    try:
        await audit.noted(changed)
    except AuditUnavailable:
        report.warning("control_not_on_record", by=changed.by, version=changed.version)


def _classes(settings: "Settings", system: str) -> Iterator[str]:
    breaker = settings.systems[system].guard.breaker
    if breaker.enabled:
        yield from {DEFAULT_CLASS, *breaker.classes.values()}
