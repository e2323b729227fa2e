"""What is said of the usage of fields to an operator: rows that JSON can hold, and no more of them than were asked."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema

from gateway.plan.facts import facts_of
from gateway.usage.counts import KEEP_DAYS, Usage


class UsageInWords:
    """The usage that this process counted, of the fields of one graph."""

    def __init__(self, usage: Usage, schema: GraphQLSchema) -> None:
        self._usage = usage
        self._deprecated = fields_of(schema)

    def told(self, *, client: str | None, field: str | None, unused: bool) -> dict[str, Any]:
        """
        By client; with *client* the fields that it uses, with *unused* those that are not, with *field* its users.

        Raises LookupError for a field that the graph does not have.
        """
        if field is not None and field not in self._deprecated:
            raise LookupError("the graph has no such field; write it as Type.field, such as Customer.bills")
        found: dict[str, Any] = {
            "since": self._usage.since.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "days": KEEP_DAYS,
        }
        if unused:
            used = self._usage.fields(client).keys()
            found["unused"] = [[name, gone] for name, gone in self._deprecated.items() if name not in used]
        elif client is not None:
            found["fields"] = [
                [name, each.operations, each.last.isoformat(), self._deprecated.get(name, False)]
                for name, each in self._usage.fields(client).items()
            ]
        else:
            found["clients"] = self._clients(field)
        return {**found, "left_out": self._usage.left_out}

    def _clients(self, field: str | None) -> list[list[Any]]:
        """Name, operations, fields and last day of each client, or of each that used *field*."""
        rows: dict[str, list[Any]] = {}
        seen: dict[str, set[str]] = {}
        for day, client, counted in self._usage.clients():
            operations = counted.operations if field is None else counted.fields[field]
            if operations:
                row = rows.setdefault(client, [client, 0, 0, ""])
                fields = seen.setdefault(client, set())
                fields |= counted.fields.keys()
                row[1:] = [row[1] + operations, len(fields), max(row[3], day.isoformat())]
        return list(rows.values())


def fields_of(schema: GraphQLSchema) -> Mapping[str, bool]:
    """Every field of the graph's objects, and whether it is deprecated; those that only federation knows left out."""
    return {
        facts.coordinate: facts.field.deprecation_reason is not None
        for kind, fields in facts_of(schema).items()
        for name, facts in fields.items()
        if not kind.startswith("_") and not name.startswith("_")
    }
