"""The graph of operators: each field is a command to the gateway, and each mutation says why."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import strawberry
from strawberry import Info

from gateway.control.api.asking import Asking, not_done
from gateway.control.api.words import (
    Breaker,
    BreakerState,
    CacheTimes,
    Change,
    Changed,
    Client,
    Invalidated,
    Limits,
    Override,
    State,
    Step,
    Subject,
    System,
    SystemLimits,
    SystemState,
)

Expected = int | None


def _asking(info: Info) -> Asking:
    found: Asking = info.context
    return found


async def _state(info: Info) -> State:
    """All overrides."""
    said = await _asking(info).first(do="overrides")
    return State(version=said["version"], overrides=[_override(each) for each in said["overrides"]])


async def _history(info: Info, most: int = 20) -> list[Change]:
    """The last changes."""
    said = await _asking(info).first(do="history", most=most)
    return [_change(each) for each in said["changes"]]


async def _clients(info: Info) -> list[Client]:
    """By name."""
    asking = _asking(info)
    held = [_override(each) for each in (await asking.first(do="overrides"))["overrides"] if _client(each)]
    access = asking.settings.access
    found = {} if access is None else access.clients
    return [
        Client(
            name=name,
            audience=each.audience,
            class_=each.class_,
            suspended=any(own.kind == "suspended" and own.about == name for own in held),
            overrides=[own for own in held if own.about == name],
        )
        for name, each in sorted(found.items())
    ]


async def _systems(info: Info) -> list[System]:
    """By name."""
    asking = _asking(info)
    held = (await asking.first(do="overrides"))["overrides"]
    states = {each["override"]["system"]: each["override"]["state"] for each in held if _kind(each) == "system"}
    said = [each for each in await asking.everybody(do="status") if "answer" in each]
    overrides = [(each["override"].get("system"), _override(each)) for each in held]
    return [
        _system(name, states.get(name, "on"), said, [own for of, own in overrides if of == name])
        for name in sorted(asking.settings.systems)
    ]


async def _suspend_client(
    info: Info, client: str, why: str, until: dt.datetime | None = None, expected_version: Expected = None
) -> Changed:
    """Suspend."""
    return await _put(info, {"kind": "suspended", "client": client}, why, expected_version, until)


async def _resume_client(info: Info, client: str, why: str, expected_version: Expected = None) -> Changed:
    """Resume."""
    return await _lift(info, ["suspended", client], why, expected_version)


async def _revoke_tokens(
    info: Info,
    client: str,
    why: str,
    issued_before: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Revoke."""
    before = (issued_before or dt.datetime.now(dt.UTC)).isoformat()
    return await _put(info, {"kind": "revoked", "client": client, "issued_before": before}, why, expected_version)


async def _believe_tokens(info: Info, client: str, why: str, expected_version: Expected = None) -> Changed:
    """Believe."""
    return await _lift(info, ["revoked", client], why, expected_version)


