"""From settings to the audit of this process, and to what reads it again."""

import os
import socket

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.audit.secrets import Secrets
from gateway.audit.settings import AuditSettings
from gateway.audit.sqlite import SQLiteStore
from gateway.audit.sqlite_pruning import SQLitePruning
from gateway.audit.sqlite_reading import SQLiteReading
from gateway.audit.store import Pruning, Reading, Store
from gateway.audit.writer import Audit

_NAME_BYTES = 16


def audit_of(settings: AuditSettings, *, clock: Clock, report: Reporter, writer: str | None = None) -> Audit:
    """The audit of this process, to be started. *writer* is who writes, for people: by default machine and process."""
    return Audit(
        _store(settings),
        secrets=secrets_of(settings),
        writer=writer or f"{socket.gethostname()} {os.getpid()}",
        name=lambda: os.urandom(_NAME_BYTES).hex(),
        clock=clock,
        report=report,
        timeout_s=settings.timeout_s,
        max_waiting=settings.max_waiting,
        max_together=settings.max_together,
    )


def secrets_of(settings: AuditSettings) -> Secrets:
    """The secrets of the audit."""
    return Secrets([secret.get_secret_value().encode() for secret in settings.secrets])


def reading_of(settings: AuditSettings) -> Reading:
    """What reads the records again."""
    if settings.postgresql is None:
        return SQLiteReading(settings.sqlite)
    from gateway.audit.postgres_reading import PostgresReading  # noqa: PLC0415 - only where it is wanted

    return PostgresReading(settings.postgresql)


def pruning_of(settings: AuditSettings) -> Pruning:
    """What takes the oldest records away."""
    if settings.postgresql is None:
        return SQLitePruning(settings.sqlite)
    from gateway.audit.postgres_pruning import PostgresPruning  # noqa: PLC0415 - only where it is wanted

    return PostgresPruning(settings.postgresql)


def _store(settings: AuditSettings) -> Store:
    if settings.postgresql is None:
        return SQLiteStore(settings.sqlite, timeout_s=settings.timeout_s)
    from gateway.audit.postgres import PostgresStore  # noqa: PLC0415 - only where it is wanted

    return PostgresStore(settings.postgresql, timeout_s=settings.timeout_s)
