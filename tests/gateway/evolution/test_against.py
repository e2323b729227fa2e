"""The graph against an earlier one: the released one in particular, which nothing may break."""

import os
import pathlib
import subprocess

import pytest

from gateway.cli import main
from gateway.evolution.against import COMMITTED, AgainstError, since
from tests.conftest import ROOT

RELEASED = ROOT / "schema" / "released.graphql"


def test_nothing_breaks_the_clients_of_the_released_graph() -> None:
    """
    If this fails, mark what is to go `@deprecated` instead; it may go once that was released (decision 32).
    """
    told, refused = since(str(RELEASED))

    assert not refused, told


def test_what_breaks_is_told_and_ends_with_1(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "earlier.graphql"
    before = RELEASED.read_text(encoding="utf-8").replace("type Query {", "type Query {\n  gone: Int\n")
    earlier.write_text(before, encoding="utf-8")

    assert 1 == main(["schema", "--against", str(earlier)])

    told = capsys.readouterr()
    assert "BREAKING   Field Query.gone was removed." == told.out.splitlines()[0]
    assert "@deprecated" in told.err


def test_what_was_deprecated_ends_with_0(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "earlier.graphql"
    before = RELEASED.read_text(encoding="utf-8").replace("type Query {", "type Query {\n  gone: Int @deprecated\n")
    earlier.write_text(before, encoding="utf-8")

    assert 0 == main(["schema", "--against", str(earlier)])
    assert "announced  Field Query.gone was removed." in capsys.readouterr().out


@pytest.fixture
def repository(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """One in which the graph of the tag v1 had a field more, and which has nothing to do with where the tests run."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("gateway.evolution.against._ROOT", tmp_path)
    path = tmp_path / COMMITTED
    path.parent.mkdir()
    path.write_text("type Query { gone: Int }", encoding="utf-8")
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-m", "1"), ("tag", "v1")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, timeout=30)
    path.write_text("type Query { staged: Int }", encoding="utf-8")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True, timeout=30)
    return tmp_path


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("ref", ["v1", "HEAD"])
def test_a_ref_of_git_is_one_too(ref: str) -> None:
    told, refused = since(ref)

    assert refused
    assert "Field Query.gone was removed." in told


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("against", ["no-such-ref", "--help", "-x", ""])
def test_what_is_neither_is_told(against: str) -> None:
    with pytest.raises(AgainstError, match="name one of the two"):
        since(against)


def test_what_is_no_schema_is_told(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.graphql"
    broken.write_text("type {", encoding="utf-8")

    assert 1 == main(["schema", "--against", str(broken)])
    assert "look at line 1" in capsys.readouterr().err
