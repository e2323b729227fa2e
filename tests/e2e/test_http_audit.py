"""The public GraphQL-over-HTTP audits (npm `graphql-http`) against a running gateway."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.node import LOCKED, installed, need_node

_AUDIT = Path(__file__).with_name("audit")
_TIME_LIMIT_S = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One audit's outcome: ok, or notice (MAY), warn (SHOULD) or error (MUST) with the reason."""

    id: str
    name: str
    status: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.status} {self.id} {self.name}: {self.reason}"


@pytest.fixture(scope="module")
def auditor() -> Path:
    """The folder where audit.mjs can run."""
    need_node()
    return installed(*(_AUDIT / name for name in (*LOCKED, "audit.mjs")))


async def _verdicts(auditor: Path, url: str) -> list[Verdict]:
    node = await asyncio.create_subprocess_exec(
        "node", "audit.mjs", url, cwd=auditor, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        printed, complaints = await asyncio.wait_for(node.communicate(), _TIME_LIMIT_S)
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()
    assert node.returncode == 0, complaints.decode()
    return [Verdict(**one) for one in json.loads(printed)]


async def test_every_must_and_should_of_the_http_audit_passes(
    auditor: Path, running_gateway: Gateway, record_property: Callable[[str, object], None]
) -> None:
    """
    All server audits run; a MUST or SHOULD that is not met fails, a MAY is written to the report.
    """
    verdicts = await _verdicts(auditor, running_gateway.url)

    optional = [one for one in verdicts if one.name.startswith("MAY")]
    required = [one for one in verdicts if one not in optional]
    for one in optional:
        record_property(f"MAY {one.id}", one.status)
    print(*(one for one in optional if one.status != "ok"), sep="\n")  # noqa: T201 - shown by `pytest -rP`.
    assert len(required) >= 30, "the audit shrank: has graphql-http changed?"
    assert [] == [str(one) for one in required if one.status != "ok"]
