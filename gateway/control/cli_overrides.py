"""`switchboard control suspend`, `ban`, `system` and the like: what is said over the settings, and who said it."""

import argparse
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gateway.control.status_table import name_of
from gateway.hand import who

Command = dict[str, Any]

_SPAN = re.compile(r"([1-9][0-9]{0,3})([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LIMITS = ("cost_per_minute", "burst", "concurrent", "max_cost", "max_calls_per_system")
_TIMES = {
    "fresh_s": "an answer may be given again for so many seconds",
    "revalidate_s": "and so many more, while it is asked anew behind",
    "stale_s": "and so many more, when the system does not answer",
    "negative_s": "so long it is kept that the system does not know what was asked",
}


def add_to(
    what: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    *,
    run: Callable[[argparse.Namespace], int],
) -> None:
    """Add the commands."""
    by_hand = argparse.ArgumentParser(add_help=False)
    by_hand.add_argument("--why", required=True, help="kept and logged for good; name a ticket, and no subscriber")
    by_hand.add_argument("--expected", type=int, metavar="VERSION", help="only if nobody has changed anything since")
    ends = argparse.ArgumentParser(add_help=False)
    ends.add_argument("--until", type=_until, metavar="TIME", help="2026-11-24T06:00+01:00, or from now: 90m, 8h, 2d")

    def command(
        name: str, told: Callable[[argparse.Namespace], Command], *, help_: str, ending: bool = True
    ) -> argparse.ArgumentParser:
        parents = [common, by_hand, *([ends] if ending else [])]
        found = what.add_parser(name, parents=parents, help=help_)
        found.set_defaults(command=run, told=told)
        return found

    for name, told, help_ in (
        ("suspend", _suspend, "refuse a client, whatever its tokens say"),
        ("resume", _resume, "let a client that was suspended ask again"),
        ("revoke", _revoke, "do not believe tokens of a client that were issued until now"),
        ("believe", _believe, "believe tokens of a client again that were revoked"),
    ):
        found = command(name, told, help_=help_, ending=name == "suspend")
        found.add_argument("client", help="its name in the settings")
        if name == "revoke":
            found.add_argument("--before", type=_until, metavar="TIME", help="those that were issued before, not now")
    for name, told, help_ in (
        ("ban", _ban, "refuse an operation"),
        ("allow", _allow, "answer an operation again that was banned"),
    ):
        found = command(name, told, help_=help_, ending=name == "ban")
        found.add_argument("operation", metavar="DIGEST", help="its SHA-256, as registered, or as the audit has it")
        found.add_argument("--client", help="for this client alone")

    limits = command("limits", _limits, help_="let a client ask more or less than the settings say")
    limits.add_argument("client", help="its name in the settings")
    for limit in _LIMITS:
        limits.add_argument(f"--{limit.replace('_', '-')}", type=_most, metavar="N", default=..., help="or: unlimited")
    limits.add_argument("--measure-only", action=argparse.BooleanOptionalAction, help="count, and refuse nothing")
    limits.add_argument("--usual", action="store_true", help="as the settings say, again")

    system = command("system", _system, help_="switch a system off, or make it read-only, or on again")
    system.add_argument("system", help="its name in the settings")
    system.add_argument("state", choices=("on", "read-only", "off", "maintenance"))

    bounds = command("limit-system", _limit_system, help_="let a system be asked more or less than the settings say")
    bounds.add_argument("system", help="its name in the settings")
    bounds.add_argument("--calls-per-s", type=_rate, metavar="N", default=..., help="or: unlimited")
    bounds.add_argument("--burst", type=int, metavar="N", default=..., help="calls that may come at once")
    bounds.add_argument("--max-concurrent", type=int, metavar="N", default=..., help="calls under way at once")
    bounds.add_argument("--usual", action="store_true", help="as the settings say, again")

    cache = command("cache", _cache, help_="keep answers of a system for longer or shorter than the settings say")
    cache.add_argument("system", help="its name in the settings")
    cache.add_argument("--operation", metavar="NAME", help="of this operation alone; not given: of each")
    for time, help_ in _TIMES.items():
        cache.add_argument(f"--{time.replace('_', '-')}", type=float, metavar="SECONDS", default=..., help=help_)
    cache.add_argument("--usual", action="store_true", help="as the settings say, again")

    overrides = what.add_parser("overrides", parents=[common], help="what holds over the settings, who said it and why")
    overrides.set_defaults(command=run, told=lambda _: {"do": "overrides"}, shown=_held)
    history = what.add_parser("history", parents=[common], help="who has changed that when and why, the last first")
    history.add_argument("--most", type=int, default=20, metavar="N", help="so many changes (default 20)")
    history.set_defaults(command=run, told=lambda options: {"do": "history", "most": options.most}, shown=_changes)
    rollback = command("rollback", _rollback, help_="have all that be as it was at a version", ending=False)
    rollback.add_argument("version", type=int, help="as the history has it")


def breaker(options: argparse.Namespace) -> Command:
    """A breaker that is kept on every replica."""
    of_class = options.operation_class
    if options.state == "auto":
        return _lift(options, "breaker", options.system, *([] if of_class is None else [of_class]))
    said = {"kind": "breaker", "system": options.system, "state": options.state, "operation_class": of_class}
    return _put(options, said)


def invalidated(options: argparse.Namespace) -> Command:
    """What is put on record of an invalidation: nobody's key."""
    what = "forgot what was kept" + ("" if options.system is None else f" of system {options.system}")
    return {"do": "note", "by": who(), "why": options.why, "what": what}


def reloaded(options: argparse.Namespace) -> Command:
    """What is put on record of a reload; what it changed is put there when it has."""
    return {"do": "note", "by": who(), "why": options.why, "what": "settings reloaded"}


def _suspend(options: argparse.Namespace) -> Command:
    return _put(options, {"kind": "suspended", "client": options.client})


def _resume(options: argparse.Namespace) -> Command:
    return _lift(options, "suspended", options.client)


def _revoke(options: argparse.Namespace) -> Command:
    before = options.before or dt.datetime.now(dt.UTC).isoformat()
    return _put(options, {"kind": "revoked", "client": options.client, "issued_before": before})


def _believe(options: argparse.Namespace) -> Command:
    return _lift(options, "revoked", options.client)


def _ban(options: argparse.Namespace) -> Command:
    return _put(options, {"kind": "banned", "operation": options.operation, "client": options.client})


def _allow(options: argparse.Namespace) -> Command:
    return _lift(options, "banned", options.operation, *([] if options.client is None else [options.client]))


def _limits(options: argparse.Namespace) -> Command:
    if options.usual:
        return _lift(options, "limited", options.client)
    limits = _named(options, _LIMITS)
    if options.measure_only is not None:
        limits["measure_only"] = options.measure_only
    return _put(options, {"kind": "limited", "client": options.client, "limits": limits})


def _system(options: argparse.Namespace) -> Command:
    if options.state == "on":
        return _lift(options, "system", options.system)
    return _put(options, {"kind": "system", "system": options.system, "state": options.state.replace("-", "_")})


def _limit_system(options: argparse.Namespace) -> Command:
    if options.usual:
        return _lift(options, "system_limits", options.system)
    limits = _named(options, ("calls_per_s", "burst", "max_concurrent"))
    return _put(options, {"kind": "system_limits", "system": options.system, "limits": limits})


def _cache(options: argparse.Namespace) -> Command:
    of_operation = options.operation
    if options.usual:
        return _lift(options, "cache", options.system, *([] if of_operation is None else [of_operation]))
    times = _named(options, _TIMES)
    return _put(options, {"kind": "cache", "system": options.system, "operation": of_operation, "times": times})


def _rollback(options: argparse.Namespace) -> Command:
    return {"do": "rollback", "to": options.version, **_hand(options)}


def _named(options: argparse.Namespace, names: Iterable[str]) -> Command:
    return {name: found for name in names if (found := getattr(options, name)) is not ...}


def _put(options: argparse.Namespace, override: dict[str, Any]) -> Command:
    return {"do": "put", "override": override, "until": getattr(options, "until", None), **_hand(options)}


def _lift(options: argparse.Namespace, *key: str) -> Command:
    return {"do": "lift", "key": key, **_hand(options)}


def _hand(options: argparse.Namespace) -> dict[str, Any]:
    return {"by": who(), "why": options.why, "expected": getattr(options, "expected", None)}


def _until(text: str) -> str:
    span = _SPAN.fullmatch(text)
    if span is not None:
        seconds = int(span[1]) * _SECONDS[span[2]]
        return (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)).isoformat()
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise argparse.ArgumentTypeError("write a time with its zone, 2026-11-24T06:00+01:00, or from now on: 90m, 8h")
    return found.isoformat()


def _most(text: str) -> int | str:
    return text if text == "unlimited" else int(text)


def _rate(text: str) -> float | str:
    return text if text == "unlimited" else float(text)


def _held(said: list[dict[str, Any]]) -> Iterator[str]:
    for each in said:
        if "error" in each:
            yield f"{name_of(each)}: NOT DONE: {each['error']}"
            continue
        answer = each["answer"]
        yield f"version {answer['version']}; {len(answer['overrides']) or 'nothing'} over the settings"
        for entry in answer["overrides"]:
            ends = "" if entry["until"] is None else f", until {_time(entry['until'])}"
            yield f"  {entry['said']} (since {_time(entry['since'])}{ends}, {entry['by']}: {entry['why']})"


def _changes(said: list[dict[str, Any]]) -> Iterator[str]:
    for each in said:
        if "error" in each:
            yield f"{name_of(each)}: NOT DONE: {each['error']}"
            continue
        for change in each["answer"]["changes"]:
            yield f"{change['version']}  {_time(change['at'])}  {change['by']}: {change['did']} ({change['why']})"


def _time(iso: str) -> str:
    return dt.datetime.fromisoformat(iso).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
