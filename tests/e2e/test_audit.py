"""Who saw what of whom is on record before it is answered; and while nothing can be put on record, nothing is."""

import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, ROOT, RunningGateway, running
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right

PURPOSE = "dpv:FraudPreventionAndDetection"
GIVEN, WITHDRAWN = "1000040", "1000042"
NAME, SECRET = "AUDIT_SECRET", "a secret of the audit that is long enough"


class Audited:
    """A gateway that keeps records, and what the commands of an auditor say of them."""

    def __init__(self, gateway: RunningGateway, http: httpx.Client, records: pathlib.Path) -> None:
        self.gateway = gateway
        self.records = records
        self._http = http
        self._config = records.with_name("audit.toml")
        self._config.write_text(
            f'[audit]\nsecrets = ["env:{NAME}"]\nsqlite = "{records}"\n\n'
            '[numbering]\ncountry_code = "999"\nnational_lengths = [8]\n',
            encoding="utf-8",
        )

    def ask(self, text: str, *, client: str = "desk", scope: str = "customer:read billing:read") -> httpx.Response:
        token = right(client_id=client, scope=scope, sub="agent-7", ticket="T-4711")
        return self._http.post("/graphql", json={"query": text}, headers=bearer(token))

    def told(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "audit", *arguments, "--config", str(self._config)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), NAME: SECRET},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return done.returncode, lines

    def about(self, who: str) -> list[dict[str, Any]]:
        return [each["record"] for each in self.told("subject", who)[1]]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    login = Login()
    records = tmp_path_factory.mktemp("audit") / "audit.db"
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": {
            "desk": {"class": "agent", "audience": "agent", "case_claim": "ticket"},
            "shop": {"class": "partner", "party": "partner-a"},
        },
    }
    with contextlib.ExitStack() as stack:
        stack.callback(login.close)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            patch.setenv(NAME, SECRET)
            patch.setenv("SWITCHBOARD_AUDIT", json.dumps({"secrets": [f"env:{NAME}"], "sqlite": str(records)}))
            gateway = stack.enter_context(running())
        http = stack.enter_context(
            httpx.Client(base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30)
        )
        yield Audited(gateway, http, records)


def test_a_record_says_who_saw_what_of_whom_and_why(audited: Audited) -> None:
    text = f'query Look {{ customer(by: {{id: "{GIVEN}"}}) {{ name status }} }}'
    by_agent = audited.ask(text)
    by_partner = audited.ask(text, client="shop", scope=f"customer:read {PURPOSE}")

    first, second = audited.about(GIVEN)

    assert [200, 200] == [by_agent.status_code, by_partner.status_code]
    assert ("desk", None, "answered", "Look") == (
        first["caller"],
        first["purpose"],
        first["outcome"],
        first["operation"],
    )
    assert by_agent.headers["X-Request-Id"] == first["request"]
    assert {"kind": "case", "reference": "T-4711"} == first["basis"]
    assert {"Query.customer", "Customer.name", "Customer.status"} == set(first["read"])
    assert ["crm"] == first["systems"]
    assert ("shop", PURPOSE, "consent") == (second["caller"], second["purpose"], second["basis"]["kind"])
    assert {"crm", "consent"} == set(second["systems"])


def test_what_was_refused_is_on_record_as_well(audited: Audited) -> None:
    text = f'{{ customer(by: {{id: "{WITHDRAWN}"}}) {{ name }} }}'
    audited.ask(text, client="shop", scope=f"customer:read {PURPOSE}")

    (record,) = audited.about(WITHDRAWN)

    assert ("shop", "partly", None) == (record["caller"], record["outcome"], record["basis"])


def test_an_answer_that_is_given_again_is_on_record_each_time(audited: Audited) -> None:
    text = '{ customer(by: {id: "1000048"}) { status } }'
    for _ in range(4):
        audited.ask(text)

    assert 4 == len(audited.about("1000048"))


def test_nobody_can_be_read_in_the_records(audited: Audited) -> None:
    name = audited.ask(f'{{ customer(by: {{id: "{GIVEN}"}}) {{ name }} }}').json()["data"]["customer"]["name"]
    kept = b"".join(path.read_bytes() for path in audited.records.parent.glob("audit.db*"))

    assert len(kept) > 1000
    for secret in (GIVEN, WITHDRAWN, name, "agent-7"):
        assert secret.encode() not in kept


def test_the_records_can_be_believed_until_somebody_changes_one(audited: Audited, tmp_path: pathlib.Path) -> None:
    assert 0 == audited.told("verify")[0]

    copy = tmp_path / "audit.db"
    with sqlite3.connect(audited.records) as there, sqlite3.connect(copy) as here:
        there.backup(here)
        for (trigger,) in here.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            here.execute(f"DROP TRIGGER {trigger}")
        here.execute("DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)")
    changed = Audited(audited.gateway, audited._http, copy)

    assert 1 == changed.told("verify")[0]


def test_while_nothing_can_be_put_on_record_nothing_personal_is_answered(audited: Audited) -> None:
    text = f'{{ customer(by: {{id: "{GIVEN}"}}) {{ name }} }}'
    holding = sqlite3.connect(audited.records, isolation_level=None)
    holding.execute("BEGIN EXCLUSIVE")
    try:
        first = audited.ask(text)
        # Until then it is found out anew each time, and systems are asked for nothing.
        time.sleep(1.5)
        audited.gateway.forget_calls()
        second = audited.ask(text)
        asked = audited.gateway.calls()
        operational = audited.ask("{ __typename }")
    finally:
        holding.execute("ROLLBACK")
        holding.close()

    for response in (first, second):
        (error,) = response.json()["errors"]
        assert (503, "UPSTREAM_UNAVAILABLE") == (response.status_code, error["extensions"]["code"])
        assert "data" not in response.json()
        assert "Retry-After" in response.headers
    assert {} == asked
    assert 200 == operational.status_code
    for _ in range(50):
        if audited.ask(text).status_code == 200:
            break
        time.sleep(0.1)
    assert 200 == audited.ask(text).status_code
    assert 0 == audited.told("verify")[0]
