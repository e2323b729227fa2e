"""The status of all processes as a table for people. Pure: from what each of them said to lines of text."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from gateway.control.answers import Said

_MIB = 1024 * 1024
_WHOLE = "default"
"""The class of a system whose operations are not parted."""

Answers = Mapping[str, Mapping[str, Any]]
"""What each process said, by its name. One of another release may leave a part out."""


def lines(said: Iterable[Said]) -> Iterator[str]:
    """
    How the gateway is: numbers added over its processes, states by process where they differ.

    Whoever did not answer is told first.
    """
    answers = {name_of(each): each["answer"] for each in said if "answer" in each}
    yield from (f"{name_of(each)}: NOT DONE: {each['error']}" for each in said if "error" in each)
    if answers:
        yield ", ".join(f"{name} (pid {_part(answer, 'process').get('pid')})" for name, answer in answers.items())
        yield ""
        yield from _aligned([("system", "in use", "waiting", "calls/s", "state"), *_systems(answers)])
        yield ""
        yield from _aligned(_rest(answers))


def name_of(said: Said) -> str:
    """Whose answer it is."""
    return f"worker {said['worker']}" if "worker" in said else "gateway"


def _systems(answers: Answers) -> Iterator[tuple[str, ...]]:
    names = sorted({name for answer in answers.values() for name in answer["systems"]})
    for name in names:
        loads = {who: load for who, answer in answers.items() if (load := _row(answer, "load", name)) is not None}
        yield name, *_numbers(list(loads.values())), _by_process({who: _state(answers[who], name) for who in answers})


def _numbers(loads: Collection[Mapping[str, Any]]) -> tuple[str, str, str]:
    if not loads:
        return "?", "?", "?"
    in_use, places, waiting, calls = (
        sum(load[name] for load in loads) for name in ("in_use", "places", "waiting", "calls_per_s")
    )
    budgets = [load["budget_per_s"] for load in loads if load["budget_per_s"] is not None]
    # What all replicas share is there once, and parts of it are added.
    whole = max if any(load["budget_is_shared"] for load in loads) else sum
    budget = f" of {whole(budgets):g}" if budgets else ""
    return f"{in_use} of {places}", str(waiting), f"{calls}{budget}"


def _state(answer: Mapping[str, Any], system: str) -> tuple[str, float | None]:
    """How *system* is, and for how many seconds it has been so, where that is known."""
    until = (_row(answer, "load", system) or {}).get("maintenance_until")
    ill = [each for each in answer["breakers"] if each["system"] == system and _is_news(each)]
    told = [f"{_prefix(each)}{_word(each)}" for each in ill]
    longest = max((each["ill_s"] for each in ill if each["ill_s"] is not None), default=None)
    return "; ".join([*([f"maintenance until {_time(until)}"] if until else []), *told]) or "well", longest


def _is_news(breaker: Mapping[str, Any]) -> bool:
    return bool(breaker["forced"] or breaker["state"] != "closed")


def _prefix(breaker: Mapping[str, Any]) -> str:
    return "" if breaker["class"] in (None, _WHOLE) else f"{breaker['class']}: "


def _word(breaker: Mapping[str, Any]) -> str:
    if breaker["forced"]:
        return "kept closed: asked, come what may" if breaker["state"] == "closed" else "kept OPEN: not asked"
    why = f", {str(breaker['why']).replace('_', ' ')}" if breaker["why"] else ""
    return f"ILL{why}{', being probed' if breaker['state'] == 'half_open' else ''}"


def _by_process(states: Mapping[str, tuple[str, float | None]]) -> str:
    """One state for all where they agree, else each with those that say so."""
    who_says: dict[str, list[str]] = {}
    for who, (state, _) in states.items():
        who_says.setdefault(state, []).append(who)
    told = []
    for state, names in who_says.items():
        longest = max((s for each in names if (s := states[each][1]) is not None), default=None)
        whom = "" if len(who_says) == 1 else f"{', '.join(names)}: "
        told.append(f"{whom}{state}{'' if longest is None else f' (for {longest:.0f} s)'}")
    return "; ".join(told)


def _rest(answers: Answers) -> Iterator[tuple[str, str]]:
    cache = _added(answers, "cache")
    if cache:
        kept = f"{cache['entries']:,} of {cache['max_entries']:,} answers"
        yield "cache", f"{kept}, {cache['bytes'] / _MIB:,.1f} of {cache['max_bytes'] / _MIB:,.1f} MiB"
    identity = _added(answers, "identity")
    yield "identity", f"{identity['entries']:,} of {identity['max_entries']:,} entries" if identity else "off"
    redis = {who: found for who, answer in answers.items() if (found := answer.get("redis"))}
    if redis:
        yield "redis", _redis(redis)
    held = {who: found for who, answer in answers.items() if (found := answer.get("overrides"))}
    if held:
        yield "overrides", _overrides(held)
    forgotten = sum(_part(answer, "forgotten").get("subjects", 0) for answer in answers.values())
    yield "forgotten", f"{forgotten:,} subjects since the start"


def _redis(found: Mapping[str, Mapping[str, Any]]) -> str:
    by_state: dict[bool | None, list[str]] = {}
    for who, redis in found.items():
        by_state.setdefault(redis["there"], []).append(who)
    told = []
    for is_there, names in by_state.items():
        whom = "" if len(by_state) == 1 else f"{', '.join(names)}: "
        # It has been there for all of them since the last found it, and is away since the first missed it.
        since = (max if is_there else min)(found[each]["since"] or "" for each in names)
        word = {True: "there", False: "AWAY", None: "not known yet"}[is_there]
        told.append(f"{whom}{word}{f' since {_time(since)}' if since else ''}")
    return "; ".join(told)


def _overrides(held: Mapping[str, Mapping[str, Any]]) -> str:
    by_state: dict[str, list[str]] = {}
    for who, found in held.items():
        said = "; ".join(found["in_force"]) or "none"
        trouble = "".join(f"; AWAY: {each}" for each in found["trouble"])
        by_state.setdefault(f"{said} (version {found['version']}){trouble}", []).append(who)
    return "; ".join(
        state if len(by_state) == 1 else f"{', '.join(names)}: {state}" for state, names in by_state.items()
    )


def _added(answers: Answers, part: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for answer in answers.values():
        for name, number in _part(answer, part).items():
            found[name] = found.get(name, 0) + number
    return found


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return answer.get(name) or {}


def _row(answer: Mapping[str, Any], part: str, system: str) -> Mapping[str, Any] | None:
    return next((row for row in answer.get(part) or () if row["system"] == system), None)


def _time(iso: str) -> str:
    return iso.replace("T", " ").replace("+00:00", " UTC")


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    pad: Callable[[str, int], str] = str.ljust
    for row in table:
        yield "  ".join(map(pad, row, widths)).rstrip()
