"""Ways to damage, forge or merely rewrite an answer, as hypothesis strategies of mutants."""

from tests.connectors.mutants.bytes import damaged, truncations
from tests.connectors.mutants.mutant import Effect, Mutant
from tests.connectors.mutants.soap import any_harm

__all__ = ["Effect", "Mutant", "any_harm", "damaged", "truncations"]
