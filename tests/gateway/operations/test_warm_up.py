"""Warming up: what an operator knows will come is worked out before the first caller, and what cannot be is told."""

import pathlib
from collections.abc import Sequence

import pytest
from graphql import parse, print_ast

from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.planning import Planned
from gateway.operations.warm_up import warm_up
from gateway.plan.known import known
from gateway.settings_file import load
from tests.connectors.support import Reports
from tests.resolvers.support import SCHEMA

ONE = """# What the shop asks.
query Shop($by: LineKey!, $net: Boolean!) {
  line(by: $by) { id network @include(if: $net) { ...F } }
}
fragment F on NetworkProfile { imsi }
"""
TWO = "query A { __typename ...F }\nquery B { b: __typename }\nfragment F on Query { f: __typename }\n"


def _operations(**limits: int) -> Operations:
    return Operations(SCHEMA, limits=LimitSettings(**limits))


def _file(folder: pathlib.Path, text: str, name: str = "known.graphql") -> pathlib.Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _warmed(operations: Operations, *paths: pathlib.Path) -> list[tuple[str, str, str]]:
    """File, operation and reason of each that could not be worked out."""
    reports = Reports()
    warm_up([operations], paths, report=reports)
    assert {"operation_not_warmed_up"} >= {event for event, _ in reports.events}
    return [
        (pathlib.Path(str(values["file"])).name, str(values["operation"]), str(values["why"]))
        for _, values in reports.events
    ]


def _pinned(operations: Operations) -> Sequence[str]:
    return list(operations._planning._documents._pinned)


class TestForms:
    def test_an_operation_alone_in_its_file_is_known_as_it_is_written_and_as_it_is_printed(
        self, tmp_path: pathlib.Path
    ) -> None:
        operations = _operations()

        assert [] == _warmed(operations, _file(tmp_path, ONE))
        assert {ONE, ONE.strip(), print_ast(parse(ONE))} == set(_pinned(operations))

    def test_operations_of_one_file_are_known_each_with_its_fragments(self, tmp_path: pathlib.Path) -> None:
        operations = _operations()

        assert [] == _warmed(operations, _file(tmp_path, TWO))
        assert [
            "query A {\n  __typename\n  ...F\n}\n\nfragment F on Query {\n  f: __typename\n}",
            "query B {\n  b: __typename\n}",
        ] == _pinned(operations)

    def test_a_folder_means_its_graphql_files(self, tmp_path: pathlib.Path) -> None:
        operations = _operations()
        _file(tmp_path / "ops", "{ a: __typename }", "a.graphql")
        _file(tmp_path / "ops", "{ b: __typename }", "b.graphql")
        _file(tmp_path / "ops", "not GraphQL", "README.md")

        assert [] == _warmed(operations, tmp_path / "ops")
        assert {"{ a: __typename }", "{ b: __typename }"} <= set(_pinned(operations))


def test_what_was_warmed_up_is_neither_prepared_nor_planned_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = _operations()
    _warmed(operations, _file(tmp_path, ONE))

    def work(*_: object, **__: object) -> None:
        pytest.fail("it was worked out again")

    monkeypatch.setattr("gateway.operations.documents.parsed", work)
    monkeypatch.setattr("gateway.plan.planner.Selections", work)
    for text in _pinned(operations):
        prepared = operations.prepare(text)
        planned = operations.plan(prepared, name="Shop", variables={"by": {"msisdn": "60000042"}, "net": False})
        assert isinstance(planned, Planned)
        assert planned.plan.completion.compiled(planned.variables) is not None


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("query Bad { nothing }", ("known.graphql", "Bad", "Cannot query field 'nothing' on type 'Query'.")),
            ("{ line(", ("known.graphql", "", "is not valid GraphQL; look at line 1")),
            ("fragment F on Query { __typename }", ("known.graphql", "", "holds no operation")),
            ("query U { ...None }", ("known.graphql", "U", "Unknown fragment 'None'.")),
        ],
    )
    def test_is_told_once_and_hinders_nobody(
        self, tmp_path: pathlib.Path, text: str, told: tuple[str, str, str]
    ) -> None:
        operations = _operations()

        assert [told] == _warmed(operations, _file(tmp_path, text), _file(tmp_path, "{ __typename }", "good.graphql"))
        assert ["{ __typename }", "{\n  __typename\n}"] == _pinned(operations)

    def test_one_of_several_operations_is_told_by_its_name(self, tmp_path: pathlib.Path) -> None:
        operations = _operations()
        (told,) = _warmed(operations, _file(tmp_path, TWO.replace("b: __typename", "b: nothing")))

        assert "B" == told[1]
        assert 1 == len(_pinned(operations))

    def test_what_is_beyond_the_limits_is_told(self, tmp_path: pathlib.Path) -> None:
        (told,) = _warmed(_operations(max_depth=2), _file(tmp_path, ONE))

        assert "At most 2 fields inside each other" in told[2]

    def test_a_file_that_is_missing_is_told(self, tmp_path: pathlib.Path) -> None:
        assert [("none.graphql", "", "cannot be read (No such file or directory)")] == _warmed(
            _operations(), tmp_path / "none.graphql"
        )

    def test_a_folder_without_operations_is_told(self, tmp_path: pathlib.Path) -> None:
        ((_, _, why),) = _warmed(_operations(), tmp_path)

        assert "no file in it ends in .graphql" == why

    def test_a_file_in_another_encoding_is_told(self, tmp_path: pathlib.Path) -> None:
        path = tmp_path / "latin.graphql"
        path.write_bytes("# año\n{ __typename }".encode("latin-1"))

        ((_, _, why),) = _warmed(_operations(), path)

        assert "is not UTF-8 text" == why


def test_a_fragment_that_spreads_itself_does_not_hang(tmp_path: pathlib.Path) -> None:
    (found,) = known([_file(tmp_path, "{ ...F } fragment F on Query { ...F }")])

    assert 2 == len(found.texts)


def test_relative_paths_start_at_the_settings_file(settings_file: pathlib.Path) -> None:
    settings_file.write_text(
        settings_file.read_text(encoding="utf-8") + '\n[plans]\nwarm_up = ["operations", "a.graphql"]\n',
        encoding="utf-8",
    )

    assert [settings_file.parent / "operations", settings_file.parent / "a.graphql"] == load(
        settings_file
    ).plans.warm_up
