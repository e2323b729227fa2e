"""Why a system did not answer as it should, and what to do: from its error and what passed on the wire. Pure."""

import dataclasses
import datetime as dt
import re

from connectors.errors import BadData, ConnectorError, Misconfigured, Rejected, TimedOut
from gateway.check import tls
from gateway.check.network import Reach, Shown
from gateway.check.rows import Finding
from gateway.check.seen import Exchange
from gateway.settings import AnySystem

_CREDENTIALS = {
    "tmf": ("user", "password", "token"),
    "tmf644": ("user", "password", "token"),
    "cbs": ("login_system_code", "password", "beid"),
    "cai3g": ("user", "password"),
    "ucip": ("user", "password", "user_agent"),
    "acctmgr": ("user", "password", "remote_address"),
}
_NOT_KNOWN = {
    "cbs": "if it means that the number is not known, add it to `{}.not_known_codes`",
    "acctmgr": "if it means that the number is not known, add it to `{}.not_known_codes`",
    "cai3g": "if it means that the number is not known, say so in `{}.fault_codes`",
}
_REQUEST = {"tmf": "send_fields", "tmf644": "send_fields", "ucip": "user_agent"}
_OWNERS = "Ask its owners what is wrong; nothing is to be changed here."
_QUOTED = re.compile(r"`(\w+)`")


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """The system that is looked at."""

    name: str
    settings: AnySystem

    @property
    def section(self) -> str:
        """Its section in the settings file."""
        return f"systems.{self.name}"

    @property
    def host(self) -> str:
        """Where it is."""
        return (self.settings.url.host or "").strip("[]")

    @property
    def port(self) -> int:
        """At which port."""
        return self.settings.url.port or 80

    @property
    def secure(self) -> bool:
        """Whether its address says TLS."""
        return self.settings.url.scheme == "https"

    def settings_for(self, path: str) -> str:
        """The setting that *path* comes from, and the address."""
        names = [
            f"`{self.section}.{name}`"
            for name, value in self.settings
            if isinstance(value, str) and name.endswith("path") and value and path.endswith(value)
        ]
        return " or ".join([*names, f"`{self.section}.url`"])


def unreached(reach: Reach, subject: Subject) -> Finding:
    """What to say of a system that no connection leads to."""
    url = f"`{subject.section}.url`"
    match reach:
        case Reach.NAME_UNKNOWN:
            return Finding(
                "This machine knows no host of that name.",
                f"Correct the host in {url}, or add the name to DNS or to /etc/hosts.",
            )
        case Reach.NAME_SERVICE_SILENT:
            return Finding(
                "The name service (DNS) did not answer, so the host was not found.",
                "Check the name service of this machine (/etc/resolv.conf), or write an IP address.",
            )
        case Reach.REFUSED:
            return Finding(
                "The host is there, but nothing listens at this port.",
                f"Correct the port in {url}, or have the service started.",
            )
        case Reach.SILENT:
            return Finding(
                f"Nobody answered the connection within {subject.settings.connect_timeout_s:g} s: a firewall, or the "
                "host is down.",
                f"Have the way from this machine opened, or correct {url}.",
            )
        case Reach.NO_WAY:
            return Finding(
                "There is no way to that host from here.",
                f"Check routes and VPN of this machine, or correct the host in {url}.",
            )
        case _:
            return Finding("The connection failed.", f"Check the network of this machine, and {url}.")


def unanswered(
    error: ConnectorError,
    exchange: Exchange | None,
    subject: Subject,
    *,
    shown: Shown,
    now: dt.datetime,
) -> Finding:
    """What to say of *error*. *shown* is what TLS shows at the port, where it was looked for."""
    if exchange is None:
        return _before_asking(error)
    if exchange.status is None:
        return _without_answer(error, exchange, subject, shown=shown, now=now)
    return _by_status(exchange, subject, shown=shown) or _by_error(error, exchange, subject)


def setting_in(error: ConnectorError) -> str | None:
    """The setting that an error names, if it names one."""
    found = _QUOTED.search(error.reason)
    return found[1] if found else None


def _before_asking(error: ConnectorError) -> Finding:
    why, _, do = error.reason.partition("; ")
    return Finding(f"{error.operation}: {why}.", f"{do[:1].upper()}{do[1:]}." if do else "Correct the settings.")


