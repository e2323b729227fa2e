"""The settings as far as they are right: every mistake as a row, and the systems that can be asked all the same."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from connectors.numbering import NotInPlanError, NumberingPlan
from gateway.access.settings import AccessSettings
from gateway.audit.settings import AuditSettings
from gateway.check import files, operations, trusted
from gateway.check.rows import Area, Row, State, row, row_of, sentence
from gateway.http.loopback import check_address
from gateway.limits.settings import LimitSettings
from gateway.routing import RouteSettings
from gateway.settings import (
    AnySystem,
    CacheSettings,
    CheckSettings,
    GraphiQLSettings,
    Mistake,
    NumberingSettings,
    PlanSettings,
    SettingsError,
    shows_graph,
)
from gateway.settings_file import mistakes_in, settings_of
from gateway.settings_written import Written, read

M = TypeVar("M", bound=BaseModel)

_SYSTEM: TypeAdapter[AnySystem] = TypeAdapter(AnySystem)


@dataclasses.dataclass(frozen=True, slots=True)
class Configuration:
    """
    What can be used of the settings file at *path*: the sections that are right, whatever the others are.

    *msisdn* is what systems are asked about, in E.164 digits.
    """

    path: pathlib.Path
    rows: tuple[Row, ...]
    systems: Mapping[str, AnySystem] = dataclasses.field(default_factory=dict)
    routes: RouteSettings | None = None
    plan: NumberingPlan | None = None
    msisdn: str = dataclasses.field(default="", repr=False)
    cache: CacheSettings | None = None
    access: AccessSettings | None = None
    audit: AuditSettings | None = None


def configuration(path: pathlib.Path, *, environ: Mapping[str, str] | None = None) -> Configuration:
    """Read the settings, secrets included. Never raises for what stands in them."""
    try:
        written = read(path, environ=environ)
    except SettingsError as exc:
        return Configuration(path, tuple(map(row_of, exc.mistakes)))
    rows = [*_mistakes(written), *_astray(written), *_without_a_route(written), *_open_secrets(written)]
    names = _names(written)
    systems = {name: system for name in names if (system := _system(written, name)) is not None}
    rows += [_left_out(written, name) for name in names if name not in systems]
    if all(each.state is not State.ERROR for each in rows):
        rows.insert(0, Row(State.OK, "settings", str(path), f"The settings are right: {len(systems)} systems."))
    rows += _operations(written)
    found = Configuration(path, tuple(rows), systems, _section(written, "routes", RouteSettings))
    found = dataclasses.replace(
        found,
        cache=_section(written, "cache", CacheSettings),
        access=_section(written, "access", AccessSettings),
        audit=_section(written, "audit", AuditSettings),
    )
    return _with_numbers(found, written)


def _with_numbers(found: Configuration, written: Written) -> Configuration:
    numbering = _section(written, "numbering", NumberingSettings)
    if numbering is None:
        why = "They were not asked, because the numbering plan is wrong."
        do = "Correct the plan and check again."
        told = Row(State.NOT_ASKED, "systems", f"{found.path}: numbering", why, do)
        return dataclasses.replace(found, rows=(*found.rows, told))
    plan = numbering.plan()
    checking = _section(written, "check", CheckSettings) or CheckSettings()
    # National numbers do not begin with the zeros that lead out of the own network, so nobody has this one.
    found = dataclasses.replace(found, plan=plan, msisdn=plan.country_code + "0" * min(plan.lengths))
    try:
        return dataclasses.replace(found, msisdn=plan.normalise(checking.msisdn)) if checking.msisdn else found
    except NotInPlanError as exc:
        do = "Write the number of your test SIM with + and the country code, or leave it out."
        told = Row(State.ERROR, "settings", f"{found.path}: check.msisdn", str(exc), do)
        return dataclasses.replace(found, rows=(*found.rows, told))


def _mistakes(written: Written) -> list[Row]:
    try:
        settings = settings_of(written)
    except ValidationError as exc:
        return [row_of(mistake) for mistake in mistakes_in(written, exc) if not _is_astray(mistake)]
    try:
        check_address(settings)
    except SettingsError as exc:
        place, _, told = str(exc).partition(": ")
        why, _, do = told.partition(". ")
        return [Row(State.ERROR, "settings", f"{written.path}: {place}", sentence(why), do or "Correct it there.")]
    return []


def _is_astray(mistake: Mistake) -> bool:
    # Validation as a whole ends at the first of them, and does not begin while a section is wrong: `_astray` tells all.
    return mistake.why.startswith("routes.") and ", but the systems are: " in mistake.why


def _astray(written: Written) -> list[Row]:
    """Routes that lead to a system of which there is no section."""
    known = ", ".join(sorted(_names(written)))
    return [
        Row(
            State.ERROR,
            "settings",
            f"{written.path}: routes.{capability}",
            f"It leads to `{name}`, and there is no [systems.{name}].",
            f"Name one of the systems there are: {known}.",
        )
        for capability, name in _routes(written)
        if name not in _names(written)
    ]


def _without_a_route(written: Written) -> list[Row]:
    routed = {name for _, name in _routes(written)}
    if not routed:
        return []
    why = "No route leads to it, so nothing is ever asked of it."
    return [
        Row(State.WARNING, name, f"{written.path}: routes", why, f"Add it to [routes], or remove [systems.{name}].")
        for name in _names(written)
        if name not in routed
    ]


def _operations(written: Written) -> list[Row]:
    plans, limits = _section(written, "plans", PlanSettings), _section(written, "limits", LimitSettings)
    if plans is None or limits is None:
        return []  # What is wrong with them is told already.
    graphiql = _section(written, "graphiql", GraphiQLSettings) or GraphiQLSettings()
    shows = shows_graph(limits, graphiql)
    access = _section(written, "access", AccessSettings)
    clients = {} if access is None else access.clients
    return operations.rows(plans, limits, shows_graph=shows) + trusted.rows(clients, limits, shows_graph=shows)


def _open_secrets(written: Written) -> list[Row]:
    warned = files.warning(files.open_to_all(written))
    return [] if warned is None else [row(warned, what="secrets", where=str(written.path), area=Area.SETTINGS)]


def _names(written: Written) -> list[str]:
    sections = written.data.get("systems")
    return [str(name) for name in sections] if isinstance(sections, Mapping) else []


def _routes(written: Written) -> list[tuple[str, str]]:
    """Capabilities and the systems they lead to; none while [routes] itself is wrong."""
    routes = _section(written, "routes", RouteSettings)
    found = {} if routes is None else routes.by_capability()
    return [(capability, route.system) for capability, each in found.items() for route in each]


def _system(written: Written, name: str) -> AnySystem | None:
    try:
        return _SYSTEM.validate_python(written.data["systems"][name], context=written.context)
    except ValidationError:
        return None


def _section(written: Written, name: str, kind: type[M]) -> M | None:
    try:
        return kind.model_validate(written.data.get(name, {}), context=written.context)
    except ValidationError:
        return None


def _left_out(written: Written, name: str) -> Row:
    why = "It was not asked, because its settings are wrong."
    return Row(State.NOT_ASKED, name, f"{written.path}: systems.{name}", why, "Correct them and check again.")
