"""
graphql-core's executor, with generated code where an operation's data is plain.

The methods overridden here are not public; `gateway.execution.shape` watches over them. Each one tries the generated
function first and hands over to the original, with the same arguments, when there is none or when it raises: so errors,
their places and order, and nulls that go up are graphql-core's own. Where a function raised, attributes are read again.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Coroutine
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, Undefined, is_leaf_type
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path, gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.calls import Call
from gateway.execution.compiled import Compiled, Level
from gateway.execution.transforms import Transforms, coordinate


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation once, with *compiled* for what is plain in it."""

    def __init__(self, *args: Any, compiled: Compiled, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compiled = compiled

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """The same groups of fields in every execution of the operation."""
        found = self.compiled.collected.subfields(return_type, field_details_list)
        return super().collect_subfields(return_type, field_details_list) if found is None else found

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """An object that is plain with all below it, at once."""
        given = self._given(return_type, field_details_list, result)
        if given is not None:
            return given
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """A list of what is plain, at once."""
        given = self._given(return_type, field_details_list, result)
        if given is not None:
            return given
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def _given(self, kind: GraphQLOutputType, details: FieldDetailsList, value: Any) -> Any:
        """The completed *value*, which is not null; None when graphql-core has to complete it."""
        work = self.compiled.function(kind, details)
        if work is None:
            return None
        try:
            return work(value, self.context_value)
        except Exception:  # noqa: BLE001 - whatever it is, it comes again.
            return None

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        """The plain fields by generated code, before any resolver of the others has been called."""
        level = self.compiled.level(parent_type, grouped_field_set)
        if level is not None:
            try:
                results = level.plain(source_value, self.context_value)
            except Exception:  # noqa: BLE001 - whatever it is, it comes again below.
                level = None
        if level is None:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        return self._call(level, results, parent_type, source_value, path, position_context)

    def _call(
        self,
        level: Level,
        results: dict[str, Any],
        parent_type: GraphQLObjectType,
        source: Any,
        path: Path | None,
        position_context: Any,
    ) -> Any:
        # From here on as in graphql-core's own `execute_fields`.
        waiting: list[str] = []
        try:
            for each in level.calls:
                at = Path(path, each.key, parent_type.name)
                results[each.key] = result = self._field(each, parent_type, source, at, position_context)
                if self.is_awaitable(result):
                    waiting.append(each.key)
        except Exception:
            if waiting:
                self.settle_in_background([results[key] for key in waiting])
            raise
        return self._awaited(results, waiting, nullable=level.nullable) if waiting else results

    def _field(self, call: Call, parent_type: GraphQLObjectType, source: Any, path: Path, position_context: Any) -> Any:
        # As graphql-core's own `execute_field`, but for a value that is complete at once or a promise of one.
        field, details = call.field, call.details
        try:
            info = self.build_resolve_info(field, call.nodes, parent_type, path)
            result = call.resolve(source, info, **call.arguments(self.variable_values))
            if self.is_awaitable(result):
                return self._resolved(result, call, info, path, position_context)
            completed = self.complete_value(field.type, details, info, path, result, position_context)
            if self.is_awaitable(completed):
                return self._completed(completed, field.type, details, path)
        except Exception as error:  # noqa: BLE001 - graphql-core's own words for any error of a field.
            self.handle_field_error(error, field.type, details, path)
            return None
        return completed

    async def _resolved(self, promise: Awaitable[Any], call: Call, info: Any, path: Path, position_context: Any) -> Any:
        # As graphql-core's own `complete_awaitable_value`, without its signal to abort, which nobody has here.
        kind, details = call.field.type, call.details
        try:
            completed = self.complete_value(kind, details, info, path, await promise, position_context)
            return await completed if self.is_awaitable(completed) else completed
        except Exception as error:  # noqa: BLE001 - graphql-core's own words for any error of a field.
            self.handle_field_error(error, kind, details, path)
            return None

    async def _completed(
        self, promise: Awaitable[Any], kind: GraphQLOutputType, details: FieldDetailsList, path: Path
    ) -> Any:
        try:
            return await promise
        except Exception as error:  # noqa: BLE001 - graphql-core's own words for any error of a field.
            self.handle_field_error(error, kind, details, path)
            return None

    async def _awaited(self, results: dict[str, Any], waiting: list[str], *, nullable: bool) -> dict[str, Any]:
        if len(waiting) == 1:
            results[waiting[0]] = await results[waiting[0]]
        else:
            together = _all_of if nullable else gather_with_cancel
            found = await together(*(results[key] for key in waiting))
            results.update(zip(waiting, found, strict=True))
        return results


async def _all_of(*fields: Coroutine[Any, Any, Any]) -> list[Any]:
    """
    What *fields* come to, as `gather` gives it, with one task less.

    The last one is awaited here, in the very turn in which a task of its own would begin. Only for fields whose errors
    become null: one that raises would stop the others no sooner than the last one ends.
    """
    tasks = [asyncio.ensure_future(field) for field in fields[:-1]]
    try:
        await asyncio.sleep(0)
        last = await fields[-1]
        return [*[await task for task in tasks], last]
    except BaseException:
        _close(fields[-1])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _close(field: Coroutine[Any, Any, Any]) -> None:
    """End a *field* that may not have begun. Then what it would await has not begun either, and Python would warn."""
    promise = inspect.getcoroutinelocals(field).get("promise")
    field.close()
    if inspect.iscoroutine(promise):
        promise.close()


class TransformingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Transforms leaves wherever graphql-core completes them: what is completed again must not show what was hidden."""

    def __init__(self, *args: Any, transforms: Transforms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transforms = transforms

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Each value of a leaf comes through here once, by whatever way: awaited, out of a list, alone."""
        if is_leaf_type(return_type) and not (result is None or result is Undefined or isinstance(result, Exception)):
            transform = self.transforms(coordinate(info.parent_type.name, info.field_name))
            if transform is not None:
                result = transform(result, self.context_value)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


class CompiledTransformingExecutor(TransformingExecutor, CompiledExecutor):
    """Both."""
