"""Lazy attributes: worked out once, when first read, and not before."""

from resolvers.lazily import lazily


class Counting:
    """Counts how often its attribute is worked out."""

    def __init__(self) -> None:
        self.worked = 0

    @lazily
    def answer(self) -> list[int]:
        """What was worked out."""
        self.worked += 1
        return [self.worked]


def test_an_attribute_is_worked_out_when_it_is_first_read_and_never_again() -> None:
    counting = Counting()
    assert counting.worked == 0

    first = counting.answer

    assert first is counting.answer
    assert counting.worked == 1


def test_each_object_has_its_own() -> None:
    one, other = Counting(), Counting()

    assert one.answer is not other.answer
