"""All that may happen to a SOAP answer: its tree, its bytes, its encoding."""

from collections.abc import Collection, Mapping

from hypothesis import strategies as st

from tests.connectors.mutants.bytes import damaged
from tests.connectors.mutants.encodings import recoded
from tests.connectors.mutants.mutant import Mutant
from tests.connectors.mutants.xml import mutated, spots


def any_harm(body: bytes, *, reads: Collection[str], others: Mapping[str, str]) -> st.SearchStrategy[Mutant]:
    """*body* with one thing done to it; mostly to its tree. The parameters are those of `mutated`."""
    tree = mutated(body, reads=reads, others=others)
    line = damaged(body, spots=spots(body, reads))
    return st.integers(0, 9).flatmap(lambda draw: tree if draw < 6 else line if draw < 9 else recoded(body))
