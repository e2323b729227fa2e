"""Letting go of what was pinned: it is kept no longer than other documents, and nothing of it stays behind."""

from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.prepared import MAX_EACH
from tests.resolvers.support import SCHEMA

ONE, TWO = "query One { a: __typename }", "query Two { b: __typename }"


def _operations(*pinned: str) -> Operations:
    found = Operations(SCHEMA, limits=LimitSettings())
    for each in pinned:
        assert not found.pin(each)
    return found


def _crowd_out(operations: Operations) -> None:
    """Ask so much else that whatever is not pinned is dropped."""
    for number in range(1500):
        operations.prepare(f"{{ a{number}: __typename }} # {'x' * 150}")


def test_what_is_left_out_is_dropped_when_its_time_comes() -> None:
    operations = _operations(ONE, TWO)
    one, two = map(operations.prepare, (ONE, TWO))
    operations.release(but={TWO})

    assert {TWO} == operations.pinned()
    assert one is operations.prepare(ONE)

    _crowd_out(operations)
    assert one is not operations.prepare(ONE)
    assert two is operations.prepare(TWO)


def test_plans_go_with_their_documents() -> None:
    operations = _operations(ONE, TWO)
    (outline,) = set(operations.prepare(ONE).outlines.values())
    plan = operations.outlook(operations.prepare(ONE), name=None)
    operations.release(but=())

    assert {} == operations._planning._plans._pinned
    assert plan is operations.outlook(operations.prepare(ONE), name=None)

    _crowd_out(operations)
    assert outline not in operations._planning._plans._kept
    assert operations._planning._plans._characters == sum(
        each.characters * len(plans) for each, plans in operations._planning._plans._kept.items()
    )


def test_a_document_whose_tree_another_shares_stays_with_it() -> None:
    like = ONE.replace("One", "Other")
    operations = _operations(ONE, like)
    assert operations.prepare(like).model is operations.prepare(ONE)
    operations.release(but={like})

    assert {ONE, like} == operations.pinned()

    operations.release(but=())
    assert set() == operations.pinned()
    assert {} == operations._planning._plans._pinned
    _crowd_out(operations)
    assert not operations.prepare(like).errors
    assert not operations.prepare(ONE).errors


def test_a_long_one_goes_at_once() -> None:
    long = f"query Long {{ a: __typename }} # {'x' * MAX_EACH}"
    operations = _operations(long)
    operations.release(but=())

    assert set() == operations.pinned()
    assert {} == operations._planning._plans._pinned == operations._planning._plans._kept


def test_what_was_never_pinned_is_no_trouble() -> None:
    operations = _operations(ONE)
    operations.release(but={ONE, TWO})

    assert {ONE} == operations.pinned()
