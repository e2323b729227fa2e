"""Mistakes in the settings: each is a row that says where and what to do, and the systems that are right are asked."""

import pathlib

import pytest

from gateway.check import Row, State, check
from tests.gateway.check.support import Config, Found

pytestmark = pytest.mark.usefixtures("quick")


def _mistake(found: Found, place: str) -> Row:
    """The one row about *place*; the settings cannot be used."""
    assert 2 == found.exit
    rows = [row for row in found.bad if row.where.endswith(place)]
    assert 1 == len(rows), found.bad
    assert State.ERROR is rows[0].state
    return rows[0]


async def test_a_misspelt_setting_is_told_with_the_one_that_may_be_meant(config: Config) -> None:
    config.set("systems.crm.customers_path", "/customer")

    row = _mistake(await config.check(), f"{config.path}: systems.crm.customers_path")

    assert "Is not a setting." == row.why
    assert "Check the spelling or remove it (did you mean `customer_path`?)." == row.do


async def test_a_secret_that_the_environment_lacks_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    config.set("systems.hss.password", "env:NO_SUCH_PASSWORD")

    row = _mistake(await config.check(), f"{config.path}: systems.hss.password")

    assert "The environment variable NO_SUCH_PASSWORD is not set." == row.why
    assert "Set it or name another one." == row.do


async def test_a_secret_file_that_is_not_there_is_told(config: Config) -> None:
    config.set("systems.hss.password", "file:secrets/none")

    row = _mistake(await config.check(), "systems.hss.password")

    assert "The secret file secrets/none cannot be read (FileNotFoundError)." == row.why
    assert "Let this process read it or name another one." == row.do


async def test_a_secret_file_that_may_not_be_read_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    read = pathlib.Path.read_text

    def refuse(path: pathlib.Path, *args: str, **kwargs: str) -> str:
        if "hss" == path.name:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *args, **kwargs)

    monkeypatch.setattr(pathlib.Path, "read_text", refuse)

    row = _mistake(await config.check(), "systems.hss.password")

    assert "The secret file secrets/hss cannot be read (PermissionError)." == row.why


async def test_a_secret_written_into_the_file_is_told_and_not_shown(config: Config) -> None:
    config.set("systems.hss.password", "hunter2")

    found = await config.check()

    assert "A secret is named, not written here." == _mistake(found, "systems.hss.password").why
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        (
            [{"system": "billing", "numbers": ["9996"]}, {"system": "billing", "numbers": ["9997"]}],
            "`billing` is named",
        ),
        (
            [{"system": "billing", "numbers": ["9996"]}, {"system": "second", "numbers": ["9996"]}],
            "numbers that begin with `9996`",
        ),
    ],
)
async def test_a_duplicate_route_is_told(config: Config, routes: list[object], why: str) -> None:
    config.data["systems"]["second"] = config.data["systems"]["billing"]
    config.set("routes.billing", routes)

    row = _mistake(await config.check(), f"{config.path}: routes.billing")

    assert "uplicate route" in row.why
    assert why in row.why
    assert row.do.startswith("Keep one")


async def test_a_route_to_a_system_that_does_not_offer_it_is_told(config: Config) -> None:
    config.set("routes.billing", "crm")

    row = _mistake(await config.check(), f"{config.path}: routes.billing")

    assert "`crm` speaks tmf, which does not offer billing." == row.why
    assert "Name a system that offers it, or correct the dialect of this one." == row.do


async def test_a_route_to_nowhere_is_told(config: Config) -> None:
    config.set("routes.network", "hlr")
    config.set("routes.customers", "siebel")

    found = await config.check()

    row = _mistake(found, f"{config.path}: routes.network")
    assert "It leads to `hlr`, and there is no [systems.hlr]." == row.why
    assert "Name one of the systems there are: billing, consent, crm, history, hss, recharge." == row.do
    assert "`siebel`" in _mistake(found, f"{config.path}: routes.customers").why
    assert {"hss", "crm"} == {row.what for row in found.bad if row.state is State.WARNING}


