"""The record of each operation, written before its answer: what nobody has on record, nobody has seen."""

from starlette.types import Scope

from gateway.askers import Who
from gateway.audit.record import Basis, BasisKind, Entry
from gateway.audit.record import Outcome as Became
from gateway.audit.writer import Audit, AuditUnavailable
from gateway.http.correlation import request_id
from gateway.http.refusal import HttpRefusal
from gateway.operations.outcome import Outcome, Ran
from gateway.telemetry.requests import told

EVERYBODY = "everybody"
"""The client of those who are not told apart."""

_RETRY_AFTER_S = 1
_CODE = "UPSTREAM_UNAVAILABLE"
_ERRORS = ({"extensions": {"code": _CODE}},)


class Auditing:
    """Keeps the records of what is asked at one address. Without an *audit* it keeps none."""

    def __init__(self, audit: Audit | None) -> None:
        self._audit = audit

    def check(self, personal: frozenset[str]) -> None:
        """Refuse, before any system is asked, what could not be put on record. Raises HttpRefusal."""
        if self._audit is not None and personal and self._audit.is_refusing:
            raise _unavailable()

    async def record(self, scope: Scope, who: Who, ran: Ran, became: Became) -> None:
        """Put what *ran* on record. Raises HttpRefusal where that cannot be: then it must not be answered."""
        if self._audit is None:
            return
        entry = _entry(request_id(scope), who, ran, became)
        try:
            if ran.gist.personal:
                await self._audit.written(entry)
            else:
                await self._audit.noted(entry)
        except AuditUnavailable:
            # The answer is there already, and was told of; but nobody gets it.
            told(scope).came_to("refused", errors=_ERRORS)
            raise _unavailable() from None


def became_of(outcome: Outcome) -> Became:
    """What became of an operation, as its record says it."""
    if not outcome.errors:
        return Became.ANSWERED
    return Became.FAILED if outcome.data is None else Became.PARTLY


def _unavailable() -> HttpRefusal:
    return HttpRefusal(
        503,
        "This cannot be put on record at the moment, and nothing personal is given without. Ask again a little later.",
        headers={"Retry-After": str(_RETRY_AFTER_S)},
        code=_CODE,
    )


def _entry(request: str, who: Who, ran: Ran, became: Became) -> Entry:
    asker = who.asker
    return Entry(
        caller=who.client_id or EVERYBODY,
        subject=None if asker is None else asker.subject,
        about=ran.about,
        read=ran.gist.personal,
        digest=ran.gist.digest,
        operation=ran.gist.name,
        purpose=None if asker is None else asker.purpose,
        basis=_basis(ran, None if asker is None else asker.case),
        systems=ran.systems,
        outcome=became,
        request=request,
    )


def _basis(ran: Ran, case: str | None) -> Basis | None:
    if not ran.basis:
        return None if case is None else Basis(BasisKind.CASE, case)
    kinds = {kind for kind, _ in ran.basis}
    references = " ".join(sorted(reference for _, reference in ran.basis))
    return Basis(BasisKind(min(kinds)), references)
