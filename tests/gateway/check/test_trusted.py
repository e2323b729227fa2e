"""The operations of clients: an error where the gateway would not start, a warning where only their callers suffer."""

import json
import pathlib

from gateway.access.client_settings import ClientSettings
from gateway.check import State
from gateway.check.trusted import rows
from gateway.limits.settings import LimitSettings
from gateway.trusted.digest import digest_of
from gateway.trusted.settings import OperationSettings

GOOD, BAD = "query Good { __typename }", 'query Bad { nothing(number: "447700900123") }'


def client(**more: object) -> ClientSettings:
    return ClientSettings.model_validate({"class": "agent", "audience": "agent", **more})


def _rows(path: pathlib.Path, *texts: str, **limits: int):
    path.write_text(json.dumps({digest_of(each): each for each in texts}), encoding="utf-8")
    clients = {"web": client(operations=OperationSettings(path=path)), "open": client()}
    return rows(clients, LimitSettings(**limits), shows_graph=True)


def test_without_any_there_is_no_row() -> None:
    assert [] == rows({"open": client()}, LimitSettings(), shows_graph=True)


def test_good_ones_are_well(tmp_path: pathlib.Path) -> None:
    (row,) = _rows(tmp_path / "web.json", GOOD)

    assert (State.OK, "All 1 documents can be asked.") == (row.state, row.why)
    assert row.where.startswith("access.clients.web.operations: ")


def test_one_that_is_not_valid_is_a_warning_by_its_name(tmp_path: pathlib.Path) -> None:
    (row,) = _rows(tmp_path / "web.json", GOOD, BAD)

    assert State.WARNING is row.state
    assert row.where.endswith("web.json: Bad")
    assert "447700900123" not in str(row)


def test_limits_hold(tmp_path: pathlib.Path) -> None:
    (row,) = _rows(tmp_path / "web.json", 'query Deep { line(by: {msisdn: "1"}) { id } }', max_depth=1)

    assert row.why.startswith("At most 1 ")


def test_a_manifest_that_does_not_serve_is_an_error(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "web.json"
    path.write_text(json.dumps({digest_of(BAD): GOOD}), encoding="utf-8")
    (row,) = rows({"web": client(operations=OperationSettings(path=path))}, LimitSettings(), shows_graph=True)

    assert (State.ERROR, "Write it anew.") == (row.state, row.do)
    assert "not its own" in row.why


def test_limits_of_what_is_not_registered_are_a_warning(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "web.json"
    path.write_text(json.dumps({digest_of(GOOD): GOOD}), encoding="utf-8")
    settings = OperationSettings(path=path, limits={"Good": {"depth": 9}, "God": {"depth": 9}})
    found = rows({"web": client(operations=settings)}, LimitSettings(), shows_graph=True)

    assert [State.WARNING, State.OK] == [each.state for each in found]
    assert found[0].where.endswith("limits of God")
