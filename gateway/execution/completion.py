"""
How one operation is completed: by generated code, made when the operation is seen for the second time.

A document that comes once costs nothing here. Belongs to the plan of the operation and holds nothing of any request.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)

from gateway.execution.collected import Collected, NotCollectableError
from gateway.execution.compiled import Compiled
from gateway.execution.compiler import Compiler
from gateway.execution.memory import Memory
from gateway.execution.shape import is_as_known
from gateway.execution.transforms import Transforms, no_transforms

RUNS_BEFORE = 1
"""Executions of an operation by graphql-core alone before code is made for it, which takes about as long as one."""


class Completion:
    """
    The completion of one operation of a validated *document*, for one set of values of its steering variables.

    *booleans* holds the value of each variable that stands in an `@skip` or `@include`, as graphql-core coerces it. The
    same operation with other values needs another Completion; given to this one, it is executed by graphql-core alone.
    *transforms* says what is done to the values of leaves before they are written, wherever they are completed.
    With a *memory*, objects that come again are completed once; never where there are transforms, for what those make
    of a value may hang on who asks.
    Unless its fields are *alike*, what the context says hangs on where they stand; then computed fields that mind are
    left to their resolvers, which know where they are.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        booleans: Mapping[str, Any],
        *,
        transforms: Transforms | None = None,
        memory: Memory | None = None,
        alike: bool = True,
    ) -> None:
        self.schema = schema
        self.document = document
        self.operation = operation
        self.transforms = transforms
        self._memory = memory if transforms is None else None
        self._alike = alike
        self._booleans = dict(booleans)
        self._runs = 0
        self._compiled: Compiled | None = None

    def prepare(self) -> None:
        """Make the code now, as for an operation that is known to come."""
        self._runs = RUNS_BEFORE
        self.compiled({**self._booleans})

    def compiled(self, variables: Mapping[str, Any]) -> Compiled | None:
        """
        What is compiled for an execution with these coerced *variables*, each of which counts.

        None for an operation that graphql-core executes alone.
        """
        if self._runs <= RUNS_BEFORE:
            self._runs += 1
            if self._runs > RUNS_BEFORE:
                self._compiled = self._compile()
        if self._booleans and any(variables.get(name) != value for name, value in self._booleans.items()):
            return None
        return self._compiled

    def _compile(self) -> Compiled | None:
        if self.operation.operation is OperationType.SUBSCRIPTION or not is_as_known():
            return None
        definitions = {
            each.name.value: each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        try:
            collected = Collected(self.schema, self.operation, definitions, self._booleans)
        except (GraphQLError, NotCollectableError, RecursionError):
            return None
        compiler = Compiler(self.schema, collected, self.transforms or no_transforms, self._memory, alike=self._alike)
        return Compiled(self.schema, collected, compiler, definitions)
