import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from connectors.maker import maker_of
from schema.billing import BillLine
from schema.money import Money
from schema.network import NetworkService
from schema.recharge import Recharge
from schema.source import Source
from tests.connectors.support import NOW


@pytest.mark.parametrize("cls", [Money, BillLine, Recharge, NetworkService])
def test_what_is_made_is_what_calling_the_class_makes(cls):
    values: dict[str, Any] = {field.name: object() for field in dataclasses.fields(cls)}

    made, called = maker_of(cls)(**values), cls(**values)

    assert vars(called) == vars(made)
    assert type(called) is type(made)
    assert called == made


def test_a_field_that_is_left_out_has_its_default():
    made = maker_of(Source)(system="crm", operation="Op", fetched_at=NOW)

    assert Source(system="crm", operation="Op", fetched_at=NOW) == made


def test_what_the_class_demands_the_maker_demands():
    with pytest.raises(TypeError, match="currency"):
        maker_of(Money)(amount=Decimal(1))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="more"):
        maker_of(Money)(amount=Decimal(1), currency="EUR", more=1)  # type: ignore[call-arg]


@dataclasses.dataclass
class Checked:
    value: int

    def __post_init__(self) -> None:
        self.value += 1


@dataclasses.dataclass
class Counted:
    values: list[int] = dataclasses.field(default_factory=list)


@pytest.mark.parametrize("cls", [Checked, Counted, int, print])
def test_a_class_whose_making_does_more_has_no_maker(cls):
    with pytest.raises(TypeError):
        maker_of(cls)