async def test_a_system_that_no_route_leads_to_is_a_warning_and_is_asked(config: Config) -> None:
    config.data["systems"]["old-crm"] = config.data["systems"]["crm"]

    found = await config.check()

    assert 0 == found.exit
    assert (State.WARNING, "old-crm") == (found.only().state, found.only().what)
    assert "No route leads to it, so nothing is ever asked of it." == found.only().why
    assert "Add it to [routes], or remove [systems.old-crm]." == found.only().do
    assert State.OK in {row.state for row in found.of("old-crm")}


async def test_listening_where_strangers_could_knock_is_told(config: Config) -> None:
    config.set("server.host", "0.0.0.0")

    row = _mistake(await config.check(), f"{config.path}: server.host")

    assert "127.0.0.1" in row.why
    assert row.do


async def test_all_mistakes_come_at_once_and_the_systems_that_are_right_are_asked(config: Config) -> None:
    config.set("systems.crm.nonsense", 1)
    config.set("systems.hss.password", "env:NO_SUCH_PASSWORD")
    config.set("server.port", 99999)
    config.set("routes.billing", "nobody")
    config.set("routes.network", "recharge")

    found = await config.check()

    assert 2 == found.exit
    errors = {row.where.removeprefix(f"{config.path}: ") for row in found.bad if row.state is State.ERROR}
    assert {
        "systems.crm.nonsense",
        "systems.hss.password",
        "server.port",
        "routes.billing",
        "routes.network",
    } == errors
    assert {"crm", "hss"} == {row.what for row in found.bad if row.state is State.NOT_ASKED}
    assert {"billing", "recharge", "history", "consent"} == {row.what for row in found.rows if row.state is State.OK}


async def test_without_a_numbering_plan_nothing_is_asked_and_that_is_said(config: Config) -> None:
    config.set("numbering.country_code", None)

    found = await config.check()

    assert {State.ERROR, State.NOT_ASKED} == {row.state for row in found.rows}
    assert "They were not asked, because the numbering plan is wrong." == found.of("systems")[0].why


async def test_a_test_number_of_another_plan_is_told_and_not_shown(config: Config) -> None:
    config.set("check.msisdn", "+447700900001")

    found = await config.check()

    assert "The number belongs to another country." == _mistake(found, f"{config.path}: check.msisdn").why
    assert "447700900001" not in str(found)
    assert 6 == len({row.what for row in found.rows if row.took_ms is not None})


async def test_a_variable_that_is_wrong_is_named(config: Config) -> None:
    rows = await check(config.write(), environ={"SWITCHBOARD_SERVER__PORT": "many"})

    row = next(row for row in rows if row.state is State.ERROR)
    assert "SWITCHBOARD_SERVER__PORT: server.port" == row.where


@pytest.mark.parametrize(
    ("name", "content", "why", "do"),
    [
        ("none.toml", None, "Cannot be read (No such file or directory).", "Name a settings file with --config."),
        ("a.toml", b"[server\n", "Is not valid TOML", "Correct it there and try again."),
        ("a.toml", b"\xff\xfe", "Is not valid TOML: save it as UTF-8 text.", "Correct it there and try again."),
        ("a.yaml", b"a: [", "Is not valid YAML: check line", "Correct it there and try again."),
        ("a.yaml", b"[]", "Holds no settings.", "It must hold sections such as [server] and [systems.crm]."),
    ],
)
async def test_a_file_that_holds_no_settings_is_one_row(
    tmp_path: pathlib.Path, name: str, content: bytes | None, why: str, do: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    found = Found(tuple(await check(path, environ={})))

    assert (1, 2) == (len(found.rows), found.exit)
    assert str(path) == found.rows[0].where
    assert found.rows[0].why.startswith(why)
    assert do == found.rows[0].do


async def test_a_folder_for_a_settings_file_is_one_row(tmp_path: pathlib.Path) -> None:
    rows = await check(tmp_path, environ={})

    assert ["Cannot be read (Is a directory)."] == [row.why for row in rows]
