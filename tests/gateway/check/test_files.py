"""Files that the settings name: unreadable ones, and secrets that everybody can read."""

import os
import pathlib

import pytest

from gateway.check import State
from tests.gateway.check.support import Config

pytestmark = pytest.mark.usefixtures("quick")


async def test_a_wsdl_that_may_not_be_read_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = pathlib.Path.open

    def refuse(path: pathlib.Path, *args: str, **kwargs: str) -> object:
        if "cai3g.wsdl" == path.name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(pathlib.Path, "open", refuse)

    found = await config.check()

    row = found.only()
    assert (State.ERROR, "hss", 2) == (row.state, row.what, found.exit)
    assert f"{config.path}: systems.hss.wsdl" == row.where
    assert "The file cai3g.wsdl cannot be read (Permission denied)." == row.why
    assert "Let the user that this gateway runs as read it" in row.do


@pytest.mark.parametrize("kind", ["missing", "folder", "dangling link"])
async def test_a_wsdl_that_is_no_file_is_told(config: Config, kind: str) -> None:
    path = config.folder / "some.wsdl"
    if kind == "folder":
        path.mkdir()
    if kind == "dangling link":
        path.symlink_to(config.folder / "nowhere.wsdl")
    config.set("systems.hss.wsdl", "some.wsdl")

    found = await config.check()

    assert 2 == found.exit
    row = next(row for row in found.bad if row.where.endswith("systems.hss.wsdl"))
    assert f"There is no file {path}." == row.why
    assert "Name one that this process can read." == row.do


async def test_a_secret_that_everybody_can_read_is_a_warning_with_the_command_that_mends_it(config: Config) -> None:
    path = config.secret("crm", (config.folder / "secrets" / "crm").read_text(encoding="utf-8"))
    path.chmod(0o644)

    found = await config.check()

    row = found.only()
    assert (State.WARNING, "secrets", 0) == (row.state, row.what, found.exit)
    assert "A file with a secret can be read by every user of this machine." == row.why
    assert f"chmod o-r {path}" in row.do


async def test_two_such_files_are_one_warning(config: Config) -> None:
    for name in ("crm", "hss"):
        (config.folder / "secrets" / name).chmod(0o604)

    row = (await config.check()).only()

    assert row.why.startswith("2 files with secrets can be read")


async def test_a_folder_that_may_not_be_entered_stops_nothing_else(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat

    def refuse(path: object, *args: object, **kwargs: object) -> object:
        if str(path).endswith("locked/cai3g.wsdl"):
            raise PermissionError(13, "Permission denied")
        return stat(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refuse)
    config.set("systems.hss.wsdl", "locked/cai3g.wsdl")

    found = await config.check()

    assert any(row.why.startswith("There is no file") for row in found.bad)
    assert 5 == len({row.what for row in found.rows if row.took_ms is not None})
