"""A CRM whose ETags are heeded: it is asked again and again, and says only what has changed."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running

QUESTION = """
query ($id: ID!) {
  customer(by: {id: $id}) {
    name source { fetchedAt freshness } party { contactMedia { emailAddress } source { fetchedAt freshness } }
  }
}
"""


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningGateway]:
    """A gateway that keeps what the CRM says for a second, and for a minute where that still holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__HEED_ETAGS", "true")
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__GUARD__FRESH_S", '{"*": 0.5}')
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__GUARD__STALE_S", '{"*": 60}')
        with running() as gateway:
            yield gateway


def _asked(gateway: RunningGateway) -> dict[str, Any]:
    answer = gateway.ask(QUESTION, id=gateway.stories()["unexplained-charge"]["customerId"])
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"]["customer"]
    return found


def _confirmed(gateway: RunningGateway) -> dict[str, float]:
    text = httpx.get(gateway.url.removesuffix("/graphql") + "/metrics", trust_env=False, verify=PLAIN, timeout=30).text
    counted = [line.rpartition(" ") for line in text.splitlines() if 'outcome="confirmed"' in line]
    return {labels.partition('operation="')[2].partition('"')[0]: float(count) for labels, _, count in counted}


def _values(found: dict[str, Any]) -> tuple[Any, Any]:
    return found["name"], found["party"]["contactMedia"]


def test_what_has_not_changed_is_confirmed_and_shown_as_of_now(gateway: RunningGateway) -> None:
    first = _asked(gateway)
    time.sleep(0.6)
    second = _asked(gateway)

    assert _values(first) == _values(second)
    for one, other in ((first["source"], second["source"]), (first["party"]["source"], second["party"]["source"])):
        assert one["fetchedAt"] < other["fetchedAt"]
        assert "LIVE" == other["freshness"]
    assert {"GET /customer": 1.0, "GET /individual": 1.0} == _confirmed(gateway)


def test_a_crm_that_confirms_what_it_was_not_asked_about_is_not_believed(gateway: RunningGateway) -> None:
    first = _asked(gateway)
    time.sleep(0.6)
    before = _confirmed(gateway)
    gateway.fault("crm", "304")

    second = _asked(gateway)
    gateway.heal()

    assert _values(first) == _values(second)
    assert "STALE" == second["source"]["freshness"]
    assert first["source"]["fetchedAt"] == second["source"]["fetchedAt"]
    assert before == _confirmed(gateway)
