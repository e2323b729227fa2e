"""The settings of routes: one name, or several systems with what each serves; what contradicts itself is told."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.routes import Serves
from gateway.routing import Route, RouteSettings

ONE_EACH = {
    "customers": "crm",
    "billing": "billing",
    "network": "hss",
    "recharging": "recharge",
    "recharge_history": "history",
}


def _routes(**changed: Any) -> RouteSettings:
    return RouteSettings.model_validate({**ONE_EACH, **changed})


def test_a_name_alone_serves_everything() -> None:
    assert (Route(system="billing"),) == _routes().billing
    assert Serves() == _routes().billing[0].serves()


def test_there_may_be_a_consent_system_or_none() -> None:
    assert () == _routes().by_capability()["consent"]
    assert (Route(system="consents"),) == _routes(consent="consents").by_capability()["consent"]


def test_several_systems_each_tell_what_they_serve() -> None:
    routes = _routes(billing=["rest", {"system": "islands", "numbers": ["9997"], "accounts": ["C"]}])

    assert ["rest", "islands"] == [route.system for route in routes.billing]
    assert Serves(numbers=("9997",), accounts=("C",)) == routes.billing[1].serves()


@pytest.mark.parametrize(
    ("capability", "wrong", "told"),
    [
        ("billing", ["a", "a"], "duplicate route: `a` is named twice"),
        (
            "billing",
            [{"system": "a", "numbers": ["9996"]}, {"system": "b", "numbers": ["9996"]}],
            "duplicate route: numbers that begin with `9996` lead to `a` and to `b`",
        ),
        (
            "billing",
            [{"system": "a", "accounts": ["A"]}, {"system": "b", "accounts": ["A"]}],
            "duplicate route: accounts that begin with `A`",
        ),
        ("recharging", [{"system": "a", "accounts": ["A"]}], "`accounts` tells nothing here"),
        ("recharging", [{"system": "a", "imsis": ["99970"]}], "`imsis` tells nothing here"),
        ("billing", [], "at least 1"),
        ("billing", [{"system": "a", "numbers": ["+9996"]}], "pattern"),
        ("billing", [{"system": "a", "number": ["9996"]}], "Extra inputs"),
        ("billing", 7, "valid dictionary"),
        ("customers", ["a", "b"], "valid string"),
    ],
)
def test_what_contradicts_itself_is_told(capability: str, wrong: object, told: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as caught:
        _routes(**{capability: wrong})

    assert told in str(caught.value)
