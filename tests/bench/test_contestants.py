import pathlib

import pytest
from graphql import parse

from bench.contestants import named, varied
from bench.places import HERE, PEERS

QUESTIONS = [HERE / "question.graphql", PEERS / "hive" / "question.graphql"]


@pytest.fixture(params=QUESTIONS, ids=lambda path: path.parent.name)
def question(request: pytest.FixtureRequest) -> str:
    path: pathlib.Path = request.param
    return path.read_text(encoding="utf-8")


def test_a_question_of_another_name_is_the_same_but_for_its_name(question: str) -> None:
    one, other = (named(question).replace("@OPERATION@", number) for number in ("1", "2"))

    assert one != other
    assert one.replace("CustomerAtAGlance1", "CustomerAtAGlance2") == other


def test_an_operation_is_another_one_by_its_alias_too(question: str) -> None:
    text = varied(question)

    assert 2 == text.count("@OPERATION@")
    assert "status7: status" in text.replace("@OPERATION@", "7")
    parse(text.replace("@OPERATION@", "7"))
