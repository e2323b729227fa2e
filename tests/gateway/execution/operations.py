"""Operations that nobody thought of: hypothesis-graphql's over our graph, with all that a document can do added."""

import dataclasses
import random
from typing import Any

import hypothesis.strategies as st
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    parse,
    parse_value,
    print_ast,
    validate,
)
from graphql.language import DirectiveNode, FragmentSpreadNode, NamedTypeNode
from hypothesis_graphql import nodes, queries

from tests.conftest import ROOT
from tests.resolvers.fakes import ACCOUNT, IMSI, MSISDN, SECOND_MSISDN

PRINTED = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"), assume_valid_sdl=True)
_TEXT = st.just(nodes.String("0"))
_SCALARS = dict.fromkeys(("MSISDN", "IMSI", "Long", "Decimal", "DateTime", "Date", "_Any"), _TEXT)

_HEADER = "query Q($yes: Boolean!, $no: Boolean = false, $n: Int = 3, $who: CustomerKey!, $m: MSISDN) { __typename }"
_USES_ALL = """{ a0: customer(by: $who) @include(if: $yes) { bills(first: $n) @skip(if: $no) { totalCount } }
  b0: line(by: {msisdn: $m}) { id } }"""
VARIABLES = {"yes": True, "no": False, "n": 2, "who": {"id": "1000042"}, "m": MSISDN}
_CUSTOMERS = ('{id: "1000042"}', f'{{msisdn: "{MSISDN}"}}', f'{{accountNumber: "{ACCOUNT}"}}', '{id: "7"}', "$who")
_LINES = (f'{{msisdn: "{MSISDN}"}}', f'{{msisdn: "{SECOND_MSISDN}"}}', f'{{imsi: "{IMSI}"}}', "{msisdn: $m}")
_ENTITIES = (
    '{__typename: "Customer", customerNumber: "1000042"}',
    f'{{__typename: "Line", msisdn: "{MSISDN}"}}',
    '{__typename: "Customer", customerNumber: "7"}',
    '{__typename: "Nobody"}',
)
_STEERED = (
    "@skip(if: $no)",
    "@skip(if: $yes)",
    "@include(if: $yes)",
    "@include(if: $no)",
    "@skip(if: false)",
    "@include(if: true)",
)

QUESTIONS = queries(PRINTED, custom_scalars=_SCALARS, allow_null=False)
"""Texts of questions, whose arguments mean nothing yet."""


def variation(question: str, seed: int) -> str:
    """*question* made into a valid document with one operation, whose variables are VARIABLES."""
    text = varied(parse(question), random.Random(seed))
    # Fields that were merged although they differ never come to execution.
    return text if not validate(PRINTED, parse(text)) else "{ __typename }"


def varied(document: Any, dice: random.Random) -> str:
    """*document* with other arguments, aliases, fragments, directives and variables."""
    varying = _Varying(PRINTED, dice)
    operation = document.definitions[0]
    query = PRINTED.query_type
    assert query is not None
    selections = varying.selections(operation.selection_set, query)
    header = parse(_HEADER).definitions[0]
    assert isinstance(header, OperationDefinitionNode)
    known = parse(_USES_ALL).definitions[0]
    assert isinstance(known, OperationDefinitionNode)
    both = SelectionSetNode(selections=(*selections.selections, *known.selection_set.selections))
    operation = dataclasses.replace(header, selection_set=both)
    return print_ast(DocumentNode(definitions=(operation, *varying.fragments)))


class _Varying:
    def __init__(self, schema: GraphQLSchema, dice: random.Random) -> None:
        self._schema = schema
        self._dice = dice
        self._aliases = 0
        self.fragments: list[FragmentDefinitionNode] = []

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType) -> SelectionSetNode:
        found: list[Any] = []
        for each in node.selections:
            found += self._node(each, parent)
        if self._dice.random() < 0.2:
            found.append(_field("__typename"))
        if len(found) > 1 and self._dice.random() < 0.3:
            at = self._dice.randrange(1, len(found))
            found[at:] = [self._fragment(found[at:], parent)]
        return SelectionSetNode(selections=tuple(found))

    def _node(self, node: Any, parent: GraphQLNamedType) -> list[Any]:
        if isinstance(node, InlineFragmentNode):
            inner = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            assert inner is not None
            return [dataclasses.replace(node, selection_set=self.selections(node.selection_set, inner))]
        fields: Any = parent
        definition = fields.fields.get(node.name.value) if node.name.value != "__typename" else None
        if definition is None:
            return [node]
        if node.name.value == "_service":
            return [_field("__typename")]
        changed: dict[str, Any] = {"arguments": self._arguments(node.name.value, definition.args)}
        if node.selection_set:
            changed["selection_set"] = self.selections(node.selection_set, get_named_type(definition.type))
        if changed["arguments"] and not node.alias:
            changed["alias"] = self._alias()
        if self._dice.random() < 0.15:
            changed["directives"] = (self._directive(),)
        node = dataclasses.replace(node, **changed)
        return [node, *self._again(node)]

    def _alias(self) -> NameNode:
        self._aliases += 1
        return NameNode(value=f"v{self._aliases}")

    def _again(self, node: FieldNode) -> list[Any]:
        if self._dice.random() > 0.15:
            return []
        other = dataclasses.replace(node, alias=self._alias())
        # The same field once more: fields of one name are merged.
        return [other] if self._dice.random() < 0.5 else [other, node]

    def _arguments(self, field: str, known: Any) -> tuple[ArgumentNode, ...]:
        if "representations" in known:
            return (_argument("representations", f"[{', '.join(self._dice.choices(_ENTITIES, k=2))}]"),)
        if "by" in known:
            keys = _LINES if field == "line" else _CUSTOMERS
            return (_argument("by", self._dice.choice(keys) if field != "customers" else self._list(keys)),)
        if "first" in known and self._dice.random() < 0.7:
            return (_argument("first", self._dice.choice(["1", "4", "$n", "-1"])),)
        return ()

    def _list(self, keys: tuple[str, ...]) -> str:
        return f"[{', '.join(self._dice.choices(keys, k=self._dice.randrange(3)))}]"

    def _directive(self) -> DirectiveNode:
        parsed: Any = parse(f"{{ a {self._dice.choice(_STEERED)} }}").definitions[0]
        found: DirectiveNode = parsed.selection_set.selections[0].directives[0]
        return found

    def _fragment(self, inside: list[Any], parent: GraphQLNamedType) -> Any:
        within = NamedTypeNode(name=NameNode(value=parent.name))
        selections = SelectionSetNode(selections=tuple(inside))
        directives = (self._directive(),) if self._dice.random() < 0.3 else ()
        if self._dice.random() < 0.5:
            return InlineFragmentNode(type_condition=within, selection_set=selections, directives=directives)
        name = NameNode(value=f"F{len(self.fragments)}")
        self.fragments.append(
            FragmentDefinitionNode(name=name, type_condition=within, selection_set=selections, directives=())
        )
        return FragmentSpreadNode(name=name, directives=directives)


def _argument(name: str, value: str) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=parse_value(value))


def _field(name: str) -> FieldNode:
    return FieldNode(name=NameNode(value=name), directives=(), arguments=())
