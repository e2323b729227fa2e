"""The place of the audit's records: can we write there, is there room, and do chains end as they were witnessed."""

import datetime as dt
import time

from gateway.audit.opening import secrets_of
from gateway.audit.settings import AuditSettings
from gateway.check import audit_database, audit_file, certificates
from gateway.check.rows import Area, Row, State, row

WHAT = "audit"


async def rows(settings: AuditSettings | None, *, where: str, now: dt.datetime) -> list[Row]:
    """
    The rows for the place that *settings* name; none where nothing is put on record.

    Nothing is left there: what is written to see whether that can be done is taken back. Takes a few seconds at most.
    """
    if settings is None:
        return []
    database = settings.postgresql
    where = f"{where}.sqlite" if database is None else f"{where}.postgresql"
    files = certificates.findings(database.tls, now=now) if database is not None and database.is_encrypted else []
    told = [row(each, what=WHAT, where=f"{where}.tls.{name}", area=Area.SETTINGS) for name, each in files]
    if any(each.state is State.ERROR for each in told):
        return told
    began = time.perf_counter()
    secrets = secrets_of(settings)
    if database is None:
        found = await audit_file.findings(settings.sqlite, secrets)
    else:
        found = [await audit_database.finding(database, secrets)]
    took_ms = round((time.perf_counter() - began) * 1000)
    return [*told, *(row(each, what=WHAT, where=where, area=Area.SYSTEM, took_ms=took_ms) for each in found)]
