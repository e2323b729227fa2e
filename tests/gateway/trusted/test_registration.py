"""What is registered, from files: read at start, worked out ahead, and read again while questions are answered."""

import os
import pathlib
from typing import Any

import pytest

from gateway.limits.settings import LimitSettings
from gateway.mistakes import SettingsError
from gateway.operations.operation import Operations
from gateway.renewal import Outcome
from gateway.trusted import checking, manifest
from gateway.trusted.digest import digest_of
from gateway.trusted.manifest import Registered, name_of, write
from gateway.trusted.register import fingerprint, load
from gateway.trusted.registration import Registration
from gateway.trusted.settings import OPEN, OperationSettings
from tests.connectors.support import Reports
from tests.gateway.trusted.support import OTHER, SHOP, TWO, World, events, persisted
from tests.resolvers.support import SCHEMA

BAD = 'query Bad { nothing(number: "447700900123") }'


def published(path: pathlib.Path, *texts: str) -> pathlib.Path:
    path.write_text(write(Registered(digest_of(each), each, name_of(each)) for each in texts), encoding="utf-8")
    return path


class Gateway:
    """One with a client `web`, whose operations are at *path*."""

    def __init__(self, path: pathlib.Path, **settings: Any) -> None:
        self.path = path
        self.reports = Reports()
        self.operations = Operations(SCHEMA, limits=LimitSettings())
        self.operations.pin("{ warm: __typename }")
        self.registration = Registration(
            {"web": OperationSettings(path=path, **settings), "open": OPEN},
            working=lambda _: self.operations,
            report=self.reports,
        )
        self.registration.work_out()

    @property
    def texts(self) -> frozenset[str]:
        return self.registration.trusted.client("web").register.texts

    @property
    def pinned(self) -> set[str]:
        return {each for each in self.operations.pinned() if "warm" not in each}

    async def look(self) -> Outcome:
        return (await self.registration.look())["web"]


