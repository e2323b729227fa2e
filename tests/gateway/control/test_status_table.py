"""The status as people read it: added where it is numbers, by process where processes differ."""

from typing import Any

from gateway.control.status_table import lines


def load(system: str = "crm", **changed: Any) -> dict[str, Any]:
    plain = {"in_use": 1, "places": 8, "waiting": 2, "calls_per_s": 3, "budget_per_s": None, "budget_is_shared": False}
    return {"system": system, **plain, "maintenance_until": None, **changed}


def breaker(state: str = "closed", **changed: Any) -> dict[str, Any]:
    return {"system": "crm", "class": "default", "state": state, "forced": False, "why": None, "ill_s": None, **changed}


def status(pid: int = 7, **changed: Any) -> dict[str, Any]:
    return {
        "systems": ["crm"],
        "breakers": [breaker()],
        "forgotten": {"subjects": 1},
        "process": {"pid": pid},
        "load": [load()],
        "cache": {"entries": 1500, "max_entries": 5000, "bytes": 1024 * 1024, "max_bytes": 256 * 1024 * 1024},
        "identity": {"entries": 40, "max_entries": 20_000},
        "redis": None,
        **changed,
    }


def told(*answers: dict[str, Any]) -> list[str]:
    return list(lines({"worker": place, "answer": answer} for place, answer in enumerate(answers, start=1)))


def state(*answers: dict[str, Any]) -> str:
    """What is said of how the CRM is."""
    line = next(line for line in told(*answers) if line.startswith("crm"))
    return line[told(*answers)[2].index("state") :]


def row(name: str, *answers: dict[str, Any]) -> str:
    return next((line.split(maxsplit=1)[1] for line in told(*answers) if line.startswith(name)), "")


def test_one_process_is_told_as_the_gateway():
    assert [
        "gateway (pid 7)",
        "",
        "system  in use  waiting  calls/s  state",
        "crm     1 of 8  2        3        well",
        "",
        "cache      1,500 of 5,000 answers, 1.0 of 256.0 MiB",
        "identity   40 of 20,000 entries",
        "forgotten  1 subjects since the start",
    ] == list(lines([{"answer": status()}]))


def test_numbers_of_workers_are_added():
    lines = told(status(), status(8))

    assert "worker 1 (pid 7), worker 2 (pid 8)" == lines[0]
    assert ["crm", "2", "of", "16", "4", "6", "well"] == lines[3].split()
    assert "3,000 of 10,000 answers, 2.0 of 512.0 MiB" == row("cache", status(), status(8))
    assert "80 of 40,000 entries" == row("identity", status(), status(8))


def test_parts_of_a_budget_are_added_and_one_that_replicas_share_is_not():
    part, shared = [load(budget_per_s=25)], [load(budget_per_s=50, budget_is_shared=True)]

    assert " 6 of 50 " in told(status(load=part), status(load=part))[3]
    assert " 6 of 50 " in told(status(load=shared), status(load=shared))[3]


def test_a_system_that_is_ill_everywhere_is_told_once_with_the_longest_time():
    ill = [status(breakers=[breaker("open", why="failures_in_a_row", ill_s=s)]) for s in (3.2, 5.1)]

    assert "ILL, failures in a row (for 5 s)" == state(*ill)


def test_workers_that_differ_are_told_apart():
    probed = breaker("half_open", why="slow_rate", ill_s=9)

    assert "worker 1: well; worker 2: ILL, slow rate, being probed (for 9 s)" == state(
        status(), status(breakers=[probed])
    )


def test_a_breaker_that_is_kept_is_told_as_such():
    assert "kept OPEN: not asked" == state(status(breakers=[breaker("open", forced=True, why="forced")]))
    assert "kept closed: asked, come what may" == state(status(breakers=[breaker("closed", forced=True)]))


def test_a_class_of_operations_is_named():
    lists = breaker("open", why="failure_rate", ill_s=1, **{"class": "lists"})

    assert "lists: ILL, failure rate (for 1 s)" == state(status(breakers=[breaker(), lists]))


def test_maintenance_is_told_with_its_end():
    within = [load(maintenance_until="2026-11-23T04:00:00+00:00")]

    assert "maintenance until 2026-11-23 04:00:00 UTC" == state(status(load=within))


def test_redis_is_told_with_its_time():
    there = [{"there": True, "since": f"2026-11-23T01:00:0{second}+00:00"} for second in (1, 2)]
    away = {"there": False, "since": "2026-11-23T02:00:00+00:00"}

    assert "there since 2026-11-23 01:00:02 UTC" == row("redis", *(status(redis=each) for each in there))
    assert "worker 1: there since 2026-11-23 01:00:01 UTC; worker 2: AWAY since 2026-11-23 02:00:00 UTC" == row(
        "redis", status(redis=there[0]), status(redis=away)
    )
    assert "not known yet" == row("redis", status(redis={"there": None, "since": None}))
    assert "" == row("redis", status())


def test_a_memory_that_is_switched_off_is_told():
    assert "off" == row("identity", status(identity=None))


def test_a_worker_that_does_not_answer_comes_first():
    found = list(lines([{"worker": 1, "answer": status()}, {"worker": 2, "error": "no answer within 2 s"}]))

    assert ["worker 2: NOT DONE: no answer within 2 s", "worker 1 (pid 7)"] == found[:2]


def test_without_an_answer_there_is_no_table():
    assert ["gateway: NOT DONE: no"] == list(lines([{"error": "no"}]))


def test_a_gateway_of_another_release_may_tell_less():
    less = {"systems": ["crm"], "breakers": [], "forgotten": {"subjects": 0}, "process": {"pid": 7}}

    assert "crm     ?       ?        ?        well" == told(less)[3]


def test_what_holds_over_the_settings_is_told_once_where_all_agree_and_by_process_where_not():
    def said(worker: int, version: int, *held: str, trouble: tuple[str, ...] = ()) -> dict[str, Any]:
        overrides = {"version": version, "in_force": list(held), "trouble": list(trouble)}
        return {"worker": worker, "answer": status(worker, overrides=overrides)}

    def told(*each: dict[str, Any]) -> str:
        (found,) = [line for line in lines(each) if line.startswith("overrides")]
        return found.removeprefix("overrides").strip()

    assert "crm off (version 3)" == told(said(1, 3, "crm off"), said(2, 3, "crm off"))
    assert "worker 1: crm off (version 3); worker 2: none (version 2); AWAY: x" == told(
        said(1, 3, "crm off"), said(2, 2, trouble=("x",))
    )
