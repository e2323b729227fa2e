"""Whether registered documents can be asked in the graph, told by the names of operations and without quoting them."""

import dataclasses
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Protocol, Self

from graphql import GraphQLError

from gateway.limits.own import Own
from gateway.operations.prepared import Prepared
from gateway.trusted.manifest import Registered
from resolvers.failures import BadInput

MAX_PINNED = 300_000
"""
Characters of all registered documents that are worked out ahead and kept for good. A syntax tree has about one object
for each, and the garbage collector looks at those that came after the start. The others are worked out as they come.
"""


class Working(Protocol):
    """Works documents out for the graph that a client sees: `Operations`."""

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, or why it is refused."""
        ...

    def pin(self, text: str) -> Sequence[GraphQLError]:
        """Work out every operation of *text* and keep it for good; what it is refused for, if it is."""
        ...

    def under(self, own: Own) -> Self:
        """The same for documents that have limits of their *own*, apart from all others."""
        ...

    def pinned(self) -> frozenset[str]:
        """The texts of all documents that are kept for good."""
        ...

    def release(self, *, but: Container[str]) -> None:
        """Keep what was pinned no longer than other documents, apart from these texts."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A registered document that cannot be asked, and why: a sentence without its full stop."""

    document: Registered
    why: str


class Bench:
    """Where registered documents are worked out, one after the other, and kept within MAX_PINNED."""

    def __init__(self, workings: Iterable[Working]) -> None:
        # What others have named is theirs to release.
        self._workings = [(each, each.pinned()) for each in {id(each): each for each in workings}.values()]
        self._pinned: set[str] = set()
        self._characters = 0

    def work_out(self, document: Registered, working: Working) -> Problem | None:
        """Work it out, and keep it where there is place: what is wrong with it. Takes milliseconds, without a pause."""
        text, working = document.text, _for(document, working)
        if text not in self._pinned:
            if self._characters + len(text) > MAX_PINNED:
                return problem(document, working.prepare(text).errors)
            self._pinned.add(text)
            self._characters += len(text)
        return problem(document, working.pin(text))

    def release(self, *, but: frozenset[str]) -> None:
        """Of what was worked out here keep nothing for good but these texts."""
        self._pinned &= but
        self._characters = sum(map(len, self._pinned))
        for working, others in self._workings:
            working.release(but=but | others)


def problems(documents: Iterable[Registered], working: Working) -> Iterator[Problem]:
    """Those of *documents* that cannot be asked."""
    for each in documents:
        if (found := problem(each, _for(each, working).prepare(each.text).errors)) is not None:
            yield found


def _for(document: Registered, working: Working) -> Working:
    return working if document.limits is None else working.under(document.limits)


def problem(document: Registered, errors: Sequence[GraphQLError]) -> Problem | None:
    """What *errors* come to, if there are any."""
    return Problem(document, _why(errors[0])) if errors else None


def _why(error: GraphQLError) -> str:
    # Our own sentences quote nothing. Those of graphql-core hold names and values of the document.
    if isinstance(error.original_error, BadInput):
        return error.original_error.reason.removesuffix(".")
    at = f"; look at line {error.locations[0].line}, column {error.locations[0].column}" if error.locations else ""
    return f"it is not valid in this graph{at}"
