"""Who a caller is to the graph: by which names it knows things, also after secrets were replaced."""

from typing import Any

import pytest

from connectors.terms import Criticality
from gateway.access.gatekeeper import Caller
from gateway.access.settings import AccessSettings
from gateway.askers import Askers
from gateway.audiences import scopes_of
from gateway.consent import Ledger
from gateway.demand.settings import DemandSettings
from resolvers.ids import ForeignIdError
from resolvers.names import By, Name
from schema.policy import Audience
from schema.source import Ref
from tests.gateway.demand.support import Place
from tests.gateway.policy.asking import operations
from tests.resolvers.support import SCHEMA, FakeOperator

NEW, OLD, RETIRED = b"the new secret", b"the old secret", b"a secret of long ago"
CLIENTS = {
    "shop": {"class": "partner", "purposes": ["dpv:Marketing"]},
    "other": {"class": "partner"},
    "desk": {"class": "agent", "audience": "agent"},
}
AUDIENCES: dict[str, Any] = {"shop": "partner", "other": "partner", "desk": "agent"}
THING = Ref("customer", "crm", ("1000042",))
GRAPHS = {each: operations(each) for each in (Audience.PARTNER, Audience.AGENT)}


def _askers(*secrets: bytes, **access: Any) -> Askers:
    operator = FakeOperator()
    settings = AccessSettings.model_validate(
        {"audience": "https://graph.example", "development": {}, "clients": CLIENTS, **access}
    )
    return Askers(
        settings,
        GRAPHS,
        operator.graph,
        scopes=scopes_of(SCHEMA),
        secrets=secrets,
        ledger=Ledger(None, clock=operator.clock),
        demand=Place().demand,
        demands=DemandSettings(),
    )


def _caller(client: str, *purposes: str, other: frozenset[str] = frozenset()) -> Caller:
    return Caller(
        client_id=client,
        subject="u-1",
        issuer="https://login.example",
        scopes=frozenset({"customer:read", "unmasked:personal"}),
        purposes=frozenset(purposes),
        criticality=Criticality.PARTNER,
        audience=AUDIENCES[client],
        expires_at=2e9,
        other_purposes=other,
    )


def _ids(askers: Askers, client: str) -> Any:
    return askers.who(_caller(client)).graph.ids


def test_an_id_that_was_sealed_with_the_old_secret_still_opens_for_whose_it_is_alone() -> None:
    before, now = _askers(OLD), _askers(NEW, OLD)
    old = _ids(before, "shop").seal(THING)

    assert THING == _ids(now, "shop").open(old)
    assert _ids(now, "shop").seal(THING) != old
    for client in ("other",):
        with pytest.raises(ForeignIdError):
            _ids(now, client).open(old)


def test_one_that_was_sealed_with_a_secret_of_long_ago_opens_for_nobody() -> None:
    for client in ("shop", "other"):
        old = _ids(_askers(RETIRED), client).seal(THING)
        for each in ("shop", "other"):
            with pytest.raises(ForeignIdError):
                _ids(_askers(NEW, OLD), each).open(old)


def test_stand_ins_are_the_same_for_all_and_on_every_replica_and_others_elsewhere() -> None:
    """Else what is kept of somebody who is not there would be kept for one of them alone."""
    name = Name(By.MSISDN, "99960000555")
    found = {
        askers.who(_caller(client)).graph.stand_ins.party(name)
        for askers in (_askers(NEW, OLD), _askers(NEW))
        for client in CLIENTS
    }

    assert 1 == len(found)
    assert _askers(OLD).who(_caller("shop")).graph.stand_ins.party(name) not in found


def test_they_have_the_form_that_the_operator_has_given() -> None:
    found = _askers(NEW, stand_ins={"party": "P-############"}).who(_caller("shop")).graph.stand_ins

    assert found.party(Name(By.PARTY, "x")).party_id.startswith("P-")


def test_a_purpose_that_a_client_may_not_name_unmasks_nothing_either() -> None:
    """A token with it is one for that purpose; without any it would see more."""
    askers = _askers(NEW)
    plain, named = (askers.who(_caller("desk", other=other)) for other in (frozenset(), frozenset({"dpv:X"})))

    assert plain.asker is not None
    assert named.asker is not None
    assert plain.asker.rights.clear
    assert not named.asker.rights.clear
    assert plain.asker.whose != named.asker.whose
