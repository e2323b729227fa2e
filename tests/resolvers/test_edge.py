"""Pins how edges are added to words: Strawberry has no public way, and the obvious one does not work."""

import pytest
import strawberry
from strawberry.exceptions import DuplicatedTypeName

from resolvers.edge import edge
from schema.field import PARTS
from schema.parts import CustomerPart


async def test_an_edge_added_to_a_word_is_a_field_wherever_the_word_is_used() -> None:
    @strawberry.type
    class Word:
        name: str

    @strawberry.type
    class Page:
        words: list[Word]

    @edge(Word, description="How loud.", parts=(CustomerPart.NAME,))
    async def loud_name(root: strawberry.Parent[Word], times: int = 1) -> str:
        return root.name.upper() + "!" * times

    @strawberry.type
    class Query:
        @strawberry.field
        def page(self) -> Page:
            return Page(words=[Word(name="a"), Word(name="b")])

    schema = strawberry.Schema(Query)
    result = await schema.execute("{ page { words { name loudName(times: 2) } } }")

    assert not result.errors
    assert {"page": {"words": [{"name": "a", "loudName": "A!!"}, {"name": "b", "loudName": "B!!"}]}} == result.data
    field = schema._schema.type_map["Word"].fields["loudName"]  # type: ignore[attr-defined]
    assert "How loud." == field.description
    assert (CustomerPart.NAME,) == field.extensions["strawberry-definition"].metadata[PARTS]


def test_the_decorated_resolver_can_still_be_called() -> None:
    @strawberry.type
    class Word:
        name: str

    @edge(Word, description="Itself.")
    def itself(root: strawberry.Parent[Word]) -> str:
        return root.name

    assert "a" == itself(Word(name="a"))


def test_a_subclass_of_the_same_name_fails_once_another_word_refers_to_the_first() -> None:
    """
    Why edges are added and words are not subclassed. If this passes one day, subclassing may be the better way.
    """

    @strawberry.type
    class Word:
        name: str

    @strawberry.type
    class Page:
        words: list[Word]

    @strawberry.type(name="Word")
    class WordWithEdges(Word):
        @strawberry.field
        def loud(self) -> str:
            return self.name.upper()

    @strawberry.type
    class Query:
        page: Page
        word: WordWithEdges

    with pytest.raises(DuplicatedTypeName):
        strawberry.Schema(Query)
