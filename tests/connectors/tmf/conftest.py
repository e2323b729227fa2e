"""The CRM that most of the connector's tests ask."""

import pytest

from tests.connectors.tmf.fake import FakeCRM, a_customer, a_person, an_organization


@pytest.fixture
def crm() -> FakeCRM:
    """Customers 1 to 5, persons 42 and 43, and an organisation that is 42 as well."""
    return FakeCRM(
        customers=[a_customer(str(number)) for number in range(1, 6)],
        individuals=[a_person("42"), a_person("43")],
        organizations=[an_organization("42")],
    )
