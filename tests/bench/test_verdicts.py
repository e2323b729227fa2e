from bench.micro import leaves, recall
from bench.results import Results, Timing
from bench.stats import Spread
from bench.verdicts import Verdict, verdicts
from tests.bench.support import cold, sample


def found(results: Results, beginning: str) -> Verdict:
    (verdict,) = (each for each in verdicts(results) if each.what.startswith(beginning))
    return verdict


def test_the_cheaper_of_hives_two_ways_is_the_one_to_beat():
    verdict = found(cold(ours=[2.0, 2.0], hive=[40.0, 40.0], jit=[10.0, 10.0]), "cold, CPU per request: ours ÷ Hive")

    assert Spread(0.2, 0.2, 0.2, 2) == verdict.found
    assert verdict.met


def test_a_ratio_above_its_target_is_missed():
    verdict = found(cold(ours=[5.0], hive=[10.0], jit=[12.0]), "cold, CPU per request: ours ÷ Hive")

    assert verdict.met is False


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert [None] * len(verdicts(Results())) == [verdict.met for verdict in verdicts(Results())]


def test_two_workers_have_to_answer_more():
    results = Results(
        samples=[
            sample("workers", "switchboard", per_second=100.0),
            sample("workers", "switchboard 2 workers", per_second=150.0),
        ]
    )

    verdict = found(results, "requests per second: two workers")
    assert verdict.found is not None
    assert 1.5 == verdict.found.median
    assert verdict.met is False


def test_waiting_is_compared_with_what_the_levels_take():
    results = Results(samples=[sample("unknown", "switchboard", point=4, p50_ms=115.0)])

    verdict = found(results, "50 ms systems, 4 callers, customer unknown")
    assert verdict.found is not None
    assert 1.15 == verdict.found.median
    assert verdict.met


def test_the_largest_process_counts_as_the_worker():
    results = Results(samples=[sample("workers", "switchboard 2 workers", rss_mb=[40.0, 120.0, 170.0])])

    assert found(results, "memory of a worker").met is False


def test_parts_are_compared_round_by_round():
    timings = [
        Timing(group=leaves.GROUP, name="switchboard", cpu_ms=[1.0, 2.0]),
        Timing(group=leaves.GROUP, name="graphql-core", cpu_ms=[20.0, 40.0]),
    ]

    assert Spread(0.05, 0.05, 0.05, 2) == found(Results(timings=timings), "10,000 leaves").found


def test_recalling_is_compared_with_the_question_that_made_the_calls():
    results = cold(ours=[8.0], hive=[40.0], jit=[40.0])
    # Five milliseconds for a thousand calls are 0.02 for the four of the question.
    results.timings = [Timing(group=recall.GROUP, name="recalled", cpu_ms=[5.0])]

    verdict = found(results, "the calls of the question given from what is kept")
    assert Spread(0.0025, 0.0025, 0.0025, 1) == verdict.found
    assert verdict.met


def test_a_recall_asks_nobody():
    by_name = {timing.name: timing.cpu_ms for timing in recall.measure(rounds=1)}

    assert 0 < min(by_name["nothing"]) < min(by_name["recalled"])


def test_a_turn_without_answers_measured_nothing():
    results = Results(samples=[sample("cold", "switchboard", requests=0), sample("cold", "node")])

    assert found(results, "cold, CPU per request: ours ÷ hand-written Node.js").found is None