class TestFiles:
    def test_a_folder_has_each_document_as_clients_may_send_it(self, tmp_path: pathlib.Path) -> None:
        folder = tmp_path / "operations"
        (folder / "deeper").mkdir(parents=True)
        (folder / "shop.graphql").write_text(f"  {SHOP}\n", encoding="utf-8")
        (folder / "deeper" / "two.graphql").write_text(TWO, encoding="utf-8")
        (folder / "readme.md").write_text("x", encoding="utf-8")
        (folder / ".hidden").mkdir()
        (folder / ".hidden" / "old.graphql").write_text(OTHER, encoding="utf-8")

        found = load(folder)

        assert {
            f"  {SHOP}\n",
            SHOP,
            "query Shop {\n  __typename\n}",
            TWO,
            "query One {\n  one: __typename\n}",
            "query Two {\n  two: __typename\n}",
        } == found.texts
        assert all(digest_of(text) == digest for digest, text in found.by_digest.items())

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (None, "no file in it"),
            (b"\xff", "not UTF-8"),
            (b"query {", "line 1"),
            (b"fragment F on Query { a }", "no operation"),
        ],
    )
    def test_what_is_wrong_with_a_folder_stops_the_start(
        self, tmp_path: pathlib.Path, content: bytes | None, why: str
    ) -> None:
        if content is not None:
            (tmp_path / "a.graphql").write_bytes(content)

        with pytest.raises(SettingsError, match=why):
            Gateway(tmp_path)

    @pytest.mark.parametrize("content", [None, b"x", b"{}x", b'{"a": "b"}'])
    def test_what_is_wrong_with_a_manifest_stops_the_start(self, tmp_path: pathlib.Path, content: bytes | None) -> None:
        path = tmp_path / "web.json"
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(SettingsError, match=r"access\.clients\.web\.operations") as told:
            Gateway(path)

        (mistake,) = told.value.mistakes
        assert str(path) == mistake.origin
        assert mistake.advice

    @pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
    def test_what_is_no_file_does_not_hold_up_the_start(self, tmp_path: pathlib.Path, make: Any) -> None:
        make(tmp_path / "web.json")

        with pytest.raises(SettingsError, match="no file"):
            Gateway(tmp_path / "web.json")

        (tmp_path / "folder").mkdir()
        make(tmp_path / "folder" / "a.graphql")
        with pytest.raises(SettingsError, match="no file"):
            Gateway(tmp_path / "folder")

    def test_there_are_bounds(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(manifest, "MAX_BYTES", 100)
        for number in range(2):
            (tmp_path / f"{number}.graphql").write_text(f"{{ a{number}: __typename }} # {'x' * 50}", encoding="utf-8")

        with pytest.raises(SettingsError, match="more than 100 bytes"):
            Gateway(tmp_path)
        with pytest.raises(SettingsError, match="more than 100 bytes"):
            Gateway(published(tmp_path / "web.json", SHOP))

    def test_every_change_is_seen(self, tmp_path: pathlib.Path) -> None:
        seen = {fingerprint(tmp_path / "none")}
        one, two = tmp_path / "one.graphql", tmp_path / "two.graphql"
        one.write_text("x", encoding="utf-8")
        seen.add(fingerprint(tmp_path))
        two.write_text("y", encoding="utf-8")
        seen.add(fingerprint(tmp_path))
        one.write_text("xy", encoding="utf-8")
        two.write_text("", encoding="utf-8")
        seen.add(fingerprint(tmp_path))
        two.unlink()
        seen.add(fingerprint(tmp_path))
        one.rename(tmp_path / "three.graphql")
        seen.add(fingerprint(tmp_path))

        assert 6 == len(seen)
        assert fingerprint(tmp_path) == fingerprint(tmp_path)


class TestStart:
    def test_every_document_is_worked_out_and_kept(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP, TWO))

        assert {SHOP, TWO} == gateway.pinned
        assert [] == gateway.reports.events

    def test_one_that_is_not_valid_is_told_by_name_and_hinders_nobody(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP, BAD))

        (told,) = events(gateway.reports, "operation_not_valid")
        assert ("web", "Bad", digest_of(BAD)) == (told["client"], told["operation"], told["digest"])
        assert "it is not valid in this graph; look at line 1, column 13" == told["why"]
        assert {SHOP, BAD} == gateway.texts
        assert {SHOP} == gateway.pinned

    def test_limits_hold_and_are_told_in_their_own_words(self, tmp_path: pathlib.Path) -> None:
        many = f"query Many {{ {' '.join(f'a{number}: __typename' for number in range(60))} }}"
        gateway = Gateway(published(tmp_path / "web.json", many))

        (told,) = events(gateway.reports, "operation_not_valid")
        assert str(told["why"]).startswith("At most 50 aliases")

    def test_no_more_is_kept_than_there_is_place_for(
        self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checking, "MAX_PINNED", len(SHOP) + 1)
        gateway = Gateway(published(tmp_path / "web.json", SHOP, TWO))

        assert 1 == len(gateway.pinned)
        assert {SHOP, TWO} == gateway.texts


