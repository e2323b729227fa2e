"""Limits that registered operations have of their own: for exactly that text of that client, and for nobody else."""

import json
import pathlib
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.cli import main
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import MAX_UNDER, Operations
from gateway.renewal import Outcome
from gateway.trusted import manifest
from gateway.trusted.digest import digest_of
from gateway.trusted.limits import LimitsError, RegisteredLimits, read
from gateway.trusted.manifest import ManifestError, Registered, name_of
from gateway.trusted.register import Register, load
from gateway.trusted.settings import OperationSettings
from tests.gateway.trusted.support import OTHER, SHOP, World, persisted, settings
from tests.gateway.trusted.test_registration import Gateway
from tests.resolvers.support import SCHEMA

WIDE = RegisteredLimits(aliases=100)


def wide(name: str = "Wide", *, aliases: int = 60) -> str:
    """A document with more aliases than others may have: 50."""
    return f"query {name} {{ viewer {{ {' '.join(f'a{number}: clientId' for number in range(aliases))} }} }}"


def registered(text: str, limits: RegisteredLimits | None = WIDE) -> Registered:
    return Registered(digest_of(text), text, name_of(text), limits)


def apollo(*texts: str, **limits: Any) -> dict[str, Any]:
    rows = [{"id": digest_of(each), "name": name_of(each), "body": each, "limits": limits} for each in texts]
    return {"format": manifest.FORMAT, "version": 1, "operations": rows}


async def codes(door: Any, who: str, **asked: Any) -> list[str]:
    answer = (await door.post(who, **asked)).json()
    assert ("errors" in answer) != ("data" in answer)
    return [each["extensions"]["code"] for each in answer.get("errors", ())]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"tokens": 20_001}, "`tokens` should be less than or equal to 20000"),
        ({"characters": 200_001}, "`characters` should be less"),
        ({"depth": 51}, "`depth` should be less"),
        ({"aliases": -1}, "`aliases` should be greater"),
        ({"aliases": 501}, "`aliases` should be less"),
        ({"cost": 0}, "`cost` should be greater"),
        ({"calls": "many"}, "`calls` should be a valid integer"),
        ({"max_depth": 5}, "can be characters, tokens, depth"),
        ({"447700900123": 5}, "can be characters, tokens, depth"),
        ([], "can be characters"),
        ("all", "can be characters"),
    ],
)
def test_what_cannot_be_a_limit_is_told_and_not_quoted(said: object, why: str) -> None:
    with pytest.raises(LimitsError, match=why) as told:
        read(said)
    assert "447700900123" not in str(told.value)

    with pytest.raises(ManifestError, match="the operation Wide") as whole:
        manifest.read(
            json.dumps(apollo(wide()) | {"operations": [{**apollo(wide())["operations"][0], "limits": said}]}).encode()
        )
    assert "; correct it, or leave the limit out" in str(whole.value)
    assert "447700900123" not in str(whole.value)


def test_what_is_not_named_is_as_for_every_other_document() -> None:
    usual = LimitSettings(max_tokens=500, max_depth=7, max_cost=90)
    found = RegisteredLimits(tokens=2000, fields=9, cost=100).over(usual)

    assert (2000, 7, 100) == (found.max_tokens, found.max_depth, found.max_cost)
    assert (9, 9) == (found.max_selected_fields, found.max_written_fields)
    assert usual == RegisteredLimits().over(usual)
    assert RegisteredLimits(tokens=2000).demand is None
    assert read({}) is None is read(None)
    demand = RegisteredLimits(cost=5, calls=6).demand
    assert demand is not None
    assert {"max_cost": 5, "max_calls_per_system": 6} == demand.model_dump(exclude_unset=True)


def test_limits_are_read_from_every_form_that_has_a_place_for_them_and_written_again() -> None:
    text, limits = wide(), {"aliases": 100, "cost": 5}
    for form in (apollo(text, **limits), {digest_of(text): {"name": "Wide", "source": text, "limits": limits}}):
        (found,) = manifest.read(json.dumps(form).encode())
        assert found.limits is not None
        assert limits == found.limits.named
        assert [found] == manifest.read(manifest.write([found]).encode())


