import pytest

from connectors.cbs.settings import CBSSettings
from connectors.soap import WsdlError
from tests.connectors.cbs.fake import WSDLS, connector, settings


async def test_neither_settings_nor_connector_print_the_password(fake):
    found = settings()

    assert "pretend-secret" not in f"{found!r} {found} {found.model_dump()} {connector(fake)!r}"


def test_a_bc_wsdl_without_customer_info_stops_the_start(fake):
    with pytest.raises(WsdlError, match="point `bc_wsdl` at a file that has it"):
        connector(fake, bc_wsdl=WSDLS / "cbs_ar.wsdl")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currencies": {}}, "currencies"),
        ({"currencies": {"1102": "euro"}}, "currencies"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"bc_wsdl": "nowhere.wsdl"}, "bc_wsdl"),
        ({"password": "hunter2"}, "password"),
        ({"masks": {"customer": "12"}}, "masks"),
        ({"bc_path": "services"}, "bc_path"),
        ({"bill_statuses": {"O": "MAYBE"}}, "bill_statuses"),
        ({"balance_operation": "QueryEverything"}, "balance_operation"),
        ({"never": ["2037-01-01"]}, "never"),
        ({"colour": "red"}, "colour"),
        ({"dialect": "acctmgr"}, "dialect"),
    ],
)
def test_a_wrong_setting_is_named(change, field):
    with pytest.raises(ValueError, match=field) as caught:
        settings(**change)

    assert "hunter2" not in str(caught.value.__class__)


def test_every_setting_has_a_description():
    assert [] == [name for name, field in CBSSettings.model_fields.items() if not field.description]