class TestRenewal:
    async def test_a_new_manifest_is_used_from_the_second_look_on(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP))
        assert Outcome.UNCHANGED is await gateway.look()

        published(gateway.path, OTHER, TWO)

        assert [Outcome.UNCHANGED, Outcome.RENEWED, Outcome.UNCHANGED] == [await gateway.look() for _ in range(3)]
        assert {OTHER, TWO} == gateway.texts == gateway.pinned
        assert [{"client": "web", "documents": 2, "new": 2, "gone": 1}] == events(gateway.reports, "operations_renewed")

    async def test_what_others_had_named_stays_kept(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP, "{ warm: __typename }"))
        published(gateway.path, OTHER)
        await gateway.registration.look(at_once=True)

        assert "{ warm: __typename }" in gateway.operations.pinned()
        assert {OTHER} == gateway.pinned

    async def test_one_that_does_not_serve_is_told_once_and_the_old_one_stays(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP))
        gateway.path.write_text("{", encoding="utf-8")

        assert Outcome.KEPT is (await gateway.registration.look(at_once=True))["web"]
        assert [Outcome.UNCHANGED, Outcome.UNCHANGED] == [await gateway.look() for _ in range(2)]
        assert {SHOP} == gateway.texts
        (told,) = events(gateway.reports, "operations_not_renewed")
        assert "web" == told["client"]

    async def test_one_that_is_gone_leaves_the_old_one(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP))
        gateway.path.unlink()

        assert Outcome.KEPT is (await gateway.registration.look(at_once=True))["web"]
        assert {SHOP} == gateway.texts

        published(gateway.path, TWO)
        assert Outcome.RENEWED is (await gateway.registration.look(at_once=True))["web"]

    async def test_a_folder_behind_a_link_that_is_turned_counts(self, tmp_path: pathlib.Path) -> None:
        """
        As Kubernetes renews what it mounts.
        """
        for name, text in (("one", SHOP), ("two", TWO)):
            (tmp_path / name).mkdir()
            (tmp_path / name / "a.graphql").write_text(text, encoding="utf-8")
        link = tmp_path / "operations"
        link.symlink_to("one")
        gateway = Gateway(link)
        (tmp_path / "next").symlink_to("two")
        os.replace(tmp_path / "next", link)  # noqa: PTH105 - what is replaced is the link

        assert Outcome.RENEWED is (await gateway.registration.look(at_once=True))["web"]
        assert TWO in gateway.texts

    async def test_publishing_many_times_keeps_no_more(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP))
        for number in range(30):
            published(
                gateway.path,
                f"query Q{number} {{ a{number}: __typename }}",
                f"{{ b: __typename c{number}: __typename }}",
            )
            await gateway.registration.look(at_once=True)

        assert 2 == len(gateway.pinned)
        assert 3 == len(gateway.operations._planning._plans._pinned)

    async def test_a_surprise_ends_no_later_look(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        gateway = Gateway(published(tmp_path / "web.json", SHOP))
        looks = 0

        async def look() -> None:
            nonlocal looks
            looks += 1
            if looks == 3:
                raise KeyboardInterrupt
            raise RuntimeError

        monkeypatch.setattr(gateway.registration, "look", look)
        with pytest.raises(KeyboardInterrupt):
            await gateway.registration.keep_looking(every_s=0)

        assert 2 == len(events(gateway.reports, "operations_not_looked_at"))


class TestSettings:
    def test_a_path_alone_means_registered_only(self, tmp_path: pathlib.Path) -> None:
        found = OperationSettings.model_validate(str(tmp_path / "web.json"))

        assert ("registered", tmp_path / "web.json") == (found.mode, found.path)

    def test_a_client_of_which_nothing_is_said_is_open(self) -> None:
        assert ("open", None, True) == (OPEN.mode, OPEN.path, OPEN.automatic)

    @pytest.mark.parametrize("mode", ["registered", "log_unknown"])
    def test_a_mode_that_needs_operations_is_refused_without(self, mode: str) -> None:
        with pytest.raises(ValueError, match="name their manifest"):
            OperationSettings.model_validate({"mode": mode})


async def test_a_running_gateway_asks_by_the_new_manifest(tmp_path: pathlib.Path) -> None:
    gateway = Gateway(published(tmp_path / "web.json", SHOP))
    world = World()
    world.trusted = gateway.registration.trusted
    async with world.door() as door:
        before = [(await door.post("web", extensions=persisted(each))).status_code for each in (SHOP, OTHER)]
        published(gateway.path, OTHER)
        await gateway.registration.look(at_once=True)
        after = [(await door.post("web", extensions=persisted(each))).status_code for each in (SHOP, OTHER)]

    assert ([200, 403], [403, 200]) == (before, after)
