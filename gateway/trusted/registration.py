"""The operations of all clients as their files have them: read at start, and again while the gateway runs."""

import asyncio
from collections.abc import Callable, Mapping

from connectors.environment import Reporter
from connectors.renewal import Fingerprint
from gateway.mistakes import Mistake, SettingsError
from gateway.renewal import LOOK_S, Files, Outcome
from gateway.trusted.checking import Bench, Problem, Working
from gateway.trusted.manifest import ManifestError
from gateway.trusted.register import Register, fingerprint, load
from gateway.trusted.settings import OPEN, OperationSettings
from gateway.trusted.trusted import Client, Tell, Trusted
from resolvers.errors import where

WorkingFor = Callable[[str], Working]
"""Who works out the documents of the client of that name; of EVERYBODY, too."""


class Registration:
    """
    Reads what is registered for each client, and has it worked out before anybody asks it.

    To be made before the gateway serves: raises SettingsError where a manifest cannot be used. One that cannot be used
    later is told once, and what was there before stays. Documents that are not valid in the graph are told, and
    hinder nobody.
    """

    def __init__(
        self,
        settings: Mapping[str, OperationSettings],
        *,
        working: WorkingFor,
        report: Reporter,
        tell: Tell = lambda _client, _came: None,
        everybody: OperationSettings = OPEN,
    ) -> None:
        # Before they are read: what changes meanwhile counts, too.
        self._files = {name: Files(_seen(each)) for name, each in settings.items() if each.path is not None}
        clients = {name: (each, _register(name, each)) for name, each in settings.items()}
        self.trusted = Trusted(clients, everybody=everybody, report=report, tell=tell)
        self._working = working
        self._report = report
        self._bench = Bench(working(each.name) for each in self.trusted)
        self._looking = asyncio.Lock()

    def work_out(self) -> None:
        """Work out every registered document now; holds up whoever else is there."""
        for client in self.trusted:
            for each in client.register.documents:
                self._tell_of(client, self._bench.work_out(each, self._working(client.name)))

    async def keep_looking(self, *, every_s: float = LOOK_S) -> None:
        """Look until cancelled. A surprise in one look ends none of those to come."""
        while self._files:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except Exception as exc:  # noqa: BLE001 - whatever it is, the files are looked at again
                self._report.warning("operations_not_looked_at", kind=type(exc).__name__, where=where(exc))

    async def look(self, *, at_once: bool = False) -> dict[str, Outcome]:
        """Use what is new, at the second look unless *at_once*: what came of it by client."""
        async with self._looking:
            return {name: await self._look(self.trusted.client(name), at_once=at_once) for name in self._files}

    async def _look(self, client: Client, *, at_once: bool) -> Outcome:
        files = self._files[client.name]
        # In a thread: a folder may be far away, and must not hold up questions.
        seen = await asyncio.to_thread(_seen, client.settings)
        if not files.is_due(seen, at_once=at_once):
            return Outcome.UNCHANGED
        try:
            register = await asyncio.to_thread(registered, client.settings)
        except ManifestError as exc:
            files.refused(seen)
            advice = "put it right; what was there before stays in use"
            self._report.warning("operations_not_renewed", client=client.name, why=str(exc), do=advice)
            return Outcome.KEPT
        await self._take(client, register)
        files.took(seen)
        return Outcome.RENEWED

    async def _take(self, client: Client, register: Register) -> None:
        before = client.register
        known = frozenset(before.documents)
        for each in register.documents:
            if each not in known:
                self._tell_of(client, self._bench.work_out(each, self._working(client.name)))
                # Each takes milliseconds, and callers are waiting.
                await asyncio.sleep(0)
        client.take(register)
        texts = frozenset[str]().union(*(each.register.texts for each in self.trusted))
        self._bench.release(but=texts)
        self._report.info(
            "operations_renewed",
            client=client.name,
            documents=len(register),
            new=len(register.texts - before.texts),
            gone=len(before.texts - register.texts),
        )

    def _tell_of(self, client: Client, problem: Problem | None) -> None:
        if problem is not None:
            self._report.warning(
                "operation_not_valid",
                client=client.name,
                operation=problem.document.name,
                digest=problem.document.digest,
                why=problem.why,
            )


def registered(settings: OperationSettings) -> Register:
    """What is registered by *settings*, with the limits that they say. Raises ManifestError."""
    return Register() if settings.path is None else load(settings.path).limited(settings.limits)


def _seen(settings: OperationSettings) -> Fingerprint:
    return () if settings.path is None else (("path", fingerprint(settings.path)),)


def _register(client: str, settings: OperationSettings) -> Register:
    try:
        return registered(settings)
    except ManifestError as exc:
        why, _, advice = str(exc).partition("; ")
        place = f"access.clients.{client}.operations"
        raise SettingsError(Mistake(str(settings.path), place, why, advice)) from None
