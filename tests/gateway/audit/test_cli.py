"""`switchboard audit`: on both stores, with a settings file that holds nothing but what an auditor needs."""

import asyncio
import io
import json
import pathlib
from typing import Any

import pytest

from connectors.guard.subject import customer
from gateway.audit.record import Entry
from gateway.cli import main
from tests.gateway.audit.making import ANNA, SECRET, auditing, entry, people
from tests.gateway.audit.places import InSQLite, Place

NUMBERING = '[numbering]\ncountry_code = "999"\nnational_lengths = [8]\n'


@pytest.fixture
def config(place: Place, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("TEST_AUDIT_SECRET", SECRET.get_secret_value())
    path = tmp_path / "auditor.toml"
    postgresql = place.settings.postgresql
    where = (
        f'sqlite = "{place.settings.sqlite}"'
        if postgresql is None
        else f'postgresql = {{ url = "{postgresql.url}", username = "{postgresql.username}" }}'
    )
    path.write_text(f'[audit]\nsecrets = ["env:TEST_AUDIT_SECRET"]\n{where}\n\n{NUMBERING}')
    return path


def _keep(place: Place, *entries: Entry, name: str = "c1") -> None:
    async def keep() -> None:
        async with auditing(place.store(), name=lambda: name) as audit:
            for each in entries:
                await audit.written(each)

    asyncio.run(keep())


def _said(capsys: pytest.CaptureFixture[str], config: pathlib.Path, *arguments: str, code: int = 0) -> list[str]:
    given = main(["audit", arguments[0], "--config", str(config), *arguments[1:]])
    said = capsys.readouterr()
    assert code == given, said.err
    return said.out.splitlines()


def _records(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line)["record"] for line in lines]


def test_records_that_are_as_they_were_written_verify(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("c1", "c2"):
        _keep(place, *map(entry, [[who] for who in people(5)]), name=name)

    assert ["12 records in 2 chains: all is well"] == _said(capsys, config, "verify")


def test_what_is_wrong_is_told_and_ends_with_1(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(place, *map(entry, [[who] for who in people(5)]))
    place.without_triggers()
    place.enter("DELETE FROM audit_records WHERE seq = 3")

    lines = _said(capsys, config, "verify", code=1)

    assert ["MISSING chain c1, record 3: records 3 to 3 are not there", "5 records in 1 chains: 1 findings"] == lines


def test_all_that_is_wrong_is_counted_and_some_of_it_told(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(place, *map(entry, [[who] for who in people(101)]))
    place.without_triggers()
    place.enter("UPDATE audit_records SET at_us = at_us + 1")

    *lines, last = _said(capsys, config, "verify", code=1)

    assert 100 == len(lines)
    assert "102 records in 1 chains: 102 findings; 2 more were not told" == last


def test_heads_that_were_kept_find_what_nothing_else_does(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    """The chain is gone with its head, and no later one has seen it."""
    _keep(place, *map(entry, [[who] for who in people(5)]))
    kept = tmp_path / "heads.jsonl"
    kept.write_text("\n".join(_said(capsys, config, "heads")) + "\n")
    assert ["6 records in 1 chains: all is well"] == _said(capsys, config, "verify", "--heads", str(kept))
    place.without_triggers()
    place.enter("DELETE FROM audit_records; DELETE FROM audit_people; DELETE FROM audit_heads")

    assert "nothing is on record" in _said(capsys, config, "verify", code=1)[0]
    assert "CUT chain c1" in _said(capsys, config, "verify", "--heads", str(kept), code=1)[0]


def test_heads_that_were_kept_and_changed_are_told(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    _keep(place, entry())
    (head,) = _said(capsys, config, "heads")
    kept = tmp_path / "heads.jsonl"
    kept.write_text(json.dumps({**json.loads(head), "length": 1}))

    assert f"FORGED chain c1, record 1: the head in {kept}: its signature is wrong" in _said(
        capsys, config, "verify", "--heads", str(kept), code=1
    )


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"chain": "c1"}', None])
def test_a_file_without_heads_is_told(
    in_sqlite: InSQLite, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    config, kept = tmp_path / "auditor.toml", tmp_path / "heads.jsonl"
    (tmp_path / "secret").write_text(SECRET.get_secret_value())
    config.write_text('[audit]\nsecrets = ["file:secret"]\n')
    if text is not None:
        kept.write_text(text)

    assert 2 == main(["audit", "verify", "--config", str(config), "--heads", str(kept)])
    assert f"{kept}: holds no heads of audit chains" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["99960000042", "+99960000042", "060000042", "60000042"])
def test_somebody_is_found_however_the_number_is_written(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    _keep(place, entry([ANNA, customer("C-1")], operation="First"), entry(people(3)), entry([ANNA], operation="Second"))

    found = _records(_said(capsys, config, "subject", key))

    assert ["First", "Second"] == [each["operation"] for each in found]
    assert [] == _said(capsys, config, "subject", key, "--kind", "customer")


def test_somebody_is_found_as_customer_and_by_a_token_and_by_a_key_on_standard_input(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(place, entry([customer("C-1")], operation="First"), entry([], subject="agent-7", operation="Second"))

    assert ["First"] == [each["operation"] for each in _records(_said(capsys, config, "subject", "C-1"))]
    monkeypatch.setattr("sys.stdin", io.StringIO("agent-7\n"))
    assert ["Second"] == [
        each["operation"] for each in _records(_said(capsys, config, "subject", "-", "--kind", "token"))
    ]


def test_an_export_is_all_there_is_between_two_times(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(place, *map(entry, [[who] for who in people(3)]))

    everything = _records(_said(capsys, config, "export"))

    assert [1, 2, 3, 4] == [each["seq"] for each in everything]
    middle = everything[2]["at"]
    assert [1, 2] == [each["seq"] for each in _records(_said(capsys, config, "export", "--to", middle))]
    assert [3, 4] == [each["seq"] for each in _records(_said(capsys, config, "export", "--from", middle))]
    assert [] == _said(capsys, config, "export", "--from", "2999-01-01")


def test_what_cannot_be_read_is_told_without_saying_where(
    in_sqlite: InSQLite, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "auditor.toml"
    (tmp_path / "secret").write_text(SECRET.get_secret_value())
    config.write_text('[audit]\nsecrets = ["file:secret"]\n')

    assert 1 == main(["audit", "verify", "--config", str(config)])
    assert "The records cannot be read (SQLITE_CANTOPEN).\n" == capsys.readouterr().err


def test_settings_without_an_audit_are_told(settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["audit", "heads", "--config", str(settings_file)])
    assert f"{settings_file}: audit: is missing; add it.\n" == capsys.readouterr().err


def test_the_tables_are_printed_for_whoever_runs_the_database(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if isinstance(place, InSQLite):
        assert [] == _said(capsys, config, "tables", code=2)
    else:
        sql = "\n".join(_said(capsys, config, "tables"))
        place.enter(sql)
        place.enter(sql)  # Once more changes nothing.
