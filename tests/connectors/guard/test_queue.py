"""The queue by class against a sorted list."""

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.guard.queue import ClassQueue
from connectors.terms import Criticality

CLASSES = st.sampled_from(Criticality)


class QueueBesideAList(RuleBasedStateMachine):
    """Whatever is done to the queue is done to a list of (class, arrival, item), which is sorted."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: ClassQueue[int] = ClassQueue()
        self.model: list[tuple[Criticality, int, int]] = []
        self.arrivals = 0

    @rule(criticality=CLASSES)
    def comes(self, criticality: Criticality) -> None:
        self.arrivals += 1
        self.queue.add(self.arrivals, criticality)
        self.model.append((criticality, self.arrivals, self.arrivals))

    @precondition(lambda self: self.model)
    @rule(data=st.data(), criticality=CLASSES)
    def rises(self, data: st.DataObject, criticality: Criticality) -> None:
        was, arrived, item = data.draw(st.sampled_from(self.model))
        assert (was > criticality) == self.queue.promote(item, criticality)
        if was > criticality:
            self.arrivals += 1
            self.model.remove((was, arrived, item))
            self.model.append((criticality, self.arrivals, item))

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def leaves(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.model))
        self.queue.discard(gone[2])
        self.queue.discard(gone[2])
        assert not self.queue.promote(gone[2], Criticality.AGENT)
        self.model.remove(gone)

    @invariant()
    def both_say_the_same(self) -> None:
        ordered = sorted(self.model)
        assert len(ordered) == len(self.queue)
        assert ((ordered[0][2], ordered[0][0]) if ordered else None) == self.queue.first()
        assert ((ordered[-1][2], ordered[-1][0]) if ordered else None) == self.queue.last()
        for each in Criticality:
            assert sum(criticality <= each for criticality, _, _ in ordered) == self.queue.ahead_of(each)


TestQueue = QueueBesideAList.TestCase
