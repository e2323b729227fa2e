"""
What `switchboard audit prune` does: verifies, puts on record what it is about to do, and takes old records away.

A chain in which anything is wrong is left as it is: what would prove it must not go with what is old. Who is killed in
the midst of it leaves every chain whole, and cut a little less far.
"""

import argparse
import contextlib
import dataclasses
import datetime as dt
import re
from collections.abc import AsyncIterator

from connectors.clock import Clock, SystemClock
from gateway.audit import verify
from gateway.audit.asked import AuditorsSettings, Said, opened
from gateway.audit.cuts import Cut
from gateway.audit.opening import audit_of, pruning_of, secrets_of
from gateway.audit.prunable import Prunable
from gateway.audit.record import Changed, written_time
from gateway.audit.settings import AuditSettings
from gateway.audit.store import Pruning
from gateway.audit.verify import Verification
from gateway.audit.writer import AuditUnavailable
from gateway.hand import holds_number, who
from gateway.mistakes import SettingsError

_RECORDING_S = 10.0
_CLOSING_S = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class _Plan:
    """What can be taken away, and the chains that are left because something is wrong with them."""

    prunable: Prunable
    chains: list[str]
    wrong: list[str]

    @property
    def records(self) -> int:
        return sum(map(self.prunable.records, self.chains))


async def pruned(
    settings: AuditorsSettings, options: argparse.Namespace, say: Said, *, clock: Clock | None = None
) -> int:
    """Take away what is older than options.before, or than the settings keep; 1 where something had to be left."""
    clock = clock or SystemClock()
    by, why, now = who(), _why(options.why), clock.now()
    before = _before(settings.audit, options.before, now)
    plan = await _planned(settings, before)
    for chain in plan.wrong:
        say(f"chain {chain} is left as it is: something is wrong with it; see `switchboard audit verify`")
    if plan.records:
        what = (
            f"audit: {plan.records} records of {len(plan.chains)} chains from before {written_time(before)} taken away"
        )
        if not await _is_on_record(settings.audit, Changed(by=by, why=why, what=what), clock, say):
            say("This cannot be put on record, so nothing was taken away.")
            return 1
    count = 0
    async with _opened(settings.audit) as pruning:
        for chain in plan.chains:
            for head in plan.prunable.steps(chain):
                cut = Cut(head=head, at=now, before=before, by=by, why=why)
                count += await pruning.cut(cut.signed(secrets_of(settings.audit)))
    say(f"{count} records of {len(plan.chains)} chains from before {written_time(before)} were taken away.")
    return 1 if plan.wrong else 0


def _why(text: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f]{3,500}", text) or holds_number(text):
        raise SettingsError(
            "--why is kept for good: write one line of 3 to 500 characters, and no subscriber's number."
        )
    return text


def _before(settings: AuditSettings, said: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    kept = None if settings.keep_days is None else now - dt.timedelta(days=settings.keep_days)
    if said is None and kept is None:
        raise SettingsError("Nothing says what is old: write --before, or `keep_days` into the section [audit].")
    if said is not None and (said > now or (kept is not None and said > kept)):
        least = "now" if kept is None else f"what audit.keep_days = {settings.keep_days} says, {written_time(kept)}"
        raise SettingsError(f"--before is later than {least}; nothing was taken away.")
    found = kept if said is None else said
    assert found is not None  # noqa: S101 - one of both, as was seen above
    return found


async def _planned(settings: AuditorsSettings, before: dt.datetime) -> _Plan:
    secrets = secrets_of(settings.audit)
    async with opened(settings) as reading:
        heads, cuts, geneses = await reading.heads(), await reading.cuts(), await reading.geneses()
        wrong = {
            each.chain for each in (*verify.forged(heads, secrets, where=""), *verify.forged(cuts, secrets, where=""))
        }
        begins = verify.begins(cuts, secrets)
        prunable = Prunable(before, (each for each in heads if verify.is_ours(each, secrets)), begins)
        check = Verification([*verify.of_table(heads), *verify.of_geneses(geneses)], begins)
        async for row in reading.rows():
            wrong |= {finding.chain for finding in check.row(row)}
            prunable.row(row)
        wrong |= {finding.chain for finding in check.ended()}
    return _Plan(prunable, [each for each in prunable.chains if each not in wrong], sorted(wrong))


async def _is_on_record(settings: AuditSettings, changed: Changed, clock: Clock, say: Said) -> bool:
    # By hand, so there is more patience than an answer has.
    audit = audit_of(settings.model_copy(update={"timeout_s": _RECORDING_S}), clock=clock, report=_Saying(say))
    audit.start()
    try:
        await audit.written(changed)
    except AuditUnavailable:
        return False
    finally:
        await audit.aclose(within_s=_CLOSING_S)
    return True


@contextlib.asynccontextmanager
async def _opened(settings: AuditSettings) -> AsyncIterator[Pruning]:
    pruning = pruning_of(settings)
    try:
        yield pruning
    finally:
        await pruning.aclose()


class _Saying:
    """Tells a person what a gateway would log."""

    def __init__(self, say: Said) -> None:
        self._say = say

    def warning(self, event: str, **values: object) -> None:
        """Something that should be known."""
        self._say(f"{event} {values}")

    info = warning
