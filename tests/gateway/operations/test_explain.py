"""`switchboard plan`: what an operation means here, for people at a terminal."""

import json
import pathlib

import pytest

from gateway.cli import main

QUESTION = """query Glance($by: CustomerKey!, $n: Int!) {
  customer(by: $by) { name bills(first: $n) { nodes { status } } }
}
"""


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "glance.graphql"
    path.write_text(QUESTION, encoding="utf-8")
    return path


def test_it_prints_what_an_operation_asks_and_costs(file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["plan", str(file)])

    told = json.loads(capsys.readouterr().out)
    assert "Glance" == told["operation"]["name"]
    assert [["billing:read"], ["customer:read"]] == told["scopes"]
    assert {"Query.customer", "Customer.name", "Bill.status"} < set(told["personal"])
    assert 31 + 11 + 10 == told["cost"]
    assert {"field": "Customer.bills", "capability": "billing", "operation": "bills", "depth": 3} in told["calls"]


def test_variables_are_counted_with(file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = '{"by": {"id": "1"}, "n": 50}'

    assert 0 == main(["plan", str(file), "--variables", variables])
    assert 31 + 11 + 50 == json.loads(capsys.readouterr().out)["cost"]


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("{ nothing }", [], "glance.graphql:1: Cannot query field 'nothing' on type 'Query'."),
        ("{", [], "glance.graphql:1: Syntax Error"),
        ("query A { a: __typename } query B { b: __typename }", [], "name one of its operations with --operation."),
        (QUESTION, ["--operation", "Other"], "name one of its operations with --operation."),
        (QUESTION, ["--variables", '{"n": 1}'], "$by"),
        (QUESTION, ["--operation", "Other", "--variables", "{}"], "operationName"),
    ],
)
def test_what_would_be_refused_is_told(
    file: pathlib.Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], told: str
) -> None:
    file.write_text(text, encoding="utf-8")

    assert 1 == main(["plan", str(file), *options])

    said = capsys.readouterr()
    assert told in said.err
    assert not said.out


def test_a_file_that_is_not_there_is_told(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["plan", str(tmp_path / "none.graphql")])
    assert "none.graphql: cannot be read (No such file or directory)." in capsys.readouterr().err


@pytest.mark.parametrize("variables", ["[1]", "{", "7"])
def test_variables_are_a_json_object(file: pathlib.Path, capsys: pytest.CaptureFixture[str], variables: str) -> None:
    with pytest.raises(SystemExit):
        main(["plan", str(file), "--variables", variables])

    assert "write a JSON object" in capsys.readouterr().err
