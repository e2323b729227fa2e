"""What one process does with a command."""

import pytest

from connectors.guard.subject import SubjectKind
from connectors.numbering import NumberingPlan
from gateway.control.commands import About, ForceBreaker, Invalidate, Refused, Reload, Status
from gateway.control.desk import FrontDesk
from tests.gateway.control.support import LINE, Process


def about(key: str, kind: SubjectKind = SubjectKind.LINE) -> Invalidate:
    return Invalidate(subjects=(About(kind=kind, key=key),))


async def test_a_number_is_forgotten_in_whichever_way_it_is_written():
    process = Process()
    for written in ("60000001", "+99960000001", "0099960000001"):
        await process.desk.do(about(written))

    assert {"line:99960000001"} == process.told
    assert {LINE} == set(process.memory.forgot)


async def test_a_number_of_another_plan_is_refused_without_being_repeated():
    with pytest.raises(Refused) as caught:
        await Process().desk.do(about("4477009000"))

    assert "4477" not in str(caught.value)


async def test_a_number_that_can_be_read_in_two_ways_is_to_be_written_with_a_plus():
    process = Process(numbering=NumberingPlan(country_code="62", lengths=frozenset({9, 10, 11, 12})))

    with pytest.raises(Refused, match="write it with a plus and the country code") as caught:
        await process.desk.do(about("62812345678"))
    await process.desk.do(about("+62812345678"))

    assert "8123" not in str(caught.value)
    assert {"line:62812345678"} == process.told


async def test_all_that_a_system_gave_is_forgotten():
    process = Process()
    await process.desk.do(Invalidate(system="crm"))

    assert ({"system:crm"}, {"all"}) == (process.told, set(process.memory.forgot))


async def test_a_system_that_is_not_there_is_refused_with_those_that_are():
    for command in (Invalidate(system="crn"), ForceBreaker(system="crn", state="open")):
        with pytest.raises(Refused, match="there are: billing, crm"):
            await Process().desk.do(command)


async def test_a_breaker_is_kept_open_and_let_go():
    process = Process()
    await process.desk.do(ForceBreaker(system="crm", state="open"))
    breaker = {"system": "crm", "class": None, "state": "open", "forced": True, "why": None, "ill_s": None}
    assert [breaker] == (await process.desk.do(Status()))["breakers"]

    await process.desk.do(ForceBreaker(system="crm", state="auto"))
    assert {} == process.breakers.states


async def test_the_status_has_a_section_for_each_part():
    status = await Process().desk.do(Status())

    assert {
        "systems": ["billing", "crm"],
        "breakers": [],
        "forgotten": {"subjects": 0},
        "process": {"pid": 7},
    } == status


async def test_a_reload_says_what_came_of_it():
    assert {"systems": {"crm": "renewed"}} == await Process().desk.do(Reload())


async def test_what_is_forgotten_while_a_store_takes_its_time_is_forgotten_again_behind_it():
    process = Process()
    await process.desk.do(about("60000001"))

    assert [LINE, LINE] == process.memory.forgot


async def test_what_a_store_that_others_share_dropped_is_forgotten_here_too():
    process = Process()
    heard = process.desk.invalidation.heard

    heard(["line:99960000001"])
    assert ["line:99960000001"] == process.memory.forgot
    # Of what is remembered nobody knows from which system it came, nor whom a drop of everything is about.
    heard(["line:99960000002", "system:crm"])
    heard([])

    assert ["line:99960000001", "all", "all"] == process.memory.forgot
    assert not process.store.dropped


async def test_whoever_takes_over_does_what_is_told_from_then_on():
    first, second = Process(), Process()
    spread = []
    front = FrontDesk(first.desk)
    front.spread_by(lambda subjects, systems: spread.append((list(subjects), list(systems))))

    await front.do(Reload())
    front.hand_over(second.desk)
    await front.do(Reload())
    await front.forget_everything()
    await second.desk.invalidation.everywhere([LINE], ["crm"])

    assert (1, 1) == (first.reloads, second.reloads)
    assert (set(), True) == (first.told, {"system:crm", "system:billing"} <= second.told)
    assert [([LINE], ["crm"])] == spread