def _without_answer(
    error: ConnectorError, exchange: Exchange, subject: Subject, *, shown: Shown, now: dt.datetime
) -> Finding:
    trouble = (tls.trouble(exchange.failure) or tls.trouble(shown.failure)) if subject.secure else None
    if trouble is not None:
        return tls.finding(trouble, name=subject.name, certificate=shown.certificate, now=now)
    if shown.speaks_tls and not subject.secure:
        return _speaks_tls(subject)
    if error.reason == "ConnectTimeout" and subject.secure:
        why = "It took the connection, but there was no TLS handshake in time: it hangs, or does not speak TLS there."
        return Finding(why, f"Check port and scheme in `{subject.section}.url`, and ask its owners if they are right.")
    if error.reason == "ConnectError" and subject.secure:
        return tls.finding(tls.Trouble.HANDSHAKE, name=subject.name, certificate=shown.certificate, now=now)
    if isinstance(error, TimedOut):
        why = f"It took the connection and the question, and said nothing within {_limit(subject)}."
        return Finding(why, _if_slow(subject))
    why = "It took the connection and closed it without an answer."
    return Finding(why, f"Ask its owners whether it is ill; check that `{subject.section}.url` has the right port.")


def _by_status(exchange: Exchange, subject: Subject, *, shown: Shown) -> Finding | None:
    status = exchange.status or 0
    where = subject.settings_for(exchange.path)
    if status in {401, 403}:
        return Finding(f"It does not accept who we say we are (HTTP {status}).", _credentials(subject))
    if status in {404, 405, 410}:
        return Finding(f"There is nothing at this path (HTTP {status}).", f"Correct the path in {where}.")
    if 300 <= status < 400:
        why = f"It sends us to another address (HTTP {status}), which is never followed: often a login page or https."
        return Finding(why, f"Write the system's own, final address into {where}.")
    if exchange.is_html and status < 500:
        why = "A web page came back instead of the system's answer: a login page, a proxy or a portal."
        return Finding(why, f"Check that {where} leads to the system itself, and ask whoever runs what is in between.")
    return _by_bad_request(status, subject, shown=shown)


def _by_bad_request(status: int, subject: Subject, *, shown: Shown) -> Finding | None:
    if status == 400 and shown.speaks_tls and not subject.secure:
        return _speaks_tls(subject)
    if status in {400, 406, 414, 422} and subject.settings.dialect in _REQUEST:
        name = f"`{subject.section}.{_REQUEST[subject.settings.dialect]}`"
        return Finding(
            f"It does not take the question as we write it (HTTP {status}).", f"Check {name} with its owners."
        )
    return None


def _by_error(error: ConnectorError, exchange: Exchange, subject: Subject) -> Finding:
    said = _said(error)
    match error:
        case Misconfigured():
            return Finding(f"It does not accept who we say we are, or what we ask ({said}).", _credentials(subject))
        case Rejected():
            hint = _NOT_KNOWN.get(subject.settings.dialect, "else ask its owners").format(subject.section)
            return Finding(f"It answered and refused the question ({said}).", f"Look up what that means; {hint}.")
        case BadData():
            where = subject.settings_for(exchange.path)
            why = f"Its answer is not what this dialect says ({said})."
            return Finding(why, f"Check that {where} leads to a system that speaks {subject.settings.dialect}.")
        case _:
            return _ill(error, exchange, subject)


def _ill(error: ConnectorError, exchange: Exchange, subject: Subject) -> Finding:
    said = _said(error)
    if isinstance(error, TimedOut):
        return Finding(f"It began to answer and was not done within {_limit(subject)}.", _if_slow(subject))
    if error.reason.startswith("HTTP "):
        return Finding(f"It says that it cannot answer now ({error.reason}).", _OWNERS)
    if error.reason.endswith("Error"):
        return Finding("It began to answer and cut the connection.", _OWNERS)
    if error.operation == "Login":
        why = f"It gave us no session ({said}): all of them are taken, it is ill, or the password is wrong."
        return Finding(why, f"Ask its owners how many sessions we may have; {_lower(_credentials(subject))}")
    return Finding(f"It answered with a failure of its own ({said}), HTTP {exchange.status}.", _OWNERS)


def _said(error: ConnectorError) -> str:
    return f"{error.operation}: {error.reason}" if error.operation else error.reason


def _speaks_tls(subject: Subject) -> Finding:
    why = "It speaks TLS at this port, and the address says http."
    return Finding(why, f"Write https:// in `{subject.section}.url`.")


def _credentials(subject: Subject) -> str:
    names = _CREDENTIALS[subject.settings.dialect]
    given = [f"`{subject.section}.{name}`" for name in names if getattr(subject.settings, name, None) is not None]
    if not given:
        return f"Give it {' and '.join(f'`{subject.section}.{name}`' for name in names[:2])}."
    return f"Check {', '.join(given)} with its owners."


def _limit(subject: Subject) -> str:
    return f"{subject.settings.guard.timeout_s:g} s"


def _if_slow(subject: Subject) -> str:
    return f"Ask its owners whether it hangs; if it is only slow, raise `{subject.section}.guard.timeout_s`."


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
