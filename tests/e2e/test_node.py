"""Slow work for tests that need Node.js is done once, whoever wants it."""

import concurrent.futures
import pathlib
import threading
import time

import pytest

from tests.e2e import node


def test_what_several_want_at_once_is_made_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_CACHE", tmp_path)
    made: list[pathlib.Path] = []
    begin = threading.Barrier(4)

    def make(folder: pathlib.Path) -> None:
        made.append(folder)
        time.sleep(0.1)  # Time for the others to begin as well, were they not held up.
        (folder / "page").write_text("whole", encoding="utf-8")

    def want() -> pathlib.Path:
        begin.wait(30)
        return node.made_once("thing", of=[node.ROOT / "pyproject.toml"], make=make)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        folders = {each.result() for each in [pool.submit(want) for _ in range(4)]}

    assert 1 == len(made)
    assert ["whole"] == [(folder / "page").read_text(encoding="utf-8") for folder in folders]


def test_what_could_not_be_made_is_made_by_the_next_who_wants_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_CACHE", tmp_path)
    files = [node.ROOT / "pyproject.toml"]

    def fail(_: pathlib.Path) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        node.made_once("thing", of=files, make=fail)

    assert node.made_once("thing", of=files, make=lambda _: None).is_dir()
