"""Every fault of the network at every system: what the caller gets and when, and that the others' fields are whole."""

import time
from typing import Any

import pytest

from tests.e2e.everything import FIELDS, QUESTION, SYSTEMS
from tests.faults.asking import FULL, WHOLE_AGAIN_S
from tests.faults.conftest import SpoiltGateway
from tests.faults.proxy import NetworkFault

DEADLINE_S = 2.2
# What the faults take is endless. A busy machine is given more than the bar of 100 ms.
LATE_S = 0.1 if FULL else 10.0

GONE = {"UPSTREAM_UNAVAILABLE"}
SILENT = {"UPSTREAM_TIMEOUT", "DEADLINE"}
ODD = {"UPSTREAM_BAD_DATA", "UPSTREAM_UNAVAILABLE"}
CELLS = {
    NetworkFault.LATENCY: set(),
    NetworkFault.JITTER: set(),
    NetworkFault.BLACKHOLE: SILENT,
    NetworkFault.REFUSED: GONE,
    NetworkFault.RESET: GONE,
    NetworkFault.RESET_INSIDE: ODD,
    NetworkFault.DRIP: SILENT,
    NetworkFault.CUT: ODD,
    NetworkFault.STALL: SILENT,
    NetworkFault.GARBAGE: GONE,
    NetworkFault.HALF_CLOSE: ODD | SILENT,
    NetworkFault.TLS_REFUSED: GONE,
}
"""The codes that the fields of the system may have under each fault; none where its answers only come later."""


def _at(data: Any, path: list[str]) -> Any:
    for step in path:
        data = None if data is None else data[step]
    return data


def _ask(gateway: SpoiltGateway) -> tuple[dict[str, Any], float]:
    story = gateway.stories()["unexplained-charge"]
    began = time.monotonic()
    answer = gateway.ask(QUESTION, customer=story["customerId"], msisdn=story["msisdn"])
    return answer, time.monotonic() - began


@pytest.mark.parametrize("fault", CELLS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_fault_on_the_way_costs_the_fields_behind_it_and_nobody_waits_beyond_the_deadline(
    spoilt_gateway: SpoiltGateway, system: str, fault: NetworkFault
) -> None:
    whole, _ = _ask(spoilt_gateway)
    assert "errors" not in whole
    spoilt_gateway.suffer(system, fault)

    answer, took_s = _ask(spoilt_gateway)

    assert took_s <= DEADLINE_S + LATE_S
    for name in SYSTEMS:
        for path in FIELDS[name]:
            lost = name == system and CELLS[fault]
            assert (None if lost else _at(whole["data"], path)) == _at(answer["data"], path)
    found = {tuple(error["path"]): error["extensions"]["code"] for error in answer.get("errors", ())}
    assert {tuple(path) for path in FIELDS[system] if CELLS[fault]} == set(found)
    assert set(found.values()) <= CELLS[fault]


@pytest.mark.parametrize("fault", CELLS, ids=lambda fault: fault.name.lower())
def test_it_is_whole_again_when_the_fault_has_ended(spoilt_gateway: SpoiltGateway, fault: NetworkFault) -> None:
    for system in SYSTEMS:
        spoilt_gateway.suffer(system, fault)
    _ask(spoilt_gateway)

    spoilt_gateway.heal()

    healed = time.monotonic()
    while "errors" in _ask(spoilt_gateway)[0]:
        assert time.monotonic() - healed < WHOLE_AGAIN_S
        time.sleep(0.1)


@pytest.mark.parametrize("system", SYSTEMS)
def test_flipped_bits_give_an_error_or_what_the_system_would_have_said(
    spoilt_gateway: SpoiltGateway, system: str
) -> None:
    whole, _ = _ask(spoilt_gateway)
    spoilt_gateway.suffer(system, NetworkFault.FLIPPED)

    for _ in range(5):
        answer, _ = _ask(spoilt_gateway)

        lost = {tuple(error["path"]) for error in answer.get("errors", ())}
        for path in (path for paths in FIELDS.values() for path in paths):
            # Twenty flips in one body are seen; that a single one in a letter of a name is not is told elsewhere.
            assert tuple(path) in lost or _at(whole["data"], path) == _at(answer["data"], path)
