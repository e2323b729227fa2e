"""`switchboard operations`: what is published is checked, whole, and picked up by whoever reads it."""

import json
import pathlib
import threading

import pytest

from gateway.cli import main
from gateway.settings_written import read
from gateway.trusted.digest import digest_of
from gateway.trusted.publish import PublishError, path_of, replace
from gateway.trusted.register import load
from tests.gateway.trusted.support import OTHER, SHOP, register

PRINTED = "query Shop {\n  __typename\n}"


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "shop.graphql").write_text(f"{SHOP}\n", encoding="utf-8")
    return folder


@pytest.fixture
def config(tmp_path: pathlib.Path) -> pathlib.Path:
    """Settings whose secrets are not there for whoever publishes."""
    path = tmp_path / "s.toml"
    path.write_text(
        '[ids]\nsecrets = ["env:NOT_HERE"]\n[access.clients.web]\nclass = "self_care"\noperations = "web.json"\n'
        '[access.clients.shop.operations]\npath = "shop.json"\nmode = "open"\n[access.clients.none]\nclass = "batch"\n',
        encoding="utf-8",
    )
    return path


def run(*arguments: object) -> int:
    return main(["operations", *map(str, arguments)])


def test_a_folder_is_published_where_the_settings_say(source, config, capsys):
    assert 0 == run("publish", source, "--client", "web", "--config", config)

    assert {f"{SHOP}\n", SHOP, PRINTED} == load(config.with_name("web.json")).texts
    told = capsys.readouterr().out.splitlines()
    assert f"{digest_of(SHOP)}  query         Shop" in told
    assert f"3 documents for web are written to {config.with_name('web.json')}." == told[-1]


def test_a_manifest_of_a_build_is_published_too(tmp_path, config):
    built = tmp_path / "built.json"
    built.write_text(json.dumps({digest_of(OTHER): OTHER}), encoding="utf-8")

    assert 0 == run("publish", built, "--client", "shop", "--config", config)
    assert {OTHER} == load(config.with_name("shop.json")).texts


def test_what_is_published_is_in_apollos_format(source, tmp_path):
    target = tmp_path / "there.json"

    assert 0 == run("publish", source, "--client", "web", "--to", target)

    found = json.loads(target.read_text(encoding="utf-8"))
    assert ("apollo-persisted-query-manifest", 1) == (found["format"], found["version"])
    assert all({"id", "name", "type", "body"} == set(each) for each in found["operations"])
    assert 0o644 == target.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            'query Bad { nothing(number: "447700900123") }',
            "Bad: it is not valid in this graph; look at line 1, column 13.",
        ),
        (f"query Deep {{ {' '.join(f'a{n}: __typename' for n in range(60))} }}", "Deep: At most 50 aliases"),
        ("{ nothing }", "an operation without a name: it is not valid"),
        ("query {", "is not valid GraphQL"),
    ],
)
def test_where_one_cannot_be_asked_nothing_is_written(source, config, capsys, text, why):
    target = config.with_name("web.json")
    assert 0 == run("publish", source, "--client", "web", "--config", config)
    before = target.read_bytes()
    (source / "more.graphql").write_text(text, encoding="utf-8")

    assert 1 == run("publish", source, "--client", "web", "--config", config)

    told = capsys.readouterr().err
    assert why in told
    assert "Nothing was written" in told
    assert "447700900123" not in told
    assert before == target.read_bytes()


def test_the_limits_of_the_settings_hold(source, config, capsys):
    config.write_text(config.read_text(encoding="utf-8") + "[limits]\nmax_depth = 1\n", encoding="utf-8")
    (source / "deep.graphql").write_text('query Deep { line(by: {msisdn: "1"}) { id } }', encoding="utf-8")

    assert 1 == run("publish", source, "--client", "web", "--config", config)
    assert "Deep: At most 1 fields inside each other" in capsys.readouterr().err


@pytest.mark.parametrize(("client", "why"), [("nobody", "no client of that name"), ("none", "no `operations`")])
def test_settings_that_do_not_say_where_are_told(source, config, capsys, client, why):
    assert 2 == run("publish", source, "--client", client, "--config", config)
    assert why in capsys.readouterr().err


def test_somebody_must_say_where(source, capsys):
    assert 1 == run("publish", source, "--client", "web")
    assert "--to" in capsys.readouterr().err


def test_paths_start_at_the_settings(config):
    assert config.with_name("shop.json") == path_of(read(config), "shop")


@pytest.mark.parametrize("target", ["", "none/web.json"])
def test_where_it_cannot_be_written_is_told(tmp_path, target):
    with pytest.raises(PublishError, match=r"folder|cannot be written"):
        replace(tmp_path / target, register(SHOP).documents)
    assert [] == list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "web.json"
    replace(target, register(SHOP).documents)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PublishError, match="No space left"):
        replace(target, register(OTHER).documents)
    assert {SHOP} == load(target).texts
    assert [target] == list(tmp_path.iterdir())


def test_rights_of_the_old_one_stay(tmp_path):
    target = tmp_path / "web.json"
    replace(target, register(SHOP).documents)
    target.chmod(0o640)
    replace(target, register(OTHER).documents)

    assert 0o640 == target.stat().st_mode & 0o777


def test_whoever_reads_meanwhile_sees_one_or_the_other(tmp_path):
    target = tmp_path / "web.json"
    versions = [register(SHOP), register(OTHER, *(f"{{ a{n}: __typename }}" for n in range(200)))]
    replace(target, versions[0].documents)
    stop = threading.Event()

    def publishing() -> None:
        while not stop.is_set():
            for each in versions:
                replace(target, each.documents)

    thread = threading.Thread(target=publishing)
    thread.start()
    try:
        assert {1, 201} >= {len(load(target)) for _ in range(200)}
    finally:
        stop.set()
        thread.join(10)


class TestListing:
    def test_of_a_file_or_of_a_client(self, source, config, capsys):
        run("publish", source, "--client", "web", "--config", config)
        capsys.readouterr()

        assert 0 == run("list", config.with_name("web.json"))
        first = capsys.readouterr().out
        assert 0 == run("list", "--client", "web", "--config", config)

        assert first == capsys.readouterr().out
        assert f"{digest_of(PRINTED)}  query         Shop" in first.splitlines()

    def test_of_nothing_is_told(self, tmp_path, capsys):
        assert 1 == run("list", tmp_path / "none.json")
        assert 1 == run("list", "--client", "web")
        assert "cannot be read" in capsys.readouterr().err
