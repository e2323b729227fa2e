"""WSDLs that do not serve: what is missing, and which setting to point elsewhere."""

import pathlib

import pytest
from lxml import etree

from gateway.check import State
from tests.gateway.check.support import WSDLS, Config

pytestmark = pytest.mark.usefixtures("quick")


class TestWsdl:
    async def test_without_an_operation_names_it_and_the_setting(self, config: Config, tmp_path: pathlib.Path) -> None:
        config.set("systems.billing.ar_wsdl", str(_wsdl_without(tmp_path, "cbs_ar.wsdl", "QueryPaymentLog")))

        found = await config.check()

        row = found.only()
        assert (State.ERROR, "billing", 2) == (row.state, row.what, found.exit)
        assert f"{config.path}: systems.billing.ar_wsdl" == row.where
        assert "QueryPaymentLog: the WSDL has no such operation." == row.why
        assert "Point `ar_wsdl` at one that has it." == row.do

    async def test_of_another_service_names_what_is_missing(self, config: Config) -> None:
        config.set("systems.billing.bc_wsdl", str(WSDLS / "cbs_ar.wsdl"))

        found = await config.check()

        assert 2 == found.exit
        assert "has no QueryCustomerInfo" in found.only().why
        assert "oint `bc_wsdl` at a file that has it" in found.only().do

    async def test_without_sessions_names_login(self, config: Config, tmp_path: pathlib.Path) -> None:
        config.set("systems.hss.wsdl", str(_wsdl_without(tmp_path, "cai3g.wsdl", "Login")))

        found = await config.check()

        assert (2, "hss") == (found.exit, found.only().what)
        assert "Login" in found.only().why

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("<html>not here</html>", "no operation with a SOAP 1.1 binding"),
            ("not even XML", "cannot be loaded as a WSDL"),
            ("", "cannot be loaded as a WSDL"),
        ],
    )
    async def test_that_is_none_is_told(self, config: Config, tmp_path: pathlib.Path, content: str, why: str) -> None:
        broken = tmp_path / "broken.wsdl"
        broken.write_text(content, encoding="utf-8")
        config.set("systems.history.wsdl", str(broken))

        found = await config.check()

        row = found.only()
        assert (State.ERROR, "history", 2) == (row.state, row.what, found.exit)
        assert f"{config.path}: systems.history.wsdl" == row.where
        assert why in row.why
        assert row.do.startswith("Check ")

    async def test_that_would_be_fetched_from_the_network_is_told(self, config: Config, tmp_path: pathlib.Path) -> None:
        text = (WSDLS / "acctmgr.wsdl").read_text(encoding="utf-8")
        assert 'schemaLocation="acctmgr.xsd"' in text
        moved = _wsdl_without(tmp_path, "acctmgr.wsdl", "nothing")
        moved.write_text(
            text.replace('schemaLocation="acctmgr.xsd"', 'schemaLocation="http://schemas.example/acctmgr.xsd"'), "utf-8"
        )
        config.set("systems.history.wsdl", str(moved))

        found = await config.check()

        assert 2 == found.exit
        assert "would be fetched from the network" in found.only().why
        assert "Keep a copy and name it under `imports`." == found.only().do


def _wsdl_without(folder: pathlib.Path, name: str, operation: str) -> pathlib.Path:
    """A copy of one of the sandbox's WSDLs that lacks an operation; what it imports lies beside it."""
    for file in WSDLS.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    tree = etree.parse(folder / name)
    for parent in list(tree.iter("{*}portType", "{*}binding")):
        for element in parent.iterchildren("{*}operation"):
            if element.get("name") == operation:
                parent.remove(element)
    tree.write(folder / name)
    return folder / name