def test_one_text_has_one_kind_of_limits() -> None:
    form = apollo(SHOP, aliases=5)
    form["operations"] += apollo(SHOP, aliases=6)["operations"]
    with pytest.raises(ManifestError, match="twice, with different limits; leave one"):
        manifest.read(json.dumps(form).encode())

    form["operations"][1] = form["operations"][0]
    assert 1 == len(manifest.read(json.dumps(form).encode()))


def test_what_the_settings_say_goes_before_the_manifest_and_a_hash_before_a_name() -> None:
    texts = ["query A { __typename }", "query A { a: __typename }", "query B { __typename }", "query C { __typename }"]
    by_name, by_hash, first = (RegisteredLimits(aliases=each) for each in (1, 2, 3))
    found = Register(registered(each, first) for each in texts).limited(
        {"A": by_name, digest_of(texts[1]): by_hash, "B": by_name, "None": by_hash}
    )

    assert dict(zip(texts, (by_name, by_hash, by_name, first), strict=True)) == found.limits


@pytest.mark.parametrize(
    "said", [{"limits": {"a b": {}}}, {"limits": {"A" * 64 + "!": {}}}, {"limits": {"A": {"depth": 99}}}]
)
def test_settings_are_read_as_strictly(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OperationSettings.model_validate({"path": "x.json", **said})
    with pytest.raises(ValidationError, match="only what is registered has limits"):
        OperationSettings.model_validate({"mode": "open", "limits": {"A": {"depth": 9}}})


class TestOverHttp:
    """`partner` has WIDE registered with limits of its own; `web`, of the same audience, may ask whatever it likes."""

    def world(self) -> World:
        return World(
            {
                "partner": (settings("registered"), Register([registered(wide())])),
                "same": (settings("open"), Register([registered(wide(), None)])),
                "less": (settings("open"), Register([registered(wide(), RegisteredLimits(aliases=55))])),
            }
        )

    async def test_who_has_it_registered_asks_it_by_text_and_by_hash(self) -> None:
        async with self.world().door() as door:
            assert [] == await codes(door, "partner", query=wide())
            assert [] == await codes(door, "partner", extensions=persisted(wide()))
            assert [] == await codes(door, "partner", query=wide(), extensions=persisted(wide()))

    @pytest.mark.parametrize("order", [("partner", "web"), ("web", "partner")])
    async def test_others_who_send_the_very_text_have_the_usual_limits(self, order: tuple[str, str]) -> None:
        expected = {"partner": [], "web": ["TOO_COSTLY"], "same": ["TOO_COSTLY"], "less": ["TOO_COSTLY"]}
        async with self.world().door() as door:
            for _ in range(2):
                for who in (*order, "same", "less", *order):
                    assert expected[who] == await codes(door, who, query=wide())

    async def test_what_only_means_the_same_is_not_registered(self) -> None:
        async with self.world().door() as door:
            assert [] == await codes(door, "partner", query=wide())
            for alike in (wide("Other"), f" {wide()}", wide().replace(" }", "  }")):
                assert ["TOO_COSTLY"] == await codes(door, "web", query=alike)
                assert ["FORBIDDEN"] == await codes(door, "partner", query=alike)
                assert ["TOO_COSTLY"] == await codes(door, "same", query=alike)

    async def test_by_hash_nobody_gets_more_either(self) -> None:
        async with self.world().door() as door:
            assert [] == await codes(door, "partner", query=wide())
            assert ["PERSISTED_QUERY_NOT_FOUND"] == await codes(door, "web", extensions=persisted(wide()))
            assert ["TOO_COSTLY"] == await codes(door, "web", query=wide(), extensions=persisted(wide()))
            assert ["TOO_COSTLY"] == await codes(door, "web", extensions=persisted(wide()))
            assert ["TOO_COSTLY"] == await codes(door, "same", extensions=persisted(wide()))


def operations() -> Operations:
    return Operations(SCHEMA, limits=LimitSettings())


def test_equal_limits_are_one_place_and_different_ones_are_apart() -> None:
    found = operations()
    own = found.under(WIDE)

    assert own is found.under(RegisteredLimits(aliases=100))
    assert own is not found.under(RegisteredLimits(aliases=99))
    assert not own.prepare(wide()).errors
    assert found.prepare(wide()).errors
    assert found.under(RegisteredLimits(aliases=59)).prepare(wide()).errors
    assert found.prepare(SHOP) is not own.prepare(SHOP)
    assert found._answers is not own._answers


def test_there_is_a_bound_of_places_and_one_that_went_is_made_anew() -> None:
    found = operations()
    for number in range(MAX_UNDER + 5):
        assert not found.under(RegisteredLimits(aliases=60 + number)).prepare(wide()).errors

    assert MAX_UNDER == len(found._under)
    assert not found.under(RegisteredLimits(aliases=60)).prepare(wide()).errors


class TestRegistration:
    def published(self, path: pathlib.Path, **limits: int) -> pathlib.Path:
        path.write_text(json.dumps(apollo(wide(), **limits)), encoding="utf-8")
        return path

    async def test_limits_are_worked_out_ahead_and_read_again(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(self.published(tmp_path / "web.json", aliases=100))
        assert {wide()} == gateway.pinned
        assert not gateway.reports.events
        self.published(gateway.path, aliases=55)
        await gateway.look()

        assert Outcome.RENEWED is await gateway.look()
        assert ["operation_not_valid"] == [event for event, _ in gateway.reports.events if "not_valid" in event]
        assert RegisteredLimits(aliases=55) == gateway.registration.trusted.limits(wide(), client="web")
        assert gateway.registration.trusted.limits(wide(), client="open") is None
        assert gateway.registration.trusted.limits(wide("Other"), client="web") is None

    def test_the_settings_may_say_them_instead(self, tmp_path: pathlib.Path) -> None:
        gateway = Gateway(self.published(tmp_path / "web.json", aliases=55), limits={"Wide": {"aliases": 60}})

        assert not gateway.reports.events
        assert {wide()} == gateway.pinned


def test_what_is_published_has_its_limits_and_they_are_shown(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built, target = tmp_path / "built.json", tmp_path / "web.json"
    built.write_text(json.dumps(apollo(wide(), aliases=100, cost=70)), encoding="utf-8")
    assert 0 == main(["operations", "publish", str(built), "--client", "web", "--to", str(target)])

    assert {wide(): RegisteredLimits(aliases=100, cost=70)} == load(target).limits
    assert "Wide  with aliases 100, cost 70" in capsys.readouterr().out


def test_what_is_beyond_its_own_limits_is_not_published(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built, target = tmp_path / "built.json", tmp_path / "web.json"
    for limits in ({"aliases": 55}, {"depth": 5}, {"aliases": 501}):
        built.write_text(json.dumps(apollo(wide(), **limits)), encoding="utf-8")
        assert 1 == main(["operations", "publish", str(built), "--client", "web", "--to", str(target)])

    assert not target.exists()
    assert "At most 55 aliases" in capsys.readouterr().err


def test_limits_of_the_settings_count_when_a_folder_is_published(tmp_path: pathlib.Path) -> None:
    folder, config = tmp_path / "source", tmp_path / "s.toml"
    folder.mkdir()
    (folder / "wide.graphql").write_text(wide(), encoding="utf-8")
    (folder / "other.graphql").write_text(OTHER, encoding="utf-8")

    def publish(limits: str) -> int:
        section = f'[access.clients.web.operations]\npath = "web.json"\n{limits}'
        config.write_text(f'[access.clients.web]\nclass = "partner"\n{section}', encoding="utf-8")
        return main(["operations", "publish", str(folder), "--client", "web", "--config", str(config)])

    assert 1 == publish("")
    assert 2 == publish("limits = { Wide = { aliases = 501 } }")
    assert 0 == publish("limits = { Wide = { aliases = 60 } }")
    assert {} == load(config.with_name("web.json")).limits
