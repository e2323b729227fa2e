"""Switchboard as an operator would run it before the benchmark's upstream: a settings file and `switchboard serve`."""

import dataclasses
import pathlib
import string
import subprocess
import sys
from collections.abc import Sequence

from bench.places import CACHE, ROOT

_KEPT_FOR_S = 3600

_SETTINGS = string.Template("""\
$access
[numbering]
country_code = "999"
national_lengths = [8]

[ids]
secrets = ["env:BENCH_SECRET"]

[log]
format = "json"

[server]
port = $port

[graphiql]
enabled = false

[routes]
customers = "crm"
billing = "billing"
network = "hss"
recharging = "recharge"
recharge_history = "recharge-history"

[systems.crm]
dialect = "tmf"
url = "http://127.0.0.1:$upstream"
user = "switchboard"
password = "env:BENCH_SECRET"
[systems.crm.guard]
max_concurrent = 128
$crm_fresh

[systems.billing]
dialect = "cbs"
url = "http://127.0.0.1:$billing"
bc_wsdl = "$wsdl/cbs_bc.wsdl"
ar_wsdl = "$wsdl/cbs_ar.wsdl"
login_system_code = "SWITCHBOARD"
password = "env:BENCH_SECRET"
zone = "Europe/Madrid"
currencies = { 1102 = "EUR" }
[systems.billing.guard]
max_concurrent = 128
$billing_fresh

[systems.hss]
dialect = "cai3g"
url = "http://127.0.0.1:$upstream"
wsdl = "$wsdl/cai3g.wsdl"
fixed_session_id = "env:BENCH_SECRET"
sessions = 64
[systems.hss.guard]
max_concurrent = 128
$hss_fresh

[systems.recharge]
dialect = "ucip"
url = "http://127.0.0.1:$upstream"
user = "switchboard"
password = "env:BENCH_SECRET"
user_agent = "switchboard/5.0/1.0"

[systems.recharge-history]
dialect = "acctmgr"
url = "http://127.0.0.1:$upstream"
wsdl = "$wsdl/acctmgr.wsdl"
user = "switchboard"
password = "env:BENCH_SECRET"
zone = "Europe/Madrid"
currency = "EUR"
send_transaction_id = false
[systems.recharge-history.guard]
max_concurrent = 128
$history_fresh
""")


_KEY = CACHE / "issuer.pem"
_CLIENT = "desk"
_ACCESS = f"""\
[access]
audience = "urn:switchboard:bench"
[access.development]
key_file = "{_KEY}"
[access.clients.{_CLIENT}]
class = "agent"
audience = "agent"
"""


def token(scopes: Sequence[str]) -> str:
    """An access token of the benchmark's client, as `switchboard token issue` makes it."""
    config = CACHE / "token.toml"
    config.write_text(_ACCESS, encoding="utf-8")
    wanted = [part for scope in scopes for part in ("--scope", scope)]
    command = [sys.executable, "-m", "gateway", "token", "issue", "--config", str(config), "--client", _CLIENT, *wanted]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return made.stdout.strip()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One way to run it: where the systems are, whether answers are kept, and by how many processes."""

    name: str
    upstream: int
    billing: int
    kept: bool = False
    workers: int = 1
    access: bool = False
    audit: bool = False

    def command(self, port: int) -> list[str]:
        """`switchboard serve` on *port*, by its module's name; the settings file is written."""
        config = self._write(port)
        workers = ["--workers", str(self.workers)] if self.workers > 1 else []
        return [sys.executable, "-m", "gateway", "serve", "--config", str(config), *workers]

    def _write(self, port: int) -> pathlib.Path:
        text = _SETTINGS.substitute(
            port=port,
            access=self._access(),
            upstream=self.upstream,
            billing=self.billing,
            wsdl=ROOT / "sandbox" / "wsdl",
            crm_fresh=self._fresh("GET /customer"),
            billing_fresh=self._fresh("QueryInvoice"),
            hss_fresh=self._fresh("Get"),
            history_fresh=self._fresh("VoucherRechargeEnquiry"),
        )
        # Each run begins with no records, or it would measure how many were made before.
        for kept in CACHE.glob(f"{self.name}.db*"):
            kept.unlink()
        path = CACHE / f"{self.name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def _access(self) -> str:
        audit = f'[audit]\nsecrets = ["env:BENCH_AUDIT"]\nsqlite = "{CACHE / self.name}.db"\n' if self.audit else ""
        return _ACCESS + audit if self.access else ""

    def _fresh(self, operation: str) -> str:
        return f'fresh_s = {{ "{operation}" = {_KEPT_FOR_S} }}' if self.kept else ""
