"""`switchboard token issue`: one token on standard output, everything else beside it, and what it needs is told."""

import json
import pathlib

import pytest

from gateway.access.tokens.signatures import decoded
from gateway.cli import main

CLIENTS = """
[access.clients]
shop = { class = "partner", scopes = ["customer:read"], purposes = ["dpv:Marketing"] }
app = { class = "self_care", customer_claim = "account" }
office = { class = "agent", case_claim = "ticket" }
"""
ISSUERS = """
[[access.issuers]]
issuer = "https://login.example"
jwks_url = "https://login.example/keys"
"""


@pytest.fixture
def config(tmp_path: pathlib.Path) -> pathlib.Path:
    found = tmp_path / "switchboard.toml"
    found.write_text(f'[access]\naudience = "https://graph.example"\n[access.development]\n{CLIENTS}')
    return found


def issue(config: pathlib.Path, *arguments: str) -> int:
    return main(["token", "issue", "--config", str(config), *arguments])


def said(token: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(decoded(token.split(".")[1]))
    return found


def test_a_token_stands_alone_on_standard_output(config: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == issue(config, "--client", "shop", "--scope", "customer:read", "--purpose", "dpv:Marketing")

    written = capsys.readouterr()
    (token,) = written.out.splitlines()
    found = said(token)
    assert {
        "aud": "https://graph.example",
        "client_id": "shop",
        "sub": "shop",
        "scope": "customer:read dpv:Marketing",
    }.items() <= found.items()
    assert 3600 == int(str(found["exp"])) - int(str(found["iat"]))
    assert "lasts 3600 s" in written.err
    assert token not in written.err
    assert (config.parent / ".switchboard" / "development-issuer.pem").exists()


def test_it_says_all_that_it_can_be_told_to_say(config: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--subject", "u-1", "--customer", "c-7", "--lifetime", "15m", "--jkt", "A" * 43]

    assert 0 == issue(config, "--client", "app", *more)

    found = said(capsys.readouterr().out)
    assert {"sub": "u-1", "account": "c-7", "cnf": {"jkt": "A" * 43}}.items() <= found.items()
    assert 900 == int(str(found["exp"])) - int(str(found["iat"]))
    assert "scope" not in found


def test_it_names_the_case(config: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == issue(config, "--client", "office", "--case", "T-4711")

    assert "T-4711" == said(capsys.readouterr().out)["ticket"]


def test_what_the_client_may_never_use_is_told(config: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == issue(config, "--client", "shop", "--scope", "bill:read", "--purpose", "dpv:Sale")

    assert "ignores bill:read, dpv:Sale" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--client", "shopp"], "the clients are: app, office, shop"),
        (["--client", "app"], "add --customer"),
        (["--client", "office"], "add --case"),
        (["--client", "shop", "--scope", "a b"], "--scope"),
        (["--client", "shop", "--scope", "dpv:Marketing"], "go into --purpose"),
        (["--client", "shop", "--purpose", "Marketing"], "begin it with dpv:"),
    ],
)
def test_what_it_cannot_say_is_told(
    config: pathlib.Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    assert 2 == issue(config, *arguments)

    written = capsys.readouterr()
    assert why in written.err
    assert "" == written.out


@pytest.mark.parametrize("lifetime", ["0s", "1", "25h", "-1h", "1d", "h", "1.5h", "١h"])
def test_a_lifetime_is_a_day_at_most(config: pathlib.Path, lifetime: str) -> None:
    with pytest.raises(SystemExit):
        issue(config, "--client", "shop", f"--lifetime={lifetime}")


@pytest.mark.parametrize(
    ("access", "why"),
    [
        ("[server]\n", "access: is not in"),
        (f'[access]\naudience = "a"\n{ISSUERS}{CLIENTS}', "access.development"),
        (f'[access]\naudience = "a"\n[access.development]\n{ISSUERS}{CLIENTS}', "leave development out in production"),
        (f'[access]\naudience = "a"\n{CLIENTS}', "nobody issues tokens"),
        (
            '[access]\naudience = "a"\n[access.development]\n[access.clients]\na = { class = "vip" }\n',
            "access.clients.a.class",
        ),
    ],
)
def test_settings_that_do_not_believe_it_are_told(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], access: str, why: str
) -> None:
    path = tmp_path / "other.toml"
    path.write_text(access)

    assert 2 == issue(path, "--client", "shop")
    assert why in capsys.readouterr().err


def test_a_key_that_others_may_read_is_told(config: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == issue(config, "--client", "shop")
    (config.parent / ".switchboard" / "development-issuer.pem").chmod(0o644)

    assert 2 == issue(config, "--client", "shop")
    assert "not this user's alone" in capsys.readouterr().err
