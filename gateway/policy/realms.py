"""
What one audience's graph is to callers with different rights: which plans their operations have.

Most operations touch nothing that their caller may not read, and share one plan. Those that do are planned over a graph
of which the forbidden fields answer with a refusal, and masked fields are masked where they are written.
"""

import collections
import dataclasses
import functools
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from gateway.execution.transforms import Transform
from gateway.plan.outline import Booleans, Outline
from gateway.plan.plan import Plan
from gateway.plan.planner import Planner
from gateway.policy.masking import Pseudonyms, masked
from gateway.policy.policies import Policies
from gateway.policy.pruning import pruned
from gateway.policy.rebuilding import Refusal, rebuilt
from gateway.policy.rights import Rights, Verdict, missing, verdict_of
from resolvers.context import Closed
from resolvers.failures import Withheld
from schema.policy import Form

KEY = "id"
"""The field by which whoever may read nothing else of a thing would know it."""

MAX_REALMS = 64
"""As many as there are clients with rights of their own, in most places. What is over is made again at need."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Realm:
    """The graph for callers with the same rights, and what plans their operations in it. Equal only to itself."""

    verdict: Verdict
    planner: Planner
    schema: GraphQLSchema
    closed: Closed = dataclasses.field(default_factory=dict)

    def touches(self, plan: Plan) -> bool:
        """Whether *plan*, made without regard to rights, has anything that these callers may not have as it is."""
        return not (
            plan.coordinates.isdisjoint(self.verdict.hidden) and plan.coordinates.isdisjoint(self.verdict.masked)
        )

    def plan(self, outline: Outline, booleans: Booleans) -> Plan:
        """The plan of an operation for these callers. Raises what Planner.plan raises."""
        made = self.planner.plan(pruned(outline, self.schema, self.verdict.hidden), booleans)
        withheld = made.coordinates & self.verdict.hidden
        return dataclasses.replace(
            made,
            outline=outline,
            coordinates=made.coordinates - withheld,
            personal=made.personal - withheld,
            withheld=withheld,
        )


class Realms:
    """
    The realms of one audience's *schema*. *pseudonyms* is the secret behind the names that partners see.

    *admitting* is as in `Cost`.
    """

    def __init__(
        self, schema: GraphQLSchema, policies: Policies, *, pseudonyms: bytes, admitting: int | None = None
    ) -> None:
        self._schema = schema
        self._policies = policies
        self._pseudonyms = pseudonyms
        self._admitting = admitting
        self._kept: collections.OrderedDict[Rights, Realm] = collections.OrderedDict()

    def of(self, rights: Rights) -> Realm:
        """The realm of callers with these *rights*."""
        found = self._kept.get(rights)
        if found is None:
            found = self._kept[rights] = self._realm(rights)
            if len(self._kept) > MAX_REALMS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(rights)
        return found

    def missing(self, coordinate: str, rights: Rights) -> tuple[frozenset[str], ...]:
        """The groups of scopes that a field asks for and of which *rights* have none."""
        return missing(self._policies[coordinate], rights.scopes)

    def _realm(self, rights: Rights) -> Realm:
        policies = {name: self._policies[name] for name in _coordinates(self._schema)}
        verdict = verdict_of(policies, rights)
        schema = self._schema
        if verdict.hidden:
            schema = rebuilt(schema, functools.partial(self._fate, verdict, rights), keeps_inputs=True)
        transforms = self._masks(verdict, rights).get if verdict.masked else None
        closed = {
            kind: self.missing(f"{kind}.{KEY}", rights)
            for kind in sorted({name.partition(".")[0] for name in policies})
            if f"{kind}.{KEY}" in policies and _fields(kind, policies) <= verdict.hidden
        }
        planner = Planner(schema, policies, transforms=transforms, admitting=self._admitting)
        return Realm(verdict, planner, self._schema, closed)

    def _fate(self, verdict: Verdict, rights: Rights, coordinate: str) -> Refusal | None:
        if coordinate not in verdict.hidden:
            return None
        return functools.partial(Withheld, self.missing(coordinate, rights))

    def _masks(self, verdict: Verdict, rights: Rights) -> dict[str, Transform]:
        names = None if rights.pseudonymous is None else Pseudonyms(self._pseudonyms, rights.pseudonymous)
        return {each: _mask(each, self._policies[each].form, names) for each in verdict.masked}


def _mask(coordinate: str, form: Form | None, names: Pseudonyms | None) -> Transform:
    assert form is not None  # noqa: S101 - what is masked has a form.
    if form is Form.IDENTIFIER and names is not None:
        kind = coordinate.rpartition(".")[2]

        def named(value: Any, _: Any) -> str | None:
            return names.of(kind, value)

        return named

    def starred(value: Any, _: Any) -> Any:
        return masked(form, value)

    return starred


def _fields(kind: str, policies: Policies) -> set[str]:
    return {name for name in policies if name.startswith(f"{kind}.")}


def _coordinates(schema: GraphQLSchema) -> list[str]:
    kinds = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    return [f"{kind.name}.{name}" for kind in kinds if not kind.name.startswith("__") for name in kind.fields]
