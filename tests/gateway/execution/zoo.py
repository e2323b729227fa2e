"""A small graph with all that types can be: interfaces, unions, generics, enums, lists in lists, nulls in every place."""

import asyncio
import datetime as dt
import enum
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Annotated, Any, Generic, NewType, TypeVar

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from resolvers.edge import computed
from schema.scalars import SCALARS, Long

T = TypeVar("T")
Odd = NewType("Odd", str)
"""Written as it is, and as nothing when it is the text `gone`."""


@strawberry.enum
class Colour(enum.Enum):
    RED = "r"
    BLUE = strawberry.enum_value("b", name="AZURE")


@strawberry.type
class Tag:
    text: str
    weight: int | None = None


@strawberry.type
class Box(Generic[T]):
    items: list[T]
    best: T | None
    count: int


@strawberry.interface
class Animal:
    name: str
    age: int | None = 1


@strawberry.type
class Cat(Animal):
    lives: int = 9


@strawberry.type
class Dog(Animal):
    tricks: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Fish(Animal):
    """An animal with a field that waits."""

    @strawberry.field
    async def depth(self) -> int:
        await asyncio.sleep(0)
        return 3


@strawberry.type
class Judged:
    """A type that judges its objects itself."""

    text: str = "right"

    @classmethod
    def is_type_of(cls, obj: Any, _info: Any) -> bool:
        return isinstance(obj, Judged) and obj.text == "right"


@strawberry.type
class Stone:
    weight: int


Thing = Annotated[Cat | Stone, strawberry.union("Thing")]


@strawberry.type
class Nest:
    name: str
    inner: list["Nest"] = strawberry.field(default_factory=list)


def nested(depth: int, *, name: Any = "egg") -> Nest:
    """A nest in *depth* nests."""
    found = Nest(name=name)
    for each in range(depth):
        found = Nest(name=f"nest {each}", inner=[found, Nest(name="beside")])
    return found


@strawberry.type
class Everything:
    text: str = "text"
    maybe: str | None = None
    whole: int = 7
    half: float = 0.5
    yes: bool = True
    key: strawberry.ID = strawberry.ID("k")
    big: Long = Long(2**70)
    exact: Decimal = Decimal("1.50")
    at: dt.datetime = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    day: dt.date = dt.date(2026, 11, 22)
    colour: Colour = Colour.BLUE
    colours: list[Colour | None] = strawberry.field(default_factory=lambda: [Colour.RED, None])
    words: list[str] = strawberry.field(default_factory=lambda: ["a", "b"])
    sparse: list[str | None] | None = strawberry.field(default_factory=lambda: ["a", None])
    table: list[list[int]] = strawberry.field(default_factory=lambda: [[1], [], [2, 3]])
    tag: Tag = strawberry.field(default_factory=lambda: Tag(text="t"))
    maybe_tag: Tag | None = None
    tags: list[Tag] = strawberry.field(default_factory=lambda: [Tag(text="a"), Tag(text="b", weight=2)])
    maybe_tags: list[Tag | None] | None = strawberry.field(default_factory=lambda: [None, Tag(text="c")])
    box: Box[Tag] = strawberry.field(default_factory=lambda: Box(items=[Tag(text="i")], best=None, count=1))
    animal: Animal | None = strawberry.field(default_factory=lambda: Cat(name="Tom"))
    animals: list[Animal] = strawberry.field(default_factory=lambda: [Cat(name="Tom"), Dog(name="Rex", tricks=["sit"])])
    shoal: list[Fish] = strawberry.field(default_factory=lambda: [Fish(name="Nemo"), Fish(name="Dory")])
    things: list[Thing | None] = strawberry.field(default_factory=lambda: [Cat(name="Tom"), Stone(weight=5), None])
    odd: Odd = Odd("odd")
    maybe_odd: Odd | None = None
    judged: Judged | None = strawberry.field(default_factory=Judged)
    nest: Nest = strawberry.field(default_factory=lambda: nested(30))
    keyed: strawberry.Private[str] = "private"

    @strawberry.field
    async def later(self, info: Info[Any, Any], times: int = 1) -> "Everything | None":
        for _ in range(times):
            await asyncio.sleep(0)
        return made(info.context)

    @strawberry.field
    def sync(self) -> "Everything":
        return Everything()

    @strawberry.field
    def maybe_sync(self) -> "Everything | None":
        return Everything()

    @strawberry.field
    async def fails(self) -> str:
        await asyncio.sleep(0)
        raise RuntimeError("it fails")

    @strawberry.field
    def fails_at_once(self) -> str:
        raise RuntimeError("it fails at once")


@computed(Everything, name="shouted", description="The text, loud.")
def shouted(thing: Everything, context: Any) -> str:
    return thing.text.upper()


@computed(Everything, name="described", description="A tag of the text.")
def described(thing: Everything, context: Any) -> Tag | None:
    return Tag(text=thing.text) if thing.maybe is None else None


def made(context: Any) -> Everything:
    """What the context says everything is: a function that makes it, or an object."""
    return context() if isinstance(context, Callable) else Everything()  # type: ignore[arg-type]


@strawberry.input
class Size:
    width: int = 1
    height: int | None = None
    colours: list[Colour] | None = None


@strawberry.type
class Query:
    @strawberry.field
    async def everything(self, info: Info[Any, Any]) -> Everything | None:
        await asyncio.sleep(0)
        return made(info.context)

    @strawberry.field
    async def surely(self, info: Info[Any, Any]) -> Everything:
        await asyncio.sleep(0)
        return made(info.context)

    @strawberry.field
    async def several(self, info: Info[Any, Any], number: int = 2) -> list[Everything | None]:
        return [made(info.context) for _ in range(number)]

    @strawberry.field
    async def words(self) -> list[str]:
        return ["one", "two"]

    @strawberry.field
    async def area(self, size: Size, sizes: list[Size] | None = None, names: list[str] | None = None) -> str:
        return repr((size, sizes, names))

    @strawberry.field
    async def remembers(self, names: list[str] = ["default"]) -> list[str]:  # noqa: B006 - the graph's default.
        names.append("changed")
        return names

    @strawberry.field
    def now(self) -> str:
        return "now"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add(self, info: Info[Any, Any], number: int) -> Tag:
        # The first takes longest: only one after the other gives this order.
        await asyncio.sleep(0.02 / number)
        info.context.append(number)
        return Tag(text=repr(info.context), weight=number)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self) -> AsyncIterator[int]:
        yield 1


_ODD = strawberry.scalar(name="Odd", serialize=lambda value: None if value == "gone" else value)
SCHEMA = strawberry.Schema(
    Query, Mutation, Subscription, types=[Cat, Dog, Fish], config=StrawberryConfig(scalar_map={**SCALARS, Odd: _ODD})
)
ZOO = SCHEMA._schema
