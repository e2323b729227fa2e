"""Makes plans for one schema. Keeps none of them."""

from graphql import GraphQLSchema

from gateway.execution import Completion, Memory, Transforms
from gateway.plan.cost import Cost
from gateway.plan.facts import facts_of
from gateway.plan.outline import Booleans, Outline
from gateway.plan.plan import Plan
from gateway.plan.selection import Selections
from gateway.plan.wishes import wishes_of
from gateway.policy.policies import Policies
from resolvers.needs import needs_of


class Planner:
    """
    Works out what operations mean in one graph.

    *policies* say what in it is personal; *transforms* change leaves on their way out. *admitting* is as in `Cost`.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        policies: Policies,
        *,
        transforms: Transforms | None = None,
        admitting: int | None = None,
    ) -> None:
        self._schema = schema
        self._admitting = admitting
        self._transforms = transforms
        self._memory = Memory()
        self._facts = facts_of(schema)
        self._scopes = {coordinate: each.scopes for coordinate, each in policies.items()}
        self._personal = frozenset(coordinate for coordinate, each in policies.items() if each.is_personal)

    def plan(self, outline: Outline, booleans: Booleans) -> Plan:
        """
        The plan of an operation that is valid in this schema.

        Takes time in proportion to what the operation selects. Raises RecursionError for what is nested too deeply.
        """
        by_name = outline.by_name(booleans)
        selections = Selections(self._schema, self._facts, outline, by_name)
        coordinates = frozenset(selections.coordinates())
        wishes = wishes_of(self._schema, self._facts, outline, by_name)
        return Plan(
            outline=outline,
            booleans=by_name,
            coordinates=coordinates,
            personal=coordinates & self._personal,
            scopes=frozenset(group for each in coordinates for group in self._scopes.get(each, ())),
            needs=needs_of(self._schema, outline.document, outline.operation, by_name),
            estimate=Cost(selections.root, admitting=self._admitting),
            completion=Completion(
                self._schema,
                outline.document,
                outline.operation,
                by_name,
                transforms=self._transforms,
                memory=self._memory,
                alike=wishes is None or not wishes.has_ages,
            ),
            wishes=wishes,
        )
