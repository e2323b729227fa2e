"""Each system ill in each way: the others' data comes back, and what is lost says so without telling anything else."""

import json
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway
from tests.e2e.everything import FIELDS, QUESTION, SYSTEMS

KINDS = ("off", "slow", "drip", "cut", "fault", "503", "304", "html", "garbage")
CODES = {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_BAD_DATA", "DEADLINE"}


def _at(data: Any, path: list[str]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_an_ill_system_costs_its_own_fields_and_nothing_else(
    running_gateway: RunningGateway, system: str, kind: str
) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    values = {"ms": 10_000} if kind == "slow" else {"ms": 100} if kind == "drip" else {}
    running_gateway.fault(system, kind, **values)

    answer = running_gateway.ask(QUESTION, customer=story["customerId"], msisdn=story["msisdn"])

    for name, paths in FIELDS.items():
        for path in paths:
            assert (_at(answer["data"], path) is None) == (name == system), (name, path)
    lost = {tuple(error["path"]): error for error in answer["errors"]}
    assert {tuple(path) for path in FIELDS[system]} == set(lost)
    for error in lost.values():
        assert error["extensions"]["code"] in CODES
        assert error["extensions"]["system"].startswith(system)
    _tells_nothing(answer["errors"], story)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_healed_system_answers_at_once(running_gateway: RunningGateway, system: str) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    running_gateway.fault(system, "off")
    running_gateway.ask(QUESTION, customer=story["customerId"], msisdn=story["msisdn"])
    running_gateway.heal()

    answer = running_gateway.ask(QUESTION, customer=story["customerId"], msisdn=story["msisdn"])

    assert "errors" not in answer


def test_a_line_answers_while_billing_is_dead(running_gateway: RunningGateway) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    running_gateway.fault("billing", "off")

    answer = running_gateway.ask(
        "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } network { imsi } } }", n=story["msisdn"]
    )

    assert "errors" not in answer
    assert answer["data"]["line"]["balances"]


def test_the_message_is_in_the_callers_language(running_gateway: RunningGateway) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    running_gateway.fault("crm", "off")

    answer = httpx.post(
        running_gateway.url,
        json={"query": f'{{ customer(by: {{id: "{story["customerId"]}"}}) {{ name }} }}'},
        headers={"Accept-Language": "zh-CN, en;q=0.5"},
        timeout=30,
        trust_env=False,
        verify=PLAIN,
    ).json()

    assert "目前无法连接该系统。" == answer["errors"][0]["message"]


def _tells_nothing(errors: list[dict[str, Any]], story: dict[str, str]) -> None:
    text = json.dumps(errors)
    for secret in (story["msisdn"], story["msisdn"][3:], story["customerId"], "Traceback", "java.", ".py", "password"):
        assert secret not in text
