"""Checks requests against a published Swagger 2.0 definition: the path, every query parameter and every member named."""

import json
import pathlib
import re
from collections.abc import Iterable
from typing import Any

import httpx


class NotInDefinitionError(AssertionError):
    """A request asks for something that the definition does not have."""


class Swagger:
    """One definition file."""

    def __init__(self, file: pathlib.Path) -> None:
        self._file: dict[str, Any] = json.loads(file.read_bytes())
        self._definitions = self._file["definitions"]

    def check(self, method: str, url: httpx.URL) -> None:
        """Raise NotInDefinitionError unless the request is one of the definition's."""
        operation = self._operation(method, url)
        declared = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
        resource = self._resource(operation)
        for name, value in url.params.multi_items():
            if name == "fields":
                self._check_members(resource, value.split(","))
            elif name in declared:
                _check_type(declared[name], value)
            elif not self._has_path(resource, name.split(".")):
                raise NotInDefinitionError(f"{name} is neither a parameter nor an attribute")

    def _operation(self, method: str, url: httpx.URL) -> dict[str, Any]:
        path = url.raw_path.decode().partition("?")[0]
        for template, operations in self._file["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self._file["basePath"].rstrip("/") + template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        raise NotInDefinitionError(f"no {method} of such a path")

    def _resource(self, operation: dict[str, Any]) -> dict[str, Any]:
        schema = operation["responses"]["200"]["schema"]
        return self._resolved(schema.get("items", schema))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref")
        found: dict[str, Any] = self._definitions[reference.rpartition("/")[2]] if reference else schema
        return found

    def _check_members(self, resource: dict[str, Any], names: Iterable[str]) -> None:
        for name in names:
            if name not in resource["properties"]:
                raise NotInDefinitionError(f"{name} is not a member")

    def _has_path(self, resource: dict[str, Any], path: list[str]) -> bool:
        schema = resource
        for name in path:
            schema = self._resolved(schema.get("items", schema))
            if name not in schema.get("properties", {}):
                return False
            schema = schema["properties"][name]
        return True


def _check_type(parameter: dict[str, Any], value: str) -> None:
    if parameter["type"] == "integer" and not re.fullmatch(r"-?[0-9]+", value):
        raise NotInDefinitionError(f"{parameter['name']} is not a whole number")
