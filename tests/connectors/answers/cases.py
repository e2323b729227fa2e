"""Every question of every SOAP dialect, with the way to put its answer on trial."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.connectors.acctmgr import trials as acctmgr
from tests.connectors.cai3g import trials as cai3g
from tests.connectors.cbs import trials as cbs
from tests.connectors.mutants import Effect, Mutant
from tests.connectors.mutants.xml import name_of, written
from tests.connectors.trial import Trial

Tree = etree._Element


@dataclasses.dataclass(frozen=True)
class Question:
    """One case of one dialect."""

    case: Any
    on_trial: Callable[[Any, pathlib.Path], contextlib.AbstractContextManager[Trial]]

    def tried(self, tmp_path: pathlib.Path) -> contextlib.AbstractContextManager[Trial]:
        """Its trial."""
        return self.on_trial(self.case, tmp_path)

    def tree(self) -> Tree:
        """Its answer, to be changed."""
        return etree.fromstring(self.case.body)


QUESTIONS = {
    f"{dialect.__name__.split('.')[-2]}: {name}": Question(case, dialect.on_trial)
    for dialect in (cbs, acctmgr, cai3g)
    for name, case in dialect.CASES.items()
}


def mutant(root: Tree, kind: str, *, effect: Effect = Effect.OTHER) -> Mutant:
    """A changed answer."""
    return Mutant(kind=kind, effect=effect, body=written(root), charset="utf-8")


def place(element: Tree) -> str:
    """Where an element stands, by local names without numbers."""
    names = [name_of(each) for each in (element, *element.iterancestors())]
    return "/".join(reversed(names[:2]))
