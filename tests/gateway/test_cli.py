"""The command line: what it prints, and what it says when the settings are wrong."""

import json
import pathlib
import socket
import subprocess
import sys

import pytest

from gateway.check import Row, State
from gateway.cli import main
from gateway.settings import Settings
from gateway.workers.supervisor import WorkersFailed
from resolvers.graph import build
from tests.conftest import ROOT

SLOW = {"zeep", "strawberry", "graphql", "pydantic", "structlog", "httpx", "redis", "asyncio"}
"""What takes long to import."""


def test_schema_prints_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["schema"])
    assert f"{build().as_str()}\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        ("--help", SLOW),
        ("control status --config s.toml", SLOW),
        ("control invalidate --line - --config s.toml", SLOW),
        ("check --help", SLOW),
        ("audit verify --help", SLOW),
        ("serve --help", SLOW),
        ("schema", {"zeep", "redis"}),
    ],
)
def test_a_command_imports_no_more_than_it_needs(tmp_path: pathlib.Path, arguments: str, unneeded: set[str]) -> None:
    """An operator in an outage does not wait for what answers questions."""
    (tmp_path / "s.toml").write_text('[control]\nsocket = "none.sock"\n', encoding="utf-8")
    program = f"""
import atexit, sys
sys.path.insert(0, {str(ROOT)!r})
atexit.register(lambda: print("imported", *sys.modules, file=sys.stderr))
from gateway.cli import main
main({arguments.split()!r})
"""

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, input=""
    )

    *_, told = done.stderr.splitlines()
    imported = set(told.removeprefix("imported ").split())
    assert "gateway.cli" in imported, done.stderr
    assert set() == imported & unneeded


def test_wrong_settings_end_with_2_and_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    missing = tmp_path / "none.toml"

    assert 2 == main(["serve", "--config", str(missing)])

    said = capsys.readouterr()
    assert f"{missing}: cannot be read (No such file or directory); name a settings file with --config.\n" == said.err
    assert "" == said.out


def test_options_win_over_the_file_and_are_checked_like_it(
    settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["serve", "--config", str(settings_file), "--port", "70000"])
    assert "server.port" in capsys.readouterr().err


@pytest.mark.usefixtures("logging_put_back")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])
def test_serving_strangers_is_refused_before_anything_listens(
    settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert 2 == main(["serve", "--config", str(settings_file), "--host", host])
    assert capsys.readouterr().err.startswith("server.host: ")


@pytest.mark.usefixtures("logging_put_back")
def test_a_port_in_use_is_told(settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert 2 == main(["serve", "--config", str(settings_file), "--port", str(port)])

    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.usefixtures("logging_put_back")
def test_a_route_that_leads_to_the_wrong_dialect_is_told(
    settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["serve", "--config", str(settings_file), "--port", "0"])
    assert "routes.billing: `crm` speaks tmf, which does not offer billing." in capsys.readouterr().err


def test_a_check_tells_every_mistake_on_standard_output(
    settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_file.write_text(settings_file.read_text(encoding="utf-8").replace("[8]", "[]"), encoding="utf-8")

    assert 2 == main(["check", "--config", str(settings_file)])

    said = capsys.readouterr()
    assert "numbering.national_lengths" in said.out
    assert said.out.endswith("the settings cannot be used (exit 2).\n")
    assert "" == said.err


def test_a_check_of_no_file_is_json_where_json_is_wanted(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    assert 2 == main(["check", "--json", "--config", str(tmp_path / "none.toml")])
    assert ["error"] == [row["state"] for row in json.loads(capsys.readouterr().out)["rows"]]


def test_a_warning_of_a_check_counts_when_strict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def warned(*_: object, **__: object) -> list[Row]:
        return [Row(State.WARNING, "secrets", "here", "Too open.", "Close them.")]

    monkeypatch.setattr("gateway.check.check", warned)
    arguments = ["check", "--config", "any.toml"]

    assert (0, 1) == (main(arguments), main([*arguments, "--strict"]))
    assert "there are warnings (--strict) (exit 1)." in capsys.readouterr().out


def test_the_help_of_a_check_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])

    told = " ".join(capsys.readouterr().out.split())
    assert "0 all is well" in told
    assert "1 a system does not answer as it should" in told
    assert "2 the settings cannot be used" in told


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", "601"])
def test_a_check_wants_seconds(settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str], seconds: str) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--config", str(settings_file), "--timeout", seconds])

    assert "--timeout" in capsys.readouterr().err


@pytest.mark.parametrize(("workers", "count"), [("3", 3), ("auto", "auto")])
def test_an_option_says_how_many_workers_serve(
    settings_file: pathlib.Path, monkeypatch: pytest.MonkeyPatch, workers: str, count: object
) -> None:
    asked: list[object] = []

    async def keep(settings: Settings, **_: object) -> None:
        asked.append(settings.server.workers)

    monkeypatch.setattr("gateway.server.serve", keep)
    monkeypatch.setattr("gateway.log.configure", lambda _: None)

    assert 0 == main(["serve", "--config", str(settings_file), "--workers", workers])
    assert [count] == asked


@pytest.mark.parametrize("workers", ["0", "65"])
def test_a_number_of_workers_that_cannot_be_is_a_wrong_setting(
    settings_file: pathlib.Path, capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    assert 2 == main(["serve", "--config", str(settings_file), "--workers", workers])
    assert "server.workers" in capsys.readouterr().err


def test_workers_that_keep_dying_end_with_1_and_a_sentence(
    settings_file: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(_: Settings, **__: object) -> None:
        raise WorkersFailed("Worker 1 ended 5 times.")

    monkeypatch.setattr("gateway.server.serve", fail)
    monkeypatch.setattr("gateway.log.configure", lambda _: None)

    assert 1 == main(["serve", "--config", str(settings_file)])
    assert "Worker 1 ended 5 times.\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["serve"], ["check"], ["dance"], ["run", "--port", "x"], ["run", "--workers", "many"]]
)
def test_a_command_that_is_none_is_told_how_to_write_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert 2 == caught.value.code
    assert "usage: switchboard" in capsys.readouterr().err
