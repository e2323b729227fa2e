"""The settings file is changed while callers ask all the time: it holds after a word, and nobody is turned away."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Self

import httpx
import pytest

from tests.bars import bar
from tests.conftest import PLAIN, ROOT, Lines, RunningGateway, started
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right

SCOPES: Final = "customer:read line:read party:read billing:read balance:read"
PLAIN_TEXT: Final = "{ __typename }"
TEXT: Final = '{ customer(by: {id: "1000040"}) { name } }'
DEEP: Final = "{ __schema { types { fields { type { name } } } } }"
SYSTEMS: Final = {
    **{name: name for name in ("crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")},
    "recharge-history": "recharge",
    "recharge-history-islands": "recharge-islands",
}


class Callers:
    """Clients that ask all the time, each question over a new connection, so that all workers are asked."""

    def __init__(self, url: str) -> None:
        self.statuses: list[tuple[float, int, bool]] = []
        self.broken: list[str] = []
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on, args=[text]) for text in (PLAIN_TEXT, TEXT) * 2]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self, text: str) -> None:
        while not self._stop.wait(0.01):
            began = time.monotonic()
            try:
                answer = ask(self._url, "shop", text)
            except httpx.HTTPError as exc:
                self.broken.append(type(exc).__name__)
                continue
            self.statuses.append((time.monotonic() - began, answer.status_code, "errors" in answer.json()))


def ask(url: str, client: str, text: str) -> httpx.Response:
    headers = bearer(right(client_id=client, scope=SCOPES))
    return httpx.post(url, json={"query": text}, headers=headers, trust_env=False, verify=PLAIN, timeout=30)


class World:
    """A gateway with two workers, the file of its settings, and who issues tokens."""

    def __init__(self, folder: pathlib.Path, login: Login) -> None:
        self.file = folder / "settings.toml"
        self.login = login
        self.url = ""
        self.pid = 0
        self.log: Lines | None = None

    def write(self, *clients: str, operators: tuple[str, ...] = ("platform",), extra: str = "") -> None:
        """The settings with these clients and operators."""
        text = (ROOT / "deploy" / "sandbox.toml").read_text(encoding="utf-8")
        text = text.replace("file:sandbox-ids", f"file:{ROOT}/deploy/sandbox-ids").replace("../", f"{ROOT}/")
        issuer = f'issuers = [{{ issuer = "{ISSUER}", jwks_url = "{self.login.url}/keys" }}]'
        access = [f'[access]\naudience = "{AUDIENCE}"\n{issuer}']
        access += [f'[access.clients.{name}]\nclass = "agent"\naudience = "agent"' for name in clients]
        access += [f'[access.clients.{name}]\nclass = "agent"\naudience = "operator"' for name in operators]
        socket = f'[control]\nsocket = "{self.file.parent}/c.sock"\napi.port = 0'
        # As an editor does: nobody ever reads half of it.
        new = self.file.with_suffix(".new")
        new.write_text("\n\n".join([extra, text, *access, socket]), encoding="utf-8")
        new.replace(self.file)

    def reload(self) -> subprocess.CompletedProcess[str]:
        """`switchboard control reload`, as a person at a terminal."""
        command = [sys.executable, "-m", "gateway", "control", "reload", "--json", "--config", str(self.file)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    def statuses(self, client: str, text: str = PLAIN_TEXT) -> set[int]:
        """What *client* is answered by whoever of the workers."""
        return {ask(self.url, client, text).status_code for _ in range(12)}

    def operator(self, client: str) -> int:
        """What *client* is answered at the graph of operators."""
        assert self.log is not None
        (line,) = [each for each in self.log.kept if "control_api_started" in each]
        (url,) = re.findall(r"http://[^ ]+/graphql", line)
        headers = bearer(right(client_id=client, scope="control:read"))
        text = {"query": "{ state { version } }"}
        return httpx.post(url, json=text, headers=headers, trust_env=False, verify=PLAIN, timeout=30).status_code

    def answers(self, client: str, statuses: set[int]) -> bool:
        """Whether *client* is answered so; while workers start it may be answered nothing."""
        with contextlib.suppress(httpx.HTTPError):
            return self.statuses(client) == statuses
        return False

    def pids(self) -> set[int]:
        """The processes that answer."""
        command = [sys.executable, "-m", "gateway", "control", "status", "--json", "--config", str(self.file)]
        # Not all answer while one is being started.
        status = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        return {each["answer"]["process"]["pid"] for each in json.loads(status.stdout) if "answer" in each}

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + bar(30)
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.fixture(scope="module")
def world(gateway_process: RunningGateway) -> Iterator[World]:
    with contextlib.ExitStack() as stack:
        login = Login()
        stack.callback(login.close)
        # The path of a socket must be short, so not under the tests' own folder.
        found = World(pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sb-"))), login)
        found.write("shop")
        starting = started("serve", "--config", str(found.file), "--port", "0", "--workers", "2")
        with pytest.MonkeyPatch.context() as patch:
            for name, port in SYSTEMS.items():
                url = f"http://127.0.0.1:{gateway_process.ports[port]}"
                patch.setenv(f"SWITCHBOARD_SYSTEMS__{name.upper().replace('-', '_')}__URL", url)
            found.log = stack.enter_context(starting)
        found.url = found.log.wait_for("The graph answers at ").rpartition(" ")[2].strip()
        found.pid = starting.process.pid
        yield found


def settings_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [each["answer"]["settings"] for each in json.loads(done.stdout)]


def test_a_changed_file_holds_after_a_word_and_no_question_is_lost(world: World) -> None:
    assert {403} == world.statuses("late")
    with Callers(world.url) as callers:
        time.sleep(0.5)
        world.write("shop", "late", extra="[systems.crm.guard]\ntimeout_s = 1.9")
        began = time.monotonic()
        done = world.reload()
        took_s = time.monotonic() - began
        assert {200} == world.statuses("late")
        time.sleep(0.5)

    print({"reload": round(took_s, 2), "questions": len(callers.statuses), "slowest": max(callers.statuses)[0]})  # noqa: T201 - figures
    assert 0 == done.returncode, done.stdout + done.stderr
    changed = {"changed": ["access.clients.late", "systems.crm"], "after_restart": []}
    assert [changed, changed] == settings_of(done)
    assert [] == callers.broken
    assert {(200, False)} == {(status, errors) for _, status, errors in callers.statuses}


def test_a_file_that_cannot_be_used_changes_nothing_and_says_where_it_is_wrong(world: World) -> None:
    world.write("shop", extra="[server]\ndeadline_s = -1")
    done = world.reload()

    assert 1 == done.returncode
    told = [each["error"] for each in json.loads(done.stdout)]
    assert 2 == len(told)
    assert all("server.deadline_s" in each and str(world.file) in each for each in told)
    assert {200} == world.statuses("late")


def test_settings_that_no_worker_can_use_keep_none_from_starting(world: World) -> None:
    world.write("shop")
    text = world.file.read_text(encoding="utf-8")
    world.file.write_text(text.replace('network = "hss"', 'network = "crm"'), encoding="utf-8")
    done = world.reload()
    assert 2 == sum("does not offer network" in each["error"] for each in json.loads(done.stdout))
    for pid in world.pids():
        os.kill(pid, signal.SIGKILL)

    world.until(lambda: len(world.pids()) == 2 and world.answers("late", {200}))


def test_what_takes_a_restart_is_named_and_the_rest_holds(world: World) -> None:
    world.write(
        "shop", "late", extra="[server]\nkeep_alive_s = 5\n[systems.crm.guard]\ntimeout_s = 1.9\n[history]\ndays = 100"
    )
    done = world.reload()

    assert [{"changed": ["history.days"], "after_restart": ["server.keep_alive_s"]}] * 2 == settings_of(done)


def test_a_hangup_means_the_same(world: World) -> None:
    world.write("shop")
    os.kill(world.pid, signal.SIGHUP)

    world.until(lambda: world.statuses("late") == {403})
    assert {200} == world.statuses("shop")


def test_a_worker_that_is_started_later_begins_as_the_others_go_on(world: World) -> None:
    world.write("shop", "newest")
    assert 0 == world.reload().returncode
    for pid in world.pids():
        os.kill(pid, signal.SIGKILL)

    world.until(lambda: len(world.pids()) == 2 and world.answers("newest", {200}))


def test_an_operator_is_whom_the_new_file_names(world: World) -> None:
    assert [200, 403] == [world.operator(client) for client in ("platform", "night")]

    world.write("shop", "newest", operators=("night",))
    assert 0 == world.reload().returncode

    assert [403, 200] == [world.operator(client) for client in ("platform", "night")]
