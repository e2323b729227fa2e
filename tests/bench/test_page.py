from bench.page import page
from bench.results import Results, load
from tests.bench.support import cold, sample


def test_a_page_of_nothing_says_that_nothing_was_measured():
    written = page(Results())

    assert "Not measured in this run." in written
    assert "$" not in written
    assert "What went wrong" not in written


def test_wrong_answers_stand_at_the_top():
    results = Results(samples=[sample("cold", "hive", wrong=3)], notes=["a note"])

    top = page(results).partition("## What is promised")[0]
    assert "- a note" in top
    assert "- cold, hive, 16, round 1: 3 of 100 answers were wrong" in top


def test_every_contestant_has_a_line_for_each_number_of_callers():
    written = page(cold(ours=[2.0, 3.0], hive=[40.0, 50.0], jit=[60.0, 70.0]))

    assert "| switchboard | 16 | 2.50 | 2.00 to 3.00 | 50.0 | 10.0 | 20.0 | 30.0 |" in written
    assert "| hive | 16 | 45.0 | 40.0 to 50.0 |" in written


def test_a_promise_that_was_missed_is_said_to_be():
    assert "**missed**" in page(cold(ours=[30.0], hive=[40.0], jit=[60.0]))


def test_a_curve_has_a_row_for_each_place():
    points = {10: 1.5, 1000: 12.25}
    results = Results(samples=[sample("size", "node", point=point, cpu_ms=cpu) for point, cpu in points.items()])

    written = page(results)
    assert "| bill lines | node |" in written
    assert "| 10 | 1.50 |\n| 1,000 | 12.25 |" in written


def test_a_part_that_is_measured_again_replaces_what_it_found():
    results = cold(ours=[2.0], hive=[40.0], jit=[60.0])
    results.samples.append(sample("cached", "hive cached"))
    results.notes = ["cold ended early: it did not start", "cached, ours: not every call came from the cache"]

    results.forget("cold", ("cold", "one caller"))

    assert ["cached"] == [each.group for each in results.samples]
    assert ["cached, ours: not every call came from the cache"] == results.notes


def test_results_are_the_same_after_they_were_kept(tmp_path):
    results = cold(ours=[2.0], hive=[40.0], jit=[60.0])
    results.memory = [(0, 90.0), (20_000, 95.5)]
    results.about["date"] = "today"
    results.save(tmp_path / "results.json")

    assert results == load(tmp_path / "results.json")
