"""The command line: what it prints, and what it says when the settings are wrong."""

import pathlib
import socket

import pytest

from gateway.cli import main
from resolvers.graph import build


def test_schema_prints_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["schema"])
    assert f"{build().as_str()}\n" == capsys.readouterr().out


def test_wrong_settings_end_with_2_and_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    missing = tmp_path / "none.toml"

    assert 2 == main(["serve", "--config", str(missing)])

    said = capsys.readouterr()
    assert f"{missing}: cannot be read (No such file or directory). Name a settings file with --config.\n" == said.err
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


@pytest.mark.parametrize("arguments", [[], ["serve"], ["dance"], ["run", "--port", "x"]])
def test_a_command_that_is_none_is_told_how_to_write_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert 2 == caught.value.code
    assert "usage: switchboard" in capsys.readouterr().err
