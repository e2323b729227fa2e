"""What an operation did cost."""

from connectors.guard.record import Record
from gateway.demand.actual import actual_cost


def test_each_call_costs_ten_and_each_64_bytes_of_the_answer_one():
    record = Record()
    for system in ("crm", "crm", "billing"):
        record.asks(system, "Get")

    assert 30 == actual_cost(record, 0)
    assert 31 == actual_cost(record, 1)
    assert 32 == actual_cost(record, 128)


def test_an_answer_that_was_remembered_costs_its_bytes():
    assert 313 == actual_cost(None, 20_000)
