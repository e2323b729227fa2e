"""
Whatever changes, is dropped, forgotten or confirmed, in any order: what is told as of an instant is what the CRM saw.
"""

import asyncio
from typing import Any

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectors.errors import Unavailable
from schema.parts import CustomerPart
from tests.connectors.guard.asking import turns
from tests.connectors.tmf.asking import NAME
from tests.connectors.tmf.versions import Asking, Versions

_FULL = hypothesis.settings.default.max_examples  # type: ignore[union-attr]
IDS = st.sampled_from(["1", "1", "2"])
PARTS = st.sampled_from([NAME, NAME, frozenset({CustomerPart.NAME, CustomerPart.STATUS})])
ETAGS = st.sampled_from(['"{}"'.format, '"{}"'.format, '"{}"'.format, 'W/"{}"'.format, "{}".format, lambda _: None])


class Changing(RuleBasedStateMachine):
    """A CRM whose customers change, and who is asked about them, beside the plain facts of what it saw when."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.crm = Versions()
        self.asking = Asking(self.crm)
        self.dropped: dict[str, float] = {}
        self.callers: list[tuple[asyncio.Task[Any], str, float]] = []

    @initialize(revalidate_s=st.sampled_from([0, 20]))
    def begin(self, revalidate_s: float) -> None:
        windows = {"fresh_s": {"*": 10}, "revalidate_s": {"*": revalidate_s}, "stale_s": {"*": 60}}
        self.asking.anew(guard={"jitter": 0.5, "attempts": 1, "timeout_s": 60, "max_concurrent": 2} | windows)

    def teardown(self) -> None:
        try:
            self.loop.run_until_complete(self._closed())
        finally:
            self.loop.close()

    async def _closed(self) -> None:
        self.crm.let_go()
        await self.asking.connector.aclose()
        await asyncio.gather(*(each for each, *_ in self.callers), return_exceptions=True)

    @rule(after_s=st.sampled_from([11, 11, 4, 0, 30]), number=IDS, parts=PARTS, max_age_s=st.sampled_from([None, 0]))
    def somebody_asks(
        self, after_s: float, number: str, parts: frozenset[CustomerPart], max_age_s: float | None
    ) -> None:
        self.asking.clock.advance(after_s)
        self._begins(number, parts, max_age_s)

    def _begins(self, number: str, parts: frozenset[CustomerPart], max_age_s: float | None = None) -> None:
        asked = self.asking.ask(number, parts=parts, max_age_s=max_age_s, at=self._now + 1000)
        self.callers.append((self.loop.create_task(asked), number, self._now))
        self._go_on()

    @rule(number=IDS, is_told=st.booleans())
    def one_changes(self, number: str, *, is_told: bool) -> None:
        self.crm.known[number] = self.crm.known.get(number, 1) + 1
        if is_told:
            self.asking.clock.advance(0.25)
            self.loop.run_until_complete(self.asking.drop(number))
            self.dropped[number] = self._now
            self.asking.clock.advance(0.25)

    @rule(number=IDS, is_told=st.booleans())
    def one_changes_while_somebody_asks_and_somebody_asks_again(self, number: str, *, is_told: bool) -> None:
        self.asking.clock.advance(11)
        self.crm.is_slow = True
        self._begins(number, NAME)
        self.one_changes(number=number, is_told=is_told)
        self.the_server_answers()
        self.asking.clock.advance(0.25)
        self._begins(number, NAME)

    @rule(etag=ETAGS, heeds=st.sampled_from([True, True, False]))
    def the_server_has_another_habit(self, etag: Any, *, heeds: bool) -> None:
        self.crm.etag, self.crm.heeds_conditions = etag, heeds

    @rule()
    def the_server_becomes_slow(self) -> None:
        self.crm.is_slow = True

    @rule()
    def the_server_answers(self) -> None:
        self.crm.let_go()
        self._go_on()

    @rule(many=st.integers(1, 2))
    def the_store_forgets(self, many: int) -> None:
        for key in list(self.asking.store._entries)[:many]:
            self.loop.run_until_complete(self.asking.store._forget(key))

    @invariant()
    def what_is_told_is_what_the_crm_saw(self) -> None:
        for each in [each for each in self.callers if each[0].done()]:
            self.callers.remove(each)
            caller, number, began = each
            error = caller.exception()
            if error is None:
                self._check(caller.result(), number, began)
            else:
                assert isinstance(error, Unavailable), error

    def _check(self, answer: Any, number: str, began: float) -> None:
        assert answer.value.source.fetched_at == answer.fetched_at
        fetched = self._now - (self.asking.clock.now() - answer.fetched_at).total_seconds()
        looks = [seen for name, seen, said in self.crm.seen if (name, said) == (answer.value.name, fetched)]
        assert looks, "the CRM did not say that at that instant"
        dropped = self.dropped.get(number)
        # One that was on its way is joined; what was kept is of after what was dropped before it was asked for.
        if dropped is not None and dropped < began and fetched < began:
            assert max(looks) > dropped

    @property
    def _now(self) -> float:
        return self.asking.clock.monotonic()

    def _go_on(self) -> None:
        self.loop.run_until_complete(turns(40))


TestChanging = Changing.TestCase
TestChanging.settings = hypothesis.settings(max_examples=max(60, _FULL), stateful_step_count=40)
