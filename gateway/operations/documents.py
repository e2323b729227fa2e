"""
GraphQL documents: parsed, bounded and validated once, and remembered by their text. The first stage of a plan.

One that differs from a remembered one in nothing but its operation's name and white space shares its tree and plans.

What an operation of a document means is worked out in `gateway.plan`.
"""

import collections
import dataclasses
import functools
from collections.abc import Callable, Collection, Container

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    validate,
)
from graphql.validation.validate import ValidationAbortedError

from gateway.limits.check import check
from gateway.limits.introspection import introspection_cost
from gateway.limits.parsing import parsed
from gateway.limits.refusal import refusal, retold
from gateway.limits.rules import ABOUT_THE_DOCUMENT, Rules, about_the_graph, every_rule
from gateway.limits.settings import LimitSettings
from gateway.limits.together import together
from gateway.limits.words import in_the_callers_words, plain
from gateway.operations.prepared import MAX_EACH, Prepared
from gateway.operations.rewordings import Rewordings
from gateway.plan.likeness import Likeness, likeness
from gateway.plan.outline import Outline, outline
from gateway.plan.slim import slim
from resolvers.failures import TooCostly

MAX_REMEMBERED = 150_000
"""
Characters of all remembered documents together. A syntax tree has about one object of 75 bytes for each, so 11 MB; the
garbage collector looks at all of them at once, and 500,000 would hold every caller up for a third of a second.
"""

MAX_MISTAKES = 20

_ABORTED = "Validation aborted."
_TANGLED = (
    "The document cannot be checked in time: too many fields of one name meet in it, or its fragments are nested too "
    "deeply. Write such fields once, or ask in several requests."
)


