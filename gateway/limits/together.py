"""
All rules of validation as one, which finds what they find.

graphql-core asks each of thirty rules about each node, although most look at one kind or two. Here it is asked once
which rules look at which kind. In which order rules see a node, and what they skip, stays as it is.
"""

import functools
from collections.abc import Callable
from typing import Any

from graphql import BREAK, SKIP, Node, ParallelVisitor
from graphql.language.visitor import EnterLeaveVisitor
from graphql.pyutils import RefMap
from graphql.validation import ASTValidationRule, ValidationContext, ValidationRule

Rules = tuple[type[ASTValidationRule], ...]

_Look = Callable[..., Any]
_Looking = tuple[int, _Look | None, _Look | None]
"""A rule by its number, with what it does when a node is entered and left."""

_NOBODY = EnterLeaveVisitor(None, None)
_NAME = "name"
"""The kind of half the nodes. A rule that looks at nodes of every kind looks for directives, and names have none."""


@functools.cache
def together(rules: Rules) -> type[ASTValidationRule]:
    """One rule in the place of *rules*."""

    class Together(ValidationRule):
        """All of them."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            _by_identity(context)
            self._visitors = _Visitors([rule(context) for rule in rules])

        def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
            return self._visitors.get_enter_leave_for_kind(kind)

    return Together


class _Visitors(ParallelVisitor):
    """As graphql-core's own, but each node is shown to those alone who look at its kind."""

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        found = self.enter_leave_map.get(kind)
        if found is None:
            found = self.enter_leave_map[kind] = self._for_kind(kind)
        return found

    def _for_kind(self, kind: str) -> EnterLeaveVisitor:
        looking: list[_Looking] = []
        for i, each in enumerate(self.visitors):
            rule: Any = type(each)
            if _looks_at(rule, kind):
                looking.append((i, *each.get_enter_leave_for_kind(kind)))
        return EnterLeaveVisitor(self._entering(looking), self._leaving(looking)) if looking else _NOBODY

    def _entering(self, looking: list[_Looking]) -> _Look:
        skipping = self.skipping
        entering = [(i, enter) for i, enter, _ in looking if enter]

        def enter(node: Node, *args: Any) -> None:
            for i, look in entering:
                if not skipping[i]:
                    result = look(node, *args)
                    if result is SKIP or result is False:
                        skipping[i] = node
                    elif result is BREAK or result is True:
                        skipping[i] = BREAK

        return enter

    def _leaving(self, looking: list[_Looking]) -> _Look:
        skipping = self.skipping

        def leave(node: Node, *args: Any) -> None:
            # Also those who only enter: what they have skipped ends here.
            for i, _, look in looking:
                if skipping[i] is node:
                    skipping[i] = None
                elif look and not skipping[i]:
                    result = look(node, *args)
                    if result is BREAK or result is True:
                        skipping[i] = BREAK

        return leave


@functools.cache
def _looks_at(rule: Any, kind: str) -> bool:
    methods = [f"enter_{kind}", f"leave_{kind}", *(() if kind == _NAME else ("enter", "leave"))]
    return any(hasattr(rule, method) for method in methods)


def _by_identity(context: Any) -> None:
    # Looked up by their value, operations would be hashed down to the last name, each time.
    context._variable_usages = RefMap()  # noqa: SLF001 - graphql-core does so itself where it is not possible otherwise.
    context._recursive_variable_usages = RefMap()  # noqa: SLF001
    context._fragment_spreads = RefMap()  # noqa: SLF001
