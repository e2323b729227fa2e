"""The README's example is true: its question is answered as it says, and its two commands are there."""

import json
import re
from typing import Any

from tests.conftest import ROOT, RunningGateway

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def _block(language: str) -> str:
    return _blocks(language)[0]


def test_the_question_is_answered_as_the_readme_says(running_gateway: RunningGateway) -> None:
    shown = json.loads(_block("json"))["data"]["customer"]

    answer = running_gateway.ask(_block("graphql"))

    assert "errors" not in answer
    customer = answer["data"]["customer"]
    assert shown["name"] == customer["name"]
    (shown_bill,), (bill,) = shown["bills"]["nodes"], customer["bills"]["nodes"]
    assert shown_bill["source"] == bill["source"]
    assert {line["chargeCode"] for line in shown_bill["lines"]} < {line["chargeCode"] for line in bill["lines"]}
    (shown_line,), (line,) = shown["lines"]["nodes"], customer["lines"]["nodes"]
    assert shown_line["network"] == line["network"]
    assert {_shape(balance) for balance in shown_line["balances"]} < {_shape(balance) for balance in line["balances"]}


def test_the_question_costs_the_calls_that_the_readme_names(running_gateway: RunningGateway) -> None:
    running_gateway.ask(_block("graphql"))

    asked = {operation for calls in running_gateway.calls().values() for operation in calls}
    sentence = README[README.index("It cost") : README.index("The\ncontrol port")]
    assert asked == set(re.findall(r"`([A-Za-z /]+)`", sentence))


def test_the_question_about_time_and_age_is_answered(running_gateway: RunningGateway) -> None:
    (snapshot,) = (block for block in _blocks("graphql") if "@within" in block)
    # How much a machine has done by then is up to it.
    patient, count = re.subn(r"@within\(ms: \d+\)", "@within(ms: 10000)", snapshot)
    assert 1 == count

    answer = running_gateway.ask(patient)

    assert "errors" not in answer
    assert answer["data"]["line"]["subscriber"]
    assert {"LIVE"} == {balance["source"]["freshness"] for balance in answer["data"]["line"]["balances"]}


def _shape(balance: dict[str, Any]) -> tuple[str, bool, bool]:
    return balance["name"], balance["money"] is None, balance["quantity"] is None
