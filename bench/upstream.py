"""
The legacy systems of the benchmark: nginx with recorded replies, given at once, after 50 ms, or with a slow billing.

Each reply is a file, chosen by the number that the request asks about: in the path for TMF, in the body for SOAP. What
was asked is counted per operation in an access log, so that nobody can be faster by asking less.
"""

import collections
import contextlib
import dataclasses
import os
import pathlib
import pwd
import string
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping

from bench import tools
from bench.places import CACHE, LOGS, REPLIES, free_ports
from bench.processes import LOAD_CORE, pinned
from bench.replies import Replies, person, together

CUSTOMERS = 1024
"""Customers that the load goes round through."""

SIZES: Mapping[int, tuple[int, int, int]] = {
    10: (90_001, 10, 1),
    100: (90_002, 10, 10),
    1_000: (90_003, 10, 100),
    10_000: (90_004, 10, 1_000),
}
"""Bill lines in all -> the customer who has so many, bills, lines of each bill."""

GROUPS = (2, 5, 10, 20, 50)
"""How many customers one question may ask for at once; one by one they are asked by their own address."""

OPERATIONS = ("customer", "invoices", "subscription", "recharges")

_CONFIG = string.Template("""\
load_module $echo;
$user
daemon off;
worker_processes 1;
pid $cache/nginx.pid;
error_log $logs/nginx.err;
events { worker_connections 8192; multi_accept on; }
http {
    log_format operation '$$operation';
    sendfile on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_buffer_size 64k;
    client_body_temp_path $cache/nginx-body;
    proxy_temp_path $cache/nginx-proxy;
    fastcgi_temp_path $cache/nginx-fastcgi;
    uwsgi_temp_path $cache/nginx-uwsgi;
    scgi_temp_path $cache/nginx-scgi;
    open_file_cache max=16384 inactive=600s;
    open_file_cache_valid 600s;
    map $$request_body $$account { "~AccountCode[^>]*>(?<code>[A-D][0-9]+)<" $$code; default none; }
    map $$request_body $$msisdn { "~msisdn[^>]*>(?<digits>[0-9]+)<" $$digits; default none; }
    map $$request_body $$national { "~SubscriberNo[^>]*>(?<short>[0-9]+)<" $$short; default none; }
    map $$arg_id $$group { default none; $groups }
$servers}
""")

_SERVER = string.Template("""\
    server {
        listen 127.0.0.1:$port backlog=4096;
        access_log $log operation buffer=64k flush=1s;
        location = /count { access_log off; stub_status; }
        location = /tmf-api/customerManagement/v4/customer {
            set $$operation customer; $delay echo_exec /reply/group/$$group.json;
        }
        location ~ ^/tmf-api/customerManagement/v4/customer/(?<number>[0-9]+)$$ {
            set $$operation customer; $delay echo_exec /reply/customer/$$number.json;
        }
        location = /services/ArServices {
            set $$operation invoices; echo_read_request_body; $billing_delay echo_exec /reply/invoices/$$account.xml;
        }
        location = /services/CAI3G1.2 {
            set $$operation subscription; echo_read_request_body; $delay echo_exec /reply/subscription/$$msisdn.xml;
        }
        location = /services/CBSInterfaceAccountMgrService {
            set $$operation recharges; echo_read_request_body; $delay echo_exec /reply/recharges/$$national.xml;
        }
        location /reply/ {
            internal;
            alias $replies/;
            types { application/json json; text/xml xml; }
            charset utf-8;
            charset_types text/xml application/json;
            error_page 405 =200 $$uri;
        }
    }
""")


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """One port of the upstream, and the log that counts what it was asked."""

    port: int
    log: pathlib.Path

    def requests(self) -> int:
        """Requests of any kind answered since the start, by all doors together."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count", timeout=10) as answer:
            return int(answer.read().split()[9])

    def asked(self) -> collections.Counter[str]:
        """How often each operation was asked at this door; waits until the log is written."""
        time.sleep(1.3)
        return collections.Counter(self.log.read_text(encoding="utf-8").split())


@dataclasses.dataclass(frozen=True, slots=True)
class Upstream:
    """The doors of the running upstream, and a port where nobody answers."""

    at_once: Door
    after_50_ms: Door
    slow_billing: Door
    nobody: int


@contextlib.contextmanager
def upstream(*, core: str | None = LOAD_CORE) -> Iterator[Upstream]:
    """The upstream, running on that core until the end of the block."""
    ports = free_ports(4)
    names = ("at-once", "after-50-ms", "slow-billing")
    at_once, after, slow = (Door(port, LOGS / f"upstream-{name}.log") for port, name in zip(ports, names, strict=False))
    for door in (at_once, after, slow):
        door.log.write_bytes(b"")
    config = CACHE / "nginx.conf"
    config.write_text(_configuration(at_once, after, slow), encoding="utf-8")
    command = pinned(core, [tools.nginx(), "-p", str(CACHE), "-e", str(LOGS / "nginx.err"), "-c", str(config)])
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            _wait_for(at_once, process)
            yield Upstream(at_once, after, slow, ports[3])
        finally:
            process.terminate()


def write_replies(recorded: Replies) -> None:
    """The reply files of every customer that the benchmark asks about."""
    usual = recorded.shaped(bills=12, lines=8)
    customers = []
    for number in range(1, CUSTOMERS + 1):
        replies = usual.of(person(number))
        customers.append(replies.customer)
        _write(replies)
    for number, bills, lines in SIZES.values():
        _write(recorded.shaped(bills=bills, lines=lines).of(person(number)))
    for size in GROUPS:
        _file(f"group/{size}.json", together(customers[:size]))


def _write(replies: Replies) -> None:
    who = replies.person
    _file(f"customer/{who.customer}.json", replies.customer)
    _file(f"invoices/{who.account}.xml", replies.invoices)
    _file(f"subscription/{who.msisdn}.xml", replies.subscription)
    _file(f"recharges/{who.national}.xml", replies.recharges)


def _file(name: str, text: str) -> None:
    path = REPLIES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _configuration(at_once: Door, after: Door, slow: Door) -> str:
    doors = ((at_once, 0.0, 0.0), (after, 0.05, 0.05), (slow, 0.0, 2.0))
    servers = (
        _SERVER.substitute(
            port=door.port, log=door.log, replies=REPLIES, delay=_sleep(delay), billing_delay=_sleep(billing)
        )
        for door, delay, billing in doors
    )
    groups = " ".join(f'"~^[0-9]+(%2C[0-9]+){{{size - 1}}}$$" {size};'.replace("$$", "$") for size in GROUPS)
    # Started by root, nginx would serve as somebody who may not read the replies.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    return _CONFIG.substitute(
        echo=tools.echo_module(), user=user, cache=CACHE, logs=LOGS, groups=groups, servers="".join(servers)
    )


def _sleep(seconds: float) -> str:
    return f"echo_sleep {seconds};" if seconds else ""


def _wait_for(door: Door, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            door.requests()
            return
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start; see {LOGS / 'nginx.err'}")
