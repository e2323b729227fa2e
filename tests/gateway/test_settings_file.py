"""Settings: from file, environment and command line, and for every mistake a sentence that says where and what to do."""

import json
import pathlib
from typing import Any

import pytest
import yaml

from gateway.settings import Settings, SettingsError
from gateway.settings_file import load
from gateway.settings_written import SECTIONS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECRET = "hunter2"
CRM = "[systems.crm]\n"
DEAR = 'guard.fresh_s = { "*" = 30 }\nguard.expensive = ["customers"]\n'


def _mistake(path: pathlib.Path, **given: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path, **given)
    return str(caught.value)


def _change(path: pathlib.Path, old: str, new: str) -> pathlib.Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


class TestFile:
    def test_in_toml_is_read(self, settings_file: pathlib.Path) -> None:
        settings = load(settings_file, environ={})

        assert "http://crm.example:8080/base" == str(settings.systems["crm"].url)
        assert "crm" == settings.routes.customers

    @pytest.mark.parametrize("suffix", ["yaml", "yml"])
    def test_in_yaml_says_the_same(self, settings_file: pathlib.Path, suffix: str) -> None:
        import tomllib

        written = settings_file.with_suffix(f".{suffix}")
        written.write_text(yaml.safe_dump(tomllib.loads(settings_file.read_text())), encoding="utf-8")

        assert load(settings_file, environ={}) == load(written, environ={})

    def test_may_name_what_is_expensive_where_replicas_share_a_redis(
        self, settings_file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TEST_KEY_SECRET", "a secret of the keys")
        _change(settings_file, CRM, f"{CRM}{DEAR}")
        redis = {"url": "redis://cache.example:6379/0", "key_secret": "env:TEST_KEY_SECRET"}

        settings = load(settings_file, environ={}, overrides={"cache": {"redis": redis}})

        assert {"customers"} == settings.systems["crm"].guard.expensive

    def test_of_the_sandbox_is_right(self) -> None:
        settings = load(ROOT / "deploy" / "sandbox.toml", environ={})

        in_each_province = {"billing", "recharge", "recharge-history"}
        on_the_islands = {f"{name}-islands" for name in in_each_province}
        assert {"crm", "hss", "consent"} | in_each_province | on_the_islands == set(settings.systems)

    def test_leaves_out_what_has_a_default_that_is_safe(self, settings_file: pathlib.Path) -> None:
        server = load(settings_file, environ={}).server

        assert ("127.0.0.1", 8000, 1024 * 1024) == (server.host, server.port, server.max_body_bytes)

    def test_names_other_files_from_its_own_folder(self, settings_file: pathlib.Path) -> None:
        (settings_file.parent / "secrets").mkdir()
        (settings_file.parent / "secrets" / "id.secret").write_text(" from a file \n", encoding="utf-8")
        _change(settings_file, "env:TEST_ID_SECRET", "file:secrets/id.secret")

        assert ["from a file"] == [one.get_secret_value() for one in load(settings_file, environ={}).ids.secrets]

    def test_is_frozen(self, settings_file: pathlib.Path) -> None:
        settings = load(settings_file, environ={})

        with pytest.raises(ValueError, match="frozen"):
            settings.history = None  # type: ignore[assignment, misc]

    def test_makes_the_numbering_plan(self, settings_file: pathlib.Path) -> None:
        plan = load(settings_file, environ={}).numbering.plan()

        assert "99960000042" == plan.normalise("060000042")


class TestEnvironment:
    def test_changes_a_setting(self, settings_file: pathlib.Path) -> None:
        settings = load(settings_file, environ={"SWITCHBOARD_SERVER__PORT": "9000"})

        assert 9000 == settings.server.port

    def test_reaches_a_system_with_a_dash_in_its_name(self, settings_file: pathlib.Path) -> None:
        text = settings_file.read_text(encoding="utf-8")
        settings_file.write_text(text.replace("systems.crm", "systems.my-crm").replace('"crm"', '"my-crm"'), "utf-8")

        settings = load(settings_file, environ={"SWITCHBOARD_SYSTEMS__MY_CRM__URL": "http://moved.example"})

        assert "http://moved.example/" == str(settings.systems["my-crm"].url)

    @pytest.mark.parametrize(
        ("name", "text", "place", "value"),
        [
            ("NUMBERING__COUNTRY_CODE", "44", "numbering.country_code", "44"),
            ("NUMBERING__NATIONAL_LENGTHS", "[9, 10]", "numbering.national_lengths", [9, 10]),
            ("GRAPHIQL__ENABLED", "false", "graphiql.enabled", False),
            ("SERVER__DEADLINE_S", "1.5", "server.deadline_s", 1.5),
            ("SYSTEMS__CRM__GUARD__MAX_CONCURRENT", "3", "systems.crm.guard.max_concurrent", 3),
            ("SYSTEMS__CRM__GUARD", '{"max_concurrent": 3}', "systems.crm.guard.max_concurrent", 3),
        ],
    )
    def test_is_read_as_the_setting_wants_it(
        self, settings_file: pathlib.Path, name: str, text: str, place: str, value: object
    ) -> None:
        found: Any = load(settings_file, environ={f"SWITCHBOARD_{name}": text})
        for step in place.split("."):
            found = found[step] if isinstance(found, dict) else getattr(found, step)

        assert value == found

    def test_may_hold_a_whole_section(self, settings_file: pathlib.Path) -> None:
        """
        One that was passed over would leave the graph open to everybody, and nobody would know.
        """
        access = {
            "audience": "graph",
            "issuers": [{"issuer": "login", "jwks_url": "https://login.example/keys"}],
            "clients": {"desk": {"class": "agent"}},
        }
        settings = load(settings_file, environ={"SWITCHBOARD_ACCESS": json.dumps(access)})

        assert settings.access is not None
        assert "graph" == settings.access.audience
        with pytest.raises(SettingsError, match="access"):
            load(settings_file, environ={"SWITCHBOARD_ACCESS": "on"})

    def test_knows_every_section(self) -> None:
        assert set(Settings.model_fields) == SECTIONS

    def test_leaves_the_rest_of_its_section(self, settings_file: pathlib.Path) -> None:
        settings = load(settings_file, environ={"SWITCHBOARD_SYSTEMS__CRM__URL": "http://other.example"})

        assert "tmf" == settings.systems["crm"].dialect

    def test_may_hold_variables_of_others(self, settings_file: pathlib.Path) -> None:
        environ = {"SWITCHBOARD_DIALECTS": "/x", "SWITCHBOARD_SOAK": "1", "PATH": "/bin", "OTHER__SERVER__PORT": "1"}

        assert load(settings_file, environ={}) == load(settings_file, environ=environ)

    def test_is_read_of_this_process_when_none_is_given(
        self, settings_file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SWITCHBOARD_SERVER__PORT", "9001")

        assert 9001 == load(settings_file).server.port

    def test_yields_to_the_command_line(self, settings_file: pathlib.Path) -> None:
        settings = load(
            settings_file, environ={"SWITCHBOARD_SERVER__PORT": "9000"}, overrides={"server": {"port": 9002}}
        )

        assert 9002 == settings.server.port

    @pytest.mark.parametrize(
        ("environ", "told"),
        [
            ({"SERVER__PORT": "nine"}, "SWITCHBOARD_SERVER__PORT: server.port: "),
            ({"SERVER__PORTS": "1"}, "SWITCHBOARD_SERVER__PORTS: server.ports: is not a setting; "),
            ({"NUMBERING__NATIONAL_LENGTHS": "[8"}, "SWITCHBOARD_NUMBERING__NATIONAL_LENGTHS: is not valid JSON; "),
            ({"SERVER__PORT": "1", "SERVER__PORT__X": "2"}, "SWITCHBOARD_SERVER__PORT__X: another variable "),
            ({"SERVER__PORT__X": "2", "SERVER__PORT": "1"}, "SWITCHBOARD_SERVER__PORT: another variable "),
            ({"SYSTEMS__CRM": "tmf"}, "SWITCHBOARD_SYSTEMS__CRM: systems.crm: "),
        ],
    )
    def test_with_a_mistake_names_the_variable(
        self, settings_file: pathlib.Path, environ: dict[str, str], told: str
    ) -> None:
        named = {f"SWITCHBOARD_{name}": text for name, text in environ.items()}

        assert _mistake(settings_file, environ=named).startswith(told)


class TestMistakes:
    @pytest.mark.parametrize(
        ("old", "new", "place", "advice"),
        [
            ('country_code = "999"\n', "", "numbering.country_code", "is missing; add it"),
            ('country_code = "999"', "country_code = 999", "numbering.country_code", "string"),
            ('country_code = "999"', 'country_code = "+999"', "numbering.country_code", "pattern"),
            ("national_lengths = [8]", "national_lengths = []", "numbering.national_lengths", "at least 1"),
            ("[numbering]", "[numberings]", "numberings", "is not a setting; check the spelling or remove it"),
            ('customers = "crm"\n', "", "routes.customers", "is missing; add it"),
            ('customers = "crm"', 'customers = "crn"', "routes.customers", "the systems are: crm"),
            ("[ids]", "[server]\nport = 99999\n[ids]", "server.port", "less than or equal to 65535"),
            ("[ids]", "[log]\nlevel = 'loud'\n[ids]", "log.level", "'debug', 'info', 'warning' or 'error'"),
            ("[ids]", "[cache]\nmax_entries = 0\n[ids]", "cache.max_entries", "greater than or equal to 1"),
            ("env:TEST_ID_SECRET", "env:NO_SUCH_NAME", "ids.secrets.0", "NO_SUCH_NAME is not set; set it"),
            ("env:TEST_ID_SECRET", "file:none.secret", "ids.secrets.0", "none.secret cannot be read"),
            ("env:TEST_ID_SECRET", SECRET, "ids.secrets.0", "use env:NAME or file:PATH"),
            ("env:TEST_ID_SECRET", "env:", "ids.secrets.0", "use env:NAME or file:PATH"),
            ('["env:TEST_ID_SECRET"]', "[]", "ids.secrets", "at least 1"),
            ("http://crm", "ftp://crm", "systems.crm.url", "'http' or 'https'"),
            ("http://crm", f"http://user:{SECRET}@crm", "systems.crm.url", "leave user and password out"),
            ("/base", f"/base?key={SECRET}", "systems.crm.url", "leave query and fragment out"),
            (CRM, f"{CRM}user = 'u'\n", "systems.crm", "user and password go together"),
            (CRM, f"{CRM}password = '{SECRET}'\n", "systems.crm.password", "use env:NAME or file:PATH"),
            (CRM, f"{CRM}zone = 'Europe/Nowhere'\n", "systems.crm.zone", "use a name such as Europe/Madrid"),
            (CRM, f"{CRM}tls.ca_file = 'none.pem'\n", "systems.crm.tls.ca_file", "there is no file"),
            (CRM, f"{CRM}guard.timeout_s = 0\n", "systems.crm.guard.timeout_s", "greater than 0"),
            (CRM, f"{CRM}{DEAR}", "systems.crm.guard.expensive", "set cache.redis, or leave guard.expensive out"),
            (CRM, f"{CRM}spelled_wrong = 1\n", "systems.crm.spelled_wrong", "is not a setting"),
            ('dialect = "tmf"', 'dialect = "tmg"', "systems.crm", "one of tmf, tmf644, cbs, cai3g, ucip or acctmgr"),
            ('dialect = "tmf"\n', "", "systems.crm", "one of tmf, tmf644, cbs, cai3g, ucip or acctmgr"),
        ],
    )
    def test_in_the_file_are_told_with_their_place_and_what_to_do(
        self, settings_file: pathlib.Path, old: str, new: str, place: str, advice: str
    ) -> None:
        told = _mistake(_change(settings_file, old, new), environ={})

        assert any(
            line.startswith(f"{settings_file}: ") and place in line and advice in line for line in told.splitlines()
        )
        assert all(line.endswith(".") for line in told.splitlines())
        assert SECRET not in told

    def test_are_told_all_at_once(self, settings_file: pathlib.Path) -> None:
        _change(settings_file, 'country_code = "999"\n', "")
        _change(settings_file, "http://crm", "ftp://crm")

        assert 2 == len(_mistake(settings_file, environ={}).splitlines())

    def test_an_empty_secret_file_is_one(self, settings_file: pathlib.Path) -> None:
        (settings_file.parent / "empty").write_text("\n", encoding="utf-8")
        _change(settings_file, "env:TEST_ID_SECRET", "file:empty")

        assert "empty is empty" in _mistake(settings_file, environ={})

    def test_no_file_at_all_is_one(self, tmp_path: pathlib.Path) -> None:
        told = _mistake(tmp_path / "none.toml", environ={})

        assert "none.toml: cannot be read" in told
        assert "--config" in told

    def test_a_folder_is_one(self, tmp_path: pathlib.Path) -> None:
        assert "cannot be read" in _mistake(tmp_path, environ={})

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("a.toml", f'password = "{SECRET}'.encode(), "is not valid TOML: "),
            ("a.toml", f"password = {SECRET}".encode(), "line 1"),
            ("a.yaml", f"a:\n  - {SECRET}\n b: [".encode(), "is not valid YAML: check line 3"),
            ("a.yaml", b"!!python/object/apply:os.getcwd []", "is not valid YAML: check line 1"),
            ("a.toml", b"\xff\xfe", "save it as UTF-8 text"),
            ("a.yaml", b"", "must hold sections such as [server]"),
            ("a.yaml", b"- 1", "must hold sections such as [server]"),
            ("a.toml", b"", "numbering: is missing; add it"),
            ("a.yaml", b"1: 2", "is missing; add it"),
        ],
    )
    def test_in_the_syntax_are_told_with_their_place(
        self, tmp_path: pathlib.Path, name: str, content: bytes, told: str
    ) -> None:
        (tmp_path / name).write_bytes(content)

        mistake = _mistake(tmp_path / name, environ={})

        assert told in mistake
        assert SECRET not in mistake


def test_a_secret_is_shown_nowhere(settings_file: pathlib.Path) -> None:
    settings = load(settings_file, environ={})

    assert SECRET == settings.ids.secrets[0].get_secret_value()
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert SECRET not in settings.model_dump_json()


def test_every_setting_is_described() -> None:
    def undescribed(schema: dict[str, Any]) -> list[str]:
        sections = {"Settings": schema, **schema["$defs"]}
        plain = {
            "numbering",
            "ids",
            "systems",
            "routes",
            "server",
            "graphiql",
            "cache",
            "history",
            "identity",
            "log",
            "telemetry",
            "traces",
            "plans",
            "limits",
            "check",
            "control",
            "events",
            "callers",
            "tls",
            "guard",
        }
        return [
            f"{name}.{setting}"
            for name, section in sections.items()
            for setting, found in section.get("properties", {}).items()
            if not found.get("description") and setting not in plain and name != "RouteSettings"
        ]

    assert [] == undescribed(json.loads(json.dumps(Settings.model_json_schema())))
