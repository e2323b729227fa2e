"""The operations that are registered for clients: whether they can be read, and whether each can be asked."""

from collections.abc import Iterator, Mapping

from gateway.access.client_settings import ClientSettings
from gateway.check.rows import Row, State, sentence
from gateway.demand.documents import limits_of
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.trusted.checking import problems
from gateway.trusted.manifest import ManifestError
from gateway.trusted.registration import registered
from gateway.trusted.settings import OperationSettings
from resolvers.graph import build
from schema.policy import Audience

_WHAT = "registered"
_NO_LIMITS = "Write an operation's name, or its hash, as `switchboard operations list` shows them."
_DO = "Correct it, or publish without it; until then whoever asks it gets an error."


def rows(clients: Mapping[str, ClientSettings], limits: LimitSettings, *, shows_graph: bool) -> list[Row]:
    """An error for each client whose operations cannot be read, for then the gateway does not start; else warnings."""
    named = {name: each for name, each in clients.items() if each.operations.path is not None}
    schema = build() if named else None
    views = {
        each: Operations(schema, limits=limits_of(each, limits), shows_graph=shows_graph, audience=Audience(each))
        for each in {each.audience for each in named.values()}
        if schema is not None
    }
    return [row for name, each in named.items() for row in _of_client(name, each.operations, views[each.audience])]


def _of_client(client: str, settings: OperationSettings, operations: Operations) -> Iterator[Row]:
    if settings.path is None:
        return
    where = f"access.clients.{client}.operations: {settings.path}"
    try:
        register = registered(settings)
    except ManifestError as exc:
        why, _, do = str(exc).partition("; ")
        yield Row(State.ERROR, _WHAT, where, sentence(why), sentence(do))
        return
    known = {word for each in register.documents for word in (each.name, each.digest)}
    for name in sorted(settings.limits.keys() - known):
        yield Row(State.WARNING, _WHAT, f"{where}: limits of {name}", "Nothing is registered as that.", _NO_LIMITS)
    found = {(each.document.name, each.why) for each in problems(register.documents, operations)}
    for name, why in sorted(found):
        yield Row(State.WARNING, _WHAT, f"{where}: {name or 'an operation without a name'}", sentence(why), _DO)
    if not found:
        yield Row(State.OK, _WHAT, where, f"All {len(register)} documents can be asked.")