class Documents:
    """
    Prepares the documents of one kind of caller for one schema; *forgotten* hears of each that is dropped.

    *sharing* says how many share the bounds of what is remembered.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        limits: LimitSettings,
        shows_graph: bool,
        forgotten: Callable[[Prepared], None] = lambda _: None,
        sharing: int = 1,
    ) -> None:
        self._schema = schema
        self._forgotten = forgotten
        self._limits = limits
        self._sharing = sharing
        self._shows_graph = shows_graph
        self._introspection = introspection_cost(schema)
        self._rules = every_rule(limits.max_comparisons)
        # By text: hashing a syntax tree costs about as much as validating it again.
        self._remembered: collections.OrderedDict[str, Prepared] = collections.OrderedDict()
        self._pinned: dict[str, Prepared] = {}
        self._characters = 0
        # Those of the remembered and the pinned that others may be like, by what they say.
        self._models: dict[str, Prepared] = {}
        self._rewordings = Rewordings()

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, or why it is refused. Never raises for what the caller wrote."""
        prepared = self._remembered.get(text)
        if prepared is not None:
            self._remembered.move_to_end(text)
            return prepared
        prepared = self._pinned.get(text) or self._rewordings.find(text)
        if prepared is None:
            alike = self._likeness(text)
            prepared = self._reworded(text, alike) or self._new(text, alike)
        self._touch(prepared.model)
        return prepared

    def pin(self, prepared: Prepared) -> None:
        """Keep *prepared* for good, apart from the bounds: it is one of the operations an operator has named."""
        if prepared.model is not None:
            self.pin(prepared.model)
        self._pinned[prepared.text] = prepared
        if self._remembered.pop(prepared.text, None) is not None:
            self._characters -= len(prepared.text)

    def pinned(self, *, but: Container[str] | None = None) -> set[Prepared]:
        """Those that are kept for good; of those with the texts in *but* alone, and the ones whose trees they share."""
        found = {each for text, each in self._pinned.items() if but is None or text in but}
        return found | {each.model for each in found if each.model is not None}

    def release(self, *, but: Collection[Prepared]) -> None:
        """Keep what was pinned no longer than others, apart from these."""
        gone = [each for each in self._pinned.values() if each not in but]
        for each in gone:
            del self._pinned[each.text]
        for each in gone:
            if each.is_long:
                self._forget(each)
            elif each.model is None:
                self._remember(each)

    def _likeness(self, text: str) -> Likeness | None:
        # What a longer one says is to be told by whoever refuses it.
        if len(text) > min(MAX_EACH, self._limits.max_characters):
            return None
        found = likeness(text)
        return found if found is None or len(found.name or "") <= self._limits.max_name_characters else None

    def _reworded(self, text: str, alike: Likeness | None) -> Prepared | None:
        model = self._models.get(alike.said) if alike is not None else None
        if alike is None or model is None:
            return None
        prepared = model.reworded(text, alike)
        self._rewordings.keep(prepared, model)
        return prepared

    def _touch(self, model: Prepared | None) -> None:
        if model is not None and model.text in self._remembered:
            self._remembered.move_to_end(model.text)

    def _new(self, text: str, alike: Likeness | None) -> Prepared:
        prepared = self._prepare(text)
        if alike is not None and len(set(prepared.outlines.values())) == 1:
            prepared = dataclasses.replace(prepared, likeness=alike)
            self._models[alike.said] = prepared
        self._remember(prepared)
        return prepared

    def _remember(self, prepared: Prepared) -> None:
        if prepared.is_long:
            return
        self._remembered[prepared.text] = prepared
        self._characters += len(prepared.text)
        while self._characters > MAX_REMEMBERED // self._sharing:
            text, oldest = self._remembered.popitem(last=False)
            self._characters -= len(text)
            self._forget(oldest)

    def _forget(self, prepared: Prepared) -> None:
        if prepared.likeness is not None:
            del self._models[prepared.likeness.said]
            self._rewordings.forget(prepared)
        self._forgotten(prepared)

    def _prepare(self, text: str) -> Prepared:
        try:
            document = parsed(text, self._limits)
            errors = self._beyond_limits(document) or self._mistakes(document)
        except GraphQLError as error:
            return Prepared(text, None, errors=(error,))
        except RecursionError:
            return Prepared(text, None, errors=(refusal("The document is nested too deeply."),))
        if errors:
            return Prepared(text, None, errors=tuple(errors))
        outlines = _outlines(document)
        slim(document)
        return Prepared(text, document, outlines=outlines)

    def _beyond_limits(self, document: DocumentNode) -> list[GraphQLError]:
        return check(document, limits=self._limits, introspection=self._introspection, shows_graph=self._shows_graph)

    def _mistakes(self, document: DocumentNode) -> list[GraphQLError]:
        in_plain_words = functools.partial(plain, suggestions=self._limits.suggestions)
        if self._shows_graph:
            return self._validated(document, self._rules, in_plain_words)
        # Apart, because the messages of the first group are the caller's own words already.
        return self._validated(document, ABOUT_THE_DOCUMENT, in_plain_words) or self._validated(
            document, about_the_graph(self._rules), in_the_callers_words
        )

    def _validated(
        self, document: DocumentNode, rules: Rules, tell: Callable[[GraphQLError], GraphQLError]
    ) -> list[GraphQLError]:
        found = validate(
            self._schema,
            document,
            (together(rules),),
            max_errors=MAX_MISTAKES,
            hide_suggestions=not self._limits.suggestions,
        )
        return [_aborted(error) if isinstance(error, ValidationAbortedError) else tell(error) for error in found]


def _outlines(document: DocumentNode) -> dict[str | None, Outline]:
    operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
    found: dict[str | None, Outline] = {
        each.name.value if each.name else None: outline(document, each) for each in operations
    }
    return found if len(found) != 1 else {None: next(iter(found.values())), **found}


def _aborted(error: ValidationAbortedError) -> GraphQLError:
    # graphql-core says it in two words when a bound of its own is met; the other reason is the number of mistakes.
    return refusal(_TANGLED, TooCostly) if error.message == _ABORTED else retold(error, error.message)
