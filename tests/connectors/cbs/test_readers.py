"""What reads the replies of a CBS is compared with its WSDLs when the connector is made, not when a reply has come."""

import re
import shutil

import pytest

from connectors.soap import WsdlError
from tests.connectors.cbs.fake import WSDLS, FakeCbs, connector


@pytest.mark.parametrize(
    ("schema", "written", "instead", "element"),
    [
        ("cbs_ar", '"InvoiceInfo" type="ars:InvoiceInfo"', '"InvoiceInfo" type="xs:string"', "InvoiceInfo"),
        ("cbs_ar", 'name="ChargeAmount" type="xs:long"', 'name="ChargeAmount" type="xs:decimal"', "ChargeAmount"),
        ("cbs_ar", 'name="Amount" type="xs:long"', 'name="Amount" type="xs:string"', "Amount"),
        ("cbs_ar", 'name="TotalUsageAmount" type="xs:long"', 'name="TotalUsageAmount" type="xs:float"', "TotalUsageAmount"),
        ("cbs_bc", '"SubscriberKey" type="xs:string"', '"SubscriberKey" type="bcs:AcctInfo"', "SubscriberKey"),
        ("cbs_bc", '"AcctInfo" type="bcs:AcctInfo"', '"AcctInfo" type="bcs:AcctInfo" maxOccurs="2"', "AcctInfo"),
    ],
)  # fmt: skip
def test_a_wsdl_that_writes_what_is_read_in_another_way_stops_the_start(tmp_path, schema, written, instead, element):
    folder = shutil.copytree(WSDLS, tmp_path / "wsdl")
    file = folder / f"{schema}.xsd"
    changed = re.subn(re.escape(written), instead, file.read_text())
    assert changed[1], "the sandbox's schema is written in another way"
    file.write_text(changed[0])

    with pytest.raises(WsdlError, match=rf"{schema}\S* defines {element} "):
        connector(FakeCbs(), **{f"{schema.removeprefix('cbs_')}_wsdl": folder / f"{schema}.wsdl"})


def test_a_wsdl_without_what_is_read_is_taken_because_replies_are_newer_than_wsdls(tmp_path):
    folder = shutil.copytree(WSDLS, tmp_path / "wsdl")
    file = folder / "cbs_ar.xsd"
    file.write_text(re.sub(r'<xs:element name="DiscountAmt"[^>]*/>', "", file.read_text()))

    connector(FakeCbs(), ar_wsdl=folder / "cbs_ar.wsdl")
