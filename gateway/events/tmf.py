"""
Whom an event of a TM Forum interface is about. Pure.

Events of all these interfaces (TMF629, 632, 637, 638, 639, 644, 654, 666, 676 and others, v4) have one form: `event`
(`payload` in TMF666) holds one member, named after a resource, and in it the resource as it is now. Of that only ids
are read: a subject too many costs some calls, one too few gives an answer that is out of date.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from connectors.guard.subject import Subject, SubjectKind
from connectors.json import JsonError, JsonObject, as_object, as_objects

_ITSELF: Mapping[str, SubjectKind | None] = {
    "customer": SubjectKind.CUSTOMER,
    "individual": SubjectKind.PARTY,
    "organization": SubjectKind.PARTY,
    "billingAccount": SubjectKind.ACCOUNT,
    "partyAccount": SubjectKind.ACCOUNT,
    "settlementAccount": SubjectKind.ACCOUNT,
    "financialAccount": SubjectKind.ACCOUNT,
    "partyPrivacyAgreement": SubjectKind.AGREEMENT,
    **dict.fromkeys(("product", "productOrder", "service", "resource", "usage", "customerBill", "paymentMethod")),
    "partyPrivacyProfile": None,
    **dict.fromkeys(("payment", "refund", "topupBalance", "adjustBalance", "transferBalance", "reserveBalance")),
}
"""Resources of which we keep something, and what their own id is; None where only others' ids in them say whom."""

_REFERENCES: Mapping[str, SubjectKind] = {
    "customer": SubjectKind.CUSTOMER,
    "account": SubjectKind.ACCOUNT,
    "billingAccount": SubjectKind.ACCOUNT,
    "partyAccount": SubjectKind.ACCOUNT,
    "financialAccount": SubjectKind.ACCOUNT,
    "engagedParty": SubjectKind.PARTY,
    "payer": SubjectKind.PARTY,
    "requestor": SubjectKind.PARTY,
    "relatedParty": SubjectKind.PARTY,
    "agreedByParty": SubjectKind.PARTY,
    "applicableForParty": SubjectKind.PARTY,
    "logicalResource": SubjectKind.LINE,
}
_CHARACTERISTICS = ("characteristic", "productCharacteristic", "serviceCharacteristic", "resourceCharacteristic")
_NAMED: Mapping[str, SubjectKind] = {"msisdn": SubjectKind.LINE, "imsi": SubjectKind.SIM}
_CHANGE = re.compile(r"(?:Create|AttributeValueChange|Stat(?:e|us)Change|Delete|Batch)(?:Event|Notification)\Z")
_LONGEST = 200

Readings = Callable[[str], Collection[str]]
"""Every number that a text may mean, in E.164 digits (`NumberingPlan.readings`)."""


def subjects_of(body: JsonObject, *, readings: Readings) -> frozenset[Subject]:
    """Whom the event *body* is about; nobody where we keep nothing of its kind. Raises JsonError."""
    found: set[Subject] = set()
    for event in filter(None, (body.child("event"), body.child("payload"))):
        for name, kind in _ITSELF.items():
            resource = event.child(name)
            if resource is not None:
                found.update(_in(resource, itself=kind))
    # Some say beside it, or instead, which resource it is (TMF629, TMF666); its kind is in the event's name.
    involved = _ITSELF.get(_resource(body.text("eventType") or ""))
    if involved is not None:
        found.update(_named(body, involved))
    return frozenset(subject for each in found for subject in _normal(each, readings))


def _in(resource: JsonObject, *, itself: SubjectKind | None) -> Iterator[Subject]:
    if itself is not None:
        yield from _named(resource, itself)
    for name, kind in _REFERENCES.items():
        for reference in _one_or_more(resource, name):
            yield from _named(reference, kind)
            if kind is SubjectKind.PARTY and _is_customer(reference):
                yield from _named(reference, SubjectKind.CUSTOMER)
    for name in _CHARACTERISTICS:
        for each in resource.children(name):
            found = _NAMED.get((each.text("name") or "").lower())
            value = each.value("value")
            if found is not None and isinstance(value, str | int):
                yield Subject(found, str(value))


def _resource(event_type: str) -> str:
    name = _CHANGE.sub("", event_type)
    return name[:1].lower() + name[1:]


def _one_or_more(resource: JsonObject, name: str) -> tuple[JsonObject, ...]:
    # The interfaces differ in which references there may be several of.
    value = resource.value(name)
    if value is None:
        return ()
    return as_objects(value, path=name) if isinstance(value, list) else (as_object(value, path=name),)


def _named(reference: JsonObject, kind: SubjectKind) -> Iterator[Subject]:
    value = reference.value("id")
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield Subject(kind, str(value))
    elif value is not None:
        raise JsonError(f"{reference.where('id')} is not text")


def _is_customer(reference: JsonObject) -> bool:
    return "customer" in {(reference.text(name) or "").lower() for name in ("role", "@referredType")}


def _normal(subject: Subject, readings: Readings) -> Iterator[Subject]:
    if not 0 < len(subject.key) <= _LONGEST:
        return
    if subject.kind is SubjectKind.LINE:
        # None of another operator, or of the id of a thing that is no number. All of one that can be read in several
        # ways: its line is among them.
        yield from (Subject(SubjectKind.LINE, number) for number in readings(subject.key))
    else:
        yield subject
