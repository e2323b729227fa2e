"""What CAI3G's faults mean."""

import pytest

from connectors.cai3g.faults import Meaning, call_error, login_error, meaning
from connectors.cai3g.session import SessionGone
from connectors.errors import Misconfigured, NotKnown, Rejected, Unavailable
from connectors.soap import SoapFault
from connectors.xml import Node, parse
from tests.connectors.cai3g.fake import CAI3G, cai3g_fault, fault, header_fault

NUMBER = "99960000042"


def read(xml: str) -> SoapFault:
    node = Node(parse(xml.encode()))
    code = (node.text("faultcode") or "").rpartition(":")[2]
    return SoapFault(code=code, text=node.text("faultstring") or "", detail=node.child("detail"))


def error_of(xml: str, **codes: Meaning) -> Exception:
    return call_error(read(xml), codes=codes, system="hss", operation="Get")


def pg_fault(number: object) -> str:
    return f'<p:PGFault xmlns:p="http://schemas.ericsson.com/pg/1.0"><errorcode>{number}</errorcode></p:PGFault>'


@pytest.mark.parametrize(
    ("xml", "still_open"),
    [
        (header_fault("SessionId"), False),
        (fault("Invalid SessionId"), False),
        (fault("Session Timeout"), False),
        (fault("SessionId Syntax Error"), False),
        (
            fault(
                "see detail",
                detail=f'<SessionIdFault xmlns="{CAI3G}"><faultcode>Session Timeout</faultcode></SessionIdFault>',
            ),
            False,
        ),
        (cai3g_fault(1001, code="Client", reason="Invalid sessionId."), False),
        (cai3g_fault(1001, code="Client", below=pg_fault(1010)), False),
        (header_fault("SequenceId"), True),
    ],
)
def test_a_refused_session_is_told_from_a_refused_call(xml, still_open):
    error = error_of(xml)

    assert isinstance(error, SessionGone)
    assert error.still_open is still_open


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (cai3g_fault(13001), NotKnown),
        (header_fault("TransactionId"), Misconfigured),
        (cai3g_fault(4006, below="<respCode>13005</respCode>"), Unavailable),
        (cai3g_fault(4006, below="<x/>"), Unavailable),
        (cai3g_fault(99), Unavailable),
        (cai3g_fault(99, code="Client"), Rejected),
        (cai3g_fault("not a number"), Unavailable),
        (cai3g_fault("<b/>"), Unavailable),
        (fault("anything"), Unavailable),
        (fault("anything", code="Client"), Misconfigured),
        (fault("anything", code="MustUnderstand"), Misconfigured),
        (fault("anything", code="Client.Authentication"), Misconfigured),
        (fault("anything", code="EDA-500"), Unavailable),
    ],
)
def test_a_fault_becomes_one_kind_of_error(xml, kind):
    assert type(error_of(xml)) is kind


def test_the_operators_own_codes_go_first_and_the_more_exact_ones_before_the_others():
    external = cai3g_fault(4006, below="<u><respCode>13005</respCode></u>")

    assert type(error_of(external, **{"4006/13005": Meaning.NOT_KNOWN})) is NotKnown
    assert type(error_of(external, **{"4006": Meaning.REJECTED})) is Rejected
    both = {"4006": Meaning.REJECTED, "4006/13005": Meaning.NOT_KNOWN}
    assert type(error_of(external, **both)) is NotKnown
    assert type(error_of(cai3g_fault(13001), **{"13001": Meaning.REJECTED})) is Rejected


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (cai3g_fault(4003, reason="User or Password is wrong"), Misconfigured),
        (cai3g_fault(99, code="Client"), Misconfigured),
        (cai3g_fault(99, reason="license limit reached"), Unavailable),
        (fault("out of memory"), Unavailable),
    ],
)
def test_a_refused_login_is_wrong_credentials_or_an_unavailable_system(xml, kind):
    assert type(login_error(read(xml), codes={}, system="hss")) is kind


def test_an_error_carries_the_code_and_none_of_the_systems_words():
    ugly = cai3g_fault(
        4006, reason=f"at com.vendor.Hlr({NUMBER})", below=f"<u><respCode>7</respCode><d>{NUMBER}</d></u>"
    )
    error = error_of(ugly)

    assert "hss: Get: fault 4006/7" == str(error)
    assert NUMBER not in repr(error)


def test_codes_are_numbers_or_nothing():
    assert "fault without a known code" in str(error_of(fault(NUMBER, code=f"X{NUMBER}")))


def test_meanings_are_what_configuration_says():
    assert meaning(read(cai3g_fault(5)), codes={"5": Meaning("session-damaged")}) is Meaning.SESSION_DAMAGED
