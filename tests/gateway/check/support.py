"""A settings file for six systems, changed as a test wants it, and the rows that a check of it gives."""

import dataclasses
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from gateway.check import Row, State, check, exit_code
from sandbox import Sandbox
from tests.conftest import ROOT

SECRETS = ROOT / "sandbox" / "secrets"
WSDLS = ROOT / "sandbox" / "wsdl"
WRONG = "file:secrets/wrong"
CREDENTIALS = {
    "crm": "crm",
    "billing": "billing",
    "hss": "hss",
    "recharge": "recharge",
    "history": "recharge-history",
    "consent": "consent",
}

SETTINGS = f"""
[numbering]
country_code = "999"
national_lengths = [8]

[ids]
secrets = ["file:secrets/ids"]

[routes]
customers = "crm"
billing = "billing"
network = "hss"
recharging = "recharge"
recharge_history = "history"
consent = "consent"

[systems.crm]
dialect = "tmf"
url = "http://127.0.0.1:{{crm}}"
user = "switchboard"
password = "file:secrets/crm"

[systems.consent]
dialect = "tmf644"
url = "http://127.0.0.1:{{consent}}"
user = "switchboard"
password = "file:secrets/consent"

[systems.billing]
dialect = "cbs"
url = "http://127.0.0.1:{{billing}}"
bc_wsdl = "{WSDLS}/cbs_bc.wsdl"
ar_wsdl = "{WSDLS}/cbs_ar.wsdl"
login_system_code = "SWITCHBOARD"
password = "file:secrets/billing"
zone = "Europe/Madrid"
currencies = {{{{ 1102 = "EUR" }}}}

[systems.hss]
dialect = "cai3g"
url = "http://127.0.0.1:{{hss}}"
wsdl = "{WSDLS}/cai3g.wsdl"
user = "switchboard"
password = "file:secrets/hss"

[systems.recharge]
dialect = "ucip"
url = "http://127.0.0.1:{{recharge}}"
user = "switchboard"
password = "file:secrets/recharge"

[systems.history]
dialect = "acctmgr"
url = "http://127.0.0.1:{{recharge}}"
wsdl = "{WSDLS}/acctmgr.wsdl"
user = "switchboard"
password = "file:secrets/history"
zone = "Europe/Madrid"
currency = "EUR"
"""


@dataclasses.dataclass(frozen=True)
class Found:
    """What a check told."""

    rows: tuple[Row, ...]

    @property
    def exit(self) -> int:
        return exit_code(self.rows)

    @property
    def bad(self) -> list[Row]:
        """Everything that is not well."""
        return [row for row in self.rows if row.state is not State.OK]

    def only(self) -> Row:
        """The one row that is not well."""
        assert 1 == len(self.bad), self.bad
        return self.bad[0]

    def of(self, what: str) -> list[Row]:
        return [row for row in self.rows if what == row.what]


class Config:
    """A settings file in a folder of its own, with secrets that only its owner may read."""

    def __init__(self, folder: pathlib.Path, ports: Mapping[str, int]) -> None:
        self.folder = folder
        self.path = folder / "switchboard.yaml"
        secrets = folder / "secrets"
        secrets.mkdir()
        for name, file in CREDENTIALS.items():
            self.secret(name, (SECRETS / f"{file}.password").read_text(encoding="utf-8"))
        self.secret("ids", "pretend-seal")
        self.secret("wrong", "not-the-password")
        self.data: dict[str, Any] = tomllib.loads(SETTINGS.format(**ports))

    def secret(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / "secrets" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def set(self, place: str, value: object) -> None:
        """Change one setting; None removes it."""
        *sections, name = place.split(".")
        section = self.data
        for step in sections:
            section = section.setdefault(step, {})
        section[name] = value
        if value is None:
            del section[name]

    def only_crm(self) -> None:
        """Leave no other system to be asked; their routes are wrong then, which is no system's row."""
        self.data["systems"] = {"crm": self.data["systems"]["crm"]}

    def write(self) -> pathlib.Path:
        self.path.write_text(yaml.safe_dump(self.data), encoding="utf-8")
        return self.path

    async def check(self, *, timeout_s: float = 10.0) -> Found:
        return Found(tuple(await check(self.write(), timeout_s=timeout_s, environ={})))


def a_prepaid_number(sandbox: Sandbox) -> str:
    """The number of an ordinary customer's prepaid line (E.164 digits)."""
    people = [person for index in range(13, 30) if (person := sandbox.people.customer(index)) is not None]
    return next(line.key.msisdn for person in people for line in person.lines if line.prepaid)
