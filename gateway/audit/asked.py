"""What `switchboard audit` does: reads the records and says what they are, in lines of text or JSON."""

import argparse
import contextlib
import datetime as dt
import json
import pathlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.guard.subject import SubjectKind
from gateway.audit import verify
from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.cli import KINDS
from gateway.audit.cuts import Cut
from gateway.audit.opening import reading_of, secrets_of
from gateway.audit.record import BadRecordError, read, written_time
from gateway.audit.secrets import Secrets
from gateway.audit.settings import AuditSettings
from gateway.audit.store import Reading
from gateway.audit.verify import Finding, Verification
from gateway.mistakes import Mistake, SettingsError
from gateway.settings import NumberingSettings
from gateway.settings_file import mistakes_in
from gateway.settings_written import read as read_settings

Said = Callable[[str], None]

_MOST_TOLD = 100
"""So many findings are told one by one; of a chain that is wrong all over the rest is counted."""


class AuditorsSettings(BaseModel):
    """What an auditor's settings file needs. The gateway's own has it, and more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    audit: AuditSettings
    numbering: NumberingSettings | None = None


def settings_in(path: pathlib.Path) -> AuditorsSettings:
    """The settings of the audit in the file at *path*. Raises SettingsError."""
    written = read_settings(path)
    try:
        return AuditorsSettings.model_validate(written.data, context=written.context)
    except ValidationError as exc:
        raise SettingsError(*mistakes_in(written, exc)) from None


async def verified(settings: AuditorsSettings, options: argparse.Namespace, say: Said) -> int:
    """Go through all records; 1 where something is wrong."""
    secrets = secrets_of(settings.audit)
    kept = [] if options.heads is None else list(_heads_in(options.heads))
    told = _Told(say)
    async with opened(settings) as reading:
        heads, geneses, cuts = await reading.heads(), await reading.geneses(), await reading.cuts()
        told.tell(verify.forged(heads, secrets, where="the table of heads"))
        told.tell(verify.forged(cuts, secrets, where="the table of cuts"))
        told.tell(verify.forged(kept, secrets, where=str(options.heads)))
        witnesses = [*verify.of_table(heads), *verify.of_kept(kept), *verify.of_geneses(geneses)]
        check = Verification(witnesses, verify.begins(cuts, secrets))
        async for row in reading.rows():
            told.tell(check.row(row))
        told.tell(check.ended())
    for line in _told_of_cuts(each for each in cuts if verify.is_ours(each, secrets)):
        say(line)
    if not check.records and not told.count:
        say("nothing is on record: if something should be, hand over heads that were kept (--heads)")
        return 1
    say(f"{check.records} records in {check.chains} chains: {told.sum}")
    return 1 if told.count else 0


def _told_of_cuts(cuts: Iterable[Cut]) -> Iterator[str]:
    """What we took away ourselves, each time once: chains of one time have one statement in common."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for each in cuts:
        found[written_time(each.at), written_time(each.before), each.by, each.why].append(each.head.length)
    for (at, before, by, why), lengths in sorted(found.items()):
        what = f"the first {sum(lengths)} records of {len(lengths)} chains, from before {before}"
        yield f"cut by {by} at {at}, {why}: {what}"


class _Told:
    """Says what is wrong, up to a bound, and how much it was."""

    def __init__(self, say: Said) -> None:
        self._say = say
        self.count = 0

    def tell(self, findings: Iterable[Finding]) -> None:
        """Say each of *findings*."""
        for finding in findings:
            self.count += 1
            if self.count <= _MOST_TOLD:
                where = "" if finding.seq is None else f", record {finding.seq}"
                self._say(f"{finding.wrong.value.upper()} chain {finding.chain}{where}: {finding.why}")

    @property
    def sum(self) -> str:
        """How much was wrong, in words."""
        rest = f"; {self.count - _MOST_TOLD} more were not told" if self.count > _MOST_TOLD else ""
        return f"{self.count} findings{rest}" if self.count else "all is well"


async def subject(settings: AuditorsSettings, options: argparse.Namespace, say: Said) -> int:
    """The records that name somebody."""
    key = sys.stdin.readline().strip() if options.key == "-" else options.key
    kinds = KINDS if options.kind is None else (options.kind,)
    people = [found for kind in kinds for found in _hashes(settings, kind, key)]
    async with opened(settings) as reading:
        await _export(reading.about(people, options.start, options.end), say)
    return 0


async def exported(settings: AuditorsSettings, options: argparse.Namespace, say: Said) -> int:
    """All records."""
    async with opened(settings) as reading:
        await _export(reading.between(options.start, options.end), say)
    return 0


async def heads(settings: AuditorsSettings, _: argparse.Namespace, say: Said) -> int:
    """Where the chains end."""
    async with opened(settings) as reading:
        for each in await reading.heads():
            head = each.head
            line = {"chain": head.chain, "length": head.length, "hash": head.hash.hex(), "at": written_time(each.at)}
            say(json.dumps({**line, "signature": each.signature}))
    return 0


@contextlib.asynccontextmanager
async def opened(settings: AuditorsSettings) -> AsyncIterator[Reading]:
    """What is kept, to be read until the end of the block."""
    reading = reading_of(settings.audit)
    try:
        yield reading
    finally:
        await reading.aclose()


async def _export(rows: AsyncIterator[Row], say: Said) -> None:
    async for row in rows:
        place: dict[str, Any] = {"chain": row.chain, "seq": row.seq, "hash": row.hash.hex()}
        try:
            say(json.dumps({**place, "record": read(row.body)}))
        except BadRecordError:
            say(json.dumps({**place, "record": None}))


def _hashes(settings: AuditorsSettings, kind: str, key: str) -> Iterator[str]:
    """Every hash by which *key* may stand in records; a number however it is written."""
    secrets: Secrets = secrets_of(settings.audit)
    keys = {key}
    if kind == SubjectKind.LINE.value and settings.numbering is not None:
        keys |= settings.numbering.plan().readings(key)
    for each in sorted(keys):
        yield from secrets.all_of(kind, each)


def _heads_in(path: pathlib.Path) -> Iterator[Witnessed]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            said = json.loads(line)
            head = Head(str(said["chain"]), int(said["length"]), bytes.fromhex(said["hash"]))
            yield Witnessed(head, dt.datetime.fromisoformat(said["at"]), str(said["signature"]))
    except (OSError, ValueError, KeyError, TypeError):
        why = "holds no heads of audit chains"
        raise SettingsError(Mistake(str(path), "", why, "name a file that `switchboard audit heads` printed")) from None
