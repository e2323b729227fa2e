"""Settings of the CRM: careful defaults, and a sentence where something is wrong."""

import pydantic
import pytest

from connectors.tmf.settings import Filters, Many, TMFSettings
from tests.connectors.tmf.fake import settings


def test_the_defaults_are_those_of_the_published_interfaces():
    found = settings()

    assert "/tmf-api/customerManagement/v4/customer" == found.customer_path
    assert "/tmf-api/party/v4/individual" == found.individual_path
    assert "/tmf-api/party/v4/organization" == found.organization_path
    assert Filters() == found.filters
    assert Many.COMMA is found.filters.many
    assert (True, 100) == (found.send_fields, found.page_size)


def test_every_setting_says_what_it_is_for():
    for model in (TMFSettings, Filters):
        for name, field in model.model_fields.items():
            assert field.description or name in {"tls", "guard"}, name


def test_secrets_are_not_printed(monkeypatch):
    monkeypatch.setenv("CRM_SECRET", "hunter2")

    assert "hunter2" not in repr(settings(user="switch", password="env:CRM_SECRET"))
    assert "hunter2" not in repr(settings(token="env:CRM_SECRET"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"user": "switch"}, "user and password go together"),
        ({"password": "env:CRM_SECRET"}, "user and password go together"),
        (
            {"user": "switch", "password": "env:CRM_SECRET", "token": "env:CRM_SECRET"},
            "give user and password, or token, not both",
        ),
        ({"customer_path": "customer"}, "customer_path"),
        ({"customer_path": "/a/"}, "customer_path"),
        ({"customer_path": "/a?b"}, "customer_path"),
        ({"customer_path": "/a/../b"}, "segment"),
        ({"filters": {"by_id": "limit"}}, "limit is not a filter"),
        ({"filters": {"by_id": "id&x"}}, "by_id"),
        ({"filters": {"many": "semicolon"}}, "many"),
        ({"page_size": 0}, "page_size"),
        ({"max_pages": 0}, "max_pages"),
        ({"default_party_kind": "robot"}, "default_party_kind"),
        ({"zone": "Atlantis"}, "not a time zone"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(monkeypatch, values, sentence):
    monkeypatch.setenv("CRM_SECRET", "hunter2")

    with pytest.raises(pydantic.ValidationError) as caught:
        settings(**values)

    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_settings_do_not_change():
    with pytest.raises(pydantic.ValidationError):
        settings().page_size = 5  # type: ignore[misc]