async def _ban_operation(
    info: Info,
    digest: str,
    why: str,
    client: str | None = None,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Ban."""
    said = {"kind": "banned", "operation": digest, "client": client}
    return await _put(info, said, why, expected_version, until)


async def _allow_operation(
    info: Info, digest: str, why: str, client: str | None = None, expected_version: Expected = None
) -> Changed:
    """Allow."""
    return await _lift(info, ["banned", digest, *([] if client is None else [client])], why, expected_version)


async def _set_client_limits(
    info: Info,
    client: str,
    why: str,
    limits: Limits | None = None,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Limit."""
    if limits is None:
        return await _lift(info, ["limited", client], why, expected_version)
    said = {"kind": "limited", "client": client, "limits": limits.said()}
    return await _put(info, said, why, expected_version, until)


async def _set_system_state(
    info: Info,
    system: str,
    state: SystemState,
    why: str,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Switch."""
    if state is SystemState.ON:
        return await _lift(info, ["system", system], why, expected_version)
    return await _put(info, {"kind": "system", "system": system, "state": state.value}, why, expected_version, until)


async def _set_system_limits(
    info: Info,
    system: str,
    why: str,
    limits: SystemLimits | None = None,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Limit."""
    if limits is None:
        return await _lift(info, ["system_limits", system], why, expected_version)
    said = {"kind": "system_limits", "system": system, "limits": limits.said()}
    return await _put(info, said, why, expected_version, until)


async def _set_cache_times(
    info: Info,
    system: str,
    why: str,
    operation: str | None = None,
    times: CacheTimes | None = None,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Keep."""
    if times is None:
        return await _lift(info, ["cache", system, *([] if operation is None else [operation])], why, expected_version)
    said = {"kind": "cache", "system": system, "operation": operation, "times": times.said()}
    return await _put(info, said, why, expected_version, until)


async def _force_breaker(
    info: Info,
    system: str,
    state: BreakerState,
    why: str,
    operation_class: str | None = None,
    until: dt.datetime | None = None,
    expected_version: Expected = None,
) -> Changed:
    """Force."""
    if state is BreakerState.AUTO:
        key = ["breaker", system, *([] if operation_class is None else [operation_class])]
        return await _lift(info, key, why, expected_version)
    said = {"kind": "breaker", "system": system, "state": state.value, "operation_class": operation_class}
    return await _put(info, said, why, expected_version, until)


async def _rollback(info: Info, version: int, why: str, expected_version: Expected = None) -> Changed:
    """Go back."""
    return _changed(*await _asking(info).by_hand(do="rollback", to=version, why=why, expected=expected_version))


async def _invalidate(
    info: Info, why: str, subjects: list[Subject] | None = None, system: str | None = None
) -> Invalidated:
    """Forget. Put on record first, without the keys."""
    asking = _asking(info)
    about = [{"kind": each.kind.value, "key": each.key} for each in subjects or ()]
    what = f"forgot what was kept about {len(about)} subjects" + ("" if system is None else f", of system {system}")
    await asking.first(do="note", by=asking.by, why=why, what=what)
    said = await asking.everybody(do="invalidate", subjects=about, system=system)
    return Invalidated(subjects=len(about), not_heard=not_done(said))


async def _put(
    info: Info, override: dict[str, Any], why: str, expected: Expected, until: dt.datetime | None = None
) -> Changed:
    end = None if until is None else until.isoformat()
    return _changed(*await _asking(info).by_hand(do="put", override=override, until=end, why=why, expected=expected))


async def _lift(info: Info, key: list[str], why: str, expected: Expected) -> Changed:
    return _changed(*await _asking(info).by_hand(do="lift", key=key, why=why, expected=expected))


def _changed(answer: dict[str, Any], not_heard: list[str]) -> Changed:
    return Changed(version=answer["version"], did=answer["did"], not_heard=not_heard)


def _kind(entry: dict[str, Any]) -> str:
    return str(entry["override"]["kind"])


def _client(entry: dict[str, Any]) -> str | None:
    found: str | None = entry["override"].get("client")
    return found


def _override(entry: dict[str, Any]) -> Override:
    said = entry["override"]
    about = said.get("system") or said.get("operation") or said.get("client")
    if _kind(entry) == "banned" and said.get("client"):
        about = said["client"]
    until = entry["until"]
    return Override(
        said=entry["said"],
        kind=said["kind"],
        about=about,
        by=entry["by"],
        why=entry["why"],
        since=dt.datetime.fromisoformat(entry["since"]),
        until=None if until is None else dt.datetime.fromisoformat(until),
    )


def _change(said: dict[str, Any]) -> Change:
    return Change(
        version=said["version"],
        at=dt.datetime.fromisoformat(said["at"]),
        by=said["by"],
        why=said["why"],
        did=said["did"],
        steps=[Step(**each) for each in said["steps"]],
    )


def _system(name: str, state: str, said: Iterable[dict[str, Any]], overrides: list[Override]) -> System:
    loads = [load for each in said for load in each["answer"]["load"] if load["system"] == name]
    window = next((each["maintenance_until"] for each in loads if each["maintenance_until"]), None)
    return System(
        name=name,
        state=state,
        in_use=sum(int(each["in_use"]) for each in loads),
        places=sum(int(each["places"]) for each in loads),
        waiting=sum(int(each["waiting"]) for each in loads),
        calls_per_s=sum(each["calls_per_s"] for each in loads),
        window_until=None if window is None else dt.datetime.fromisoformat(window),
        breakers=[
            Breaker(
                worker=each.get("worker", 1),
                operation_class=found["class"],
                state=found["state"],
                forced=found["forced"],
                why=found["why"],
            )
            for each in said
            for found in each["answer"]["breakers"]
            if found["system"] == name
        ],
        overrides=overrides,
    )


@strawberry.type
class Query:
    """What there is, and what holds over it."""

    state: State = strawberry.field(
        resolver=_state,
        description="What holds over the settings.",
    )
    history: list[Change] = strawberry.field(
        resolver=_history,
        description="Who has changed what, when and why; the last first.",
    )
    clients: list[Client] = strawberry.field(
        resolver=_clients,
        description="The clients of the registry.",
    )
    systems: list[System] = strawberry.field(
        resolver=_systems,
        description="The systems, added up over all processes.",
    )


@strawberry.type
class Mutation:
    """What may be changed. `why` is kept for good; `expectedVersion` refuses where somebody else has been faster."""

    suspend_client: Changed = strawberry.mutation(
        resolver=_suspend_client,
        description="Refuse a client, whatever its tokens say.",
    )
    resume_client: Changed = strawberry.mutation(
        resolver=_resume_client,
        description="Let a client that was suspended ask again.",
    )
    revoke_tokens: Changed = strawberry.mutation(
        resolver=_revoke_tokens,
        description="Do not believe tokens of a client that were issued before an instant, or now.",
    )
    believe_tokens: Changed = strawberry.mutation(
        resolver=_believe_tokens,
        description="Believe tokens of a client again that were revoked.",
    )
    ban_operation: Changed = strawberry.mutation(
        resolver=_ban_operation,
        description="Refuse an operation, to all or to one client.",
    )
    allow_operation: Changed = strawberry.mutation(
        resolver=_allow_operation,
        description="Answer an operation again that was banned.",
    )
    set_client_limits: Changed = strawberry.mutation(
        resolver=_set_client_limits,
        description="Let a client ask more or less than the settings say; without limits, as they say.",
    )
    set_system_state: Changed = strawberry.mutation(
        resolver=_set_system_state,
        description="Switch a system off or on, or let it be read alone.",
    )
    set_system_limits: Changed = strawberry.mutation(
        resolver=_set_system_limits,
        description="Let a system be asked more or less than the settings say; without limits, as they say.",
    )
    set_cache_times: Changed = strawberry.mutation(
        resolver=_set_cache_times,
        description="Keep a system's answers for longer or shorter than the settings say, of one operation or each; "
        "without times, as they say. What is kept already is judged by the new times.",
    )
    force_breaker: Changed = strawberry.mutation(
        resolver=_force_breaker,
        description="Keep a system's breaker open or closed, for all of its operations or one class.",
    )
    rollback: Changed = strawberry.mutation(
        resolver=_rollback,
        description="Have all be as it was at a version.",
    )
    invalidate: Invalidated = strawberry.mutation(
        resolver=_invalidate,
        description="Forget what is kept about somebody, or all that a system gave, on every replica.",
    )


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation)
