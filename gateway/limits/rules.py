"""The rules of validation, in two groups, and one of them with a bound. No rule is left out."""

import functools

from graphql import specified_rules
from graphql.validation import (
    ASTValidationRule,
    ExecutableDefinitionsRule,
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
    ValidationContext,
)

Rules = tuple[type[ASTValidationRule], ...]

ABOUT_THE_DOCUMENT: Rules = (
    ExecutableDefinitionsRule,
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
)
"""Rules that compare a document with itself alone, so that their messages hold nothing but the caller's own words."""


@functools.cache
def every_rule(max_comparisons: int) -> Rules:
    """Every rule of the specification. Built once for each bound: with new classes validation starts from cold."""

    class BoundedOverlap(OverlappingFieldsCanBeMergedRule):
        """Compares every two fields of one name; when there are too many, validation ends with an error."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            # graphql-core's own budget lets a document of 4,000 tokens take seconds.
            self.rule_context.remaining_complexity_budget = max_comparisons

    return tuple(BoundedOverlap if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules)


def about_the_graph(rules: Rules) -> Rules:
    """Those of *rules* whose messages may hold words of the graph."""
    return tuple(rule for rule in rules if rule not in ABOUT_THE_DOCUMENT)
