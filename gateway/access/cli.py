"""`switchboard token`: tokens for development, by the key of the gateway that believes them."""

import argparse
import functools
import pathlib
import re
import sys
import time
from typing import TYPE_CHECKING, Final

from gateway.access.scopes import PURPOSE, SCOPE
from gateway.mistakes import Mistake, SettingsError

if TYPE_CHECKING:
    from gateway.access.client_settings import ClientSettings
    from gateway.access.settings import AccessSettings

_UNITS_S: Final = {"s": 1, "m": 60, "h": 3600}
_LONGEST_S: Final = 24 * 3600


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, sandbox: pathlib.Path) -> None:
    """Add the command to the command line. *sandbox* is the settings file of `switchboard run`."""
    token = commands.add_parser("token", help="tokens for development")
    what = token.add_subparsers(required=True, metavar="WHAT")
    issue = what.add_parser(
        "issue",
        help="an access token that a gateway with [access.development] believes",
        description="Prints an access token (RFC 9068), and nothing else on standard output.",
        epilog="exit code: 0 there it is; 2 the settings do not have it, or what it is to say is wrong",
    )
    issue.add_argument("--config", type=pathlib.Path, help="settings file (default: as `switchboard run --tokens`)")
    issue.add_argument("--client", required=True, metavar="ID", help="a client in [access.clients]")
    issue.add_argument("--scope", action="append", default=[], help="a scope; may be said several times")
    issue.add_argument("--purpose", action="append", default=[], metavar="dpv:...", help="a purpose")
    issue.add_argument("--subject", metavar="S", help="on whose behalf (default: the client's own)")
    issue.add_argument("--customer", metavar="ID", help="the customer whose it is, in the claim that the client names")
    issue.add_argument("--case", metavar="ID", help="the case it is issued for, in the claim that the client names")
    issue.add_argument("--lifetime", type=_seconds, default=3600, metavar="T", help="90s, 15m or 8h (default 1h)")
    issue.add_argument("--jkt", type=_thumbprint, metavar="T", help="bind it to the key of this thumbprint (--jkt=T)")
    issue.set_defaults(command=functools.partial(_issue, sandbox))


def _issue(sandbox: pathlib.Path, options: argparse.Namespace) -> int:
    from gateway.access.tokens import development

    access = _access(options.config, sandbox)
    if access.development is None:
        raise _wrong("access.development", "is not there, and only then tokens of this command are believed", "add it")
    client = access.clients.get(options.client)
    if client is None:
        known = ", ".join(sorted(access.clients))
        raise _wrong("--client", f"there is no client {options.client!r}", f"the clients are: {known}")
    more = _named(options, client)
    if options.jkt is not None:
        more["cnf"] = {"jkt": options.jkt}
    scopes = [*map(_scope, options.scope), *map(_purpose, options.purpose)]
    try:
        key = development.key_in(access.development.key_file)
    except development.KeyFileError as exc:
        raise SettingsError(str(exc)) from exc
    written = development.issued(
        key,
        audience=access.audience,
        client_id=options.client,
        subject=options.subject or options.client,
        scopes=scopes,
        now=time.time(),
        lifetime_s=options.lifetime,
        more=more,
    )
    print(written)  # noqa: T201 - what the command is for
    _hint(f"It is for {options.client} and lasts {options.lifetime} s. Show it as: Authorization: Bearer <token>")
    unused = [each for each in options.scope if client.scopes is not None and each not in client.scopes]
    unused += [each for each in options.purpose if client.purposes is not None and each not in client.purposes]
    if unused:
        _hint(f"The gateway ignores {', '.join(unused)}: more than access.clients.{options.client} may use.")
    return 0


def _named(options: argparse.Namespace, client: "ClientSettings") -> dict[str, object]:
    found: dict[str, object] = {}
    named = (("customer", client.customer_claim, options.customer), ("case", client.case_claim, options.case))
    for what, claim, given in named:
        if claim is not None:
            if given is None:
                raise _wrong(f"--{what}", f"tokens of {options.client} name a {what}", f"add --{what} ID")
            found[claim] = given
    return found


def _access(config: pathlib.Path | None, sandbox: pathlib.Path) -> "AccessSettings":
    """The section `access`. The rest is not looked into: its secrets may be out of reach of whoever wants a token."""
    from pydantic import ValidationError

    from gateway import pretend
    from gateway.access.settings import AccessSettings
    from gateway.settings_written import read

    written = read(config or sandbox)
    section = written.data.get("access", pretend.access() if config is None else None)
    if section is None:
        raise _wrong("access", f"is not in {written.path}", "add [access.development] and [access.clients]")
    try:
        return AccessSettings.model_validate(section, context=written.context)
    except ValidationError as exc:
        found = exc.errors(include_url=False, include_input=False)
        raise SettingsError(*(_mistake(written.path, each["loc"], each["msg"]) for each in found)) from None


def _mistake(path: pathlib.Path, steps: tuple[int | str, ...], said: str) -> Mistake:
    # Ours are written as "what is wrong; what to do".
    why, _, advice = said.removeprefix("Value error, ").partition("; ")
    return Mistake(str(path), ".".join(["access", *map(str, steps)]), why, advice or "correct it there")


def _wrong(place: str, why: str, advice: str) -> SettingsError:
    return SettingsError(Mistake("", place, why, advice))


def _hint(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - for a person


def _scope(text: str) -> str:
    if not SCOPE.fullmatch(text) or text.startswith(PURPOSE):
        raise _wrong("--scope", "is one scope, a word without quotes", f"purposes ({PURPOSE}...) go into --purpose")
    return text


def _purpose(text: str) -> str:
    if not SCOPE.fullmatch(text) or not text.startswith(PURPOSE):
        raise _wrong("--purpose", "is a word of the Data Privacy Vocabulary", f"begin it with {PURPOSE}")
    return text


def _thumbprint(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", text, re.ASCII):
        raise argparse.ArgumentTypeError("write the SHA-256 thumbprint of a JWK (RFC 7638), 43 letters")
    return text


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,6})([smh])", text, re.ASCII)
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError("write a number with s, m or h behind it, a day at most")
    return seconds
