"""The connector against a fake HSS: right answers, or an error of the right kind that leaks nothing."""

import logging
import pathlib
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.responses import Response

from connectors.cai3g import CAI3GConnector, CAI3GSettings
from connectors.cai3g.mapping import network_profile
from connectors.capabilities import Connector, Network
from connectors.errors import BadData, ConnectorError, Misconfigured, NotKnown, Unavailable
from connectors.numbering import NumberForm
from connectors.settings import SystemSettings
from connectors.soap import WsdlError
from schema.network import NetworkProfile
from tests.connectors.cai3g.conftest import Connect
from tests.connectors.cai3g.fake import CAI3G, GSM, PWD, cai3g_fault, imsi_of, subscription
from tests.connectors.support import NOW, environment, soon

MSISDN = "99960000042"
IMSI = imsi_of(MSISDN)


def test_it_offers_the_network_capability(connect: Connect):
    connector = connect()
    _: Network = connector
    __: Connector = connector

    assert isinstance(connector, Network)


async def test_a_profile_is_found_by_number_and_carries_its_source(connect):
    answer = await connect().profile_by_msisdn(MSISDN, within=soon())

    assert (MSISDN, IMSI, 0) == (answer.value.msisdn, answer.value.imsi, answer.value.barring.outgoing)
    assert ("hss", "Get", NOW) == (
        answer.value.source.system,
        answer.value.source.operation,
        answer.value.source.fetched_at,
    )
    assert answer.value.source.fresh_until is None


async def test_a_profile_that_may_be_kept_says_how_long_it_is_fresh_and_costs_one_get(hss, connect):
    connector = connect(guard={"fresh_s": {"Get": 60}})

    answers = [await connector.profile_by_msisdn(MSISDN, within=soon()) for _ in range(3)]

    assert (answers[0].value.source.fresh_until - NOW).total_seconds() == 60
    assert hss.calls["Get"] == 1


async def test_a_profile_is_found_by_imsi_with_one_get(hss, connect):
    answer = await connect().profile_by_imsi(IMSI, within=soon())

    assert (MSISDN, IMSI) == (answer.value.msisdn, answer.value.imsi)
    assert {"Login": 1, "Get": 1} == hss.calls


async def test_a_profile_is_found_by_imsi_with_a_search_where_get_takes_none(hss, connect):
    answer = await connect(imsi_lookup="search").profile_by_imsi(IMSI, within=soon())

    assert IMSI == answer.value.imsi
    assert {"Login": 1, "Search": 1, "Get": 1} == hss.calls


async def test_a_search_that_leads_to_another_sim_is_refused(hss, connect):
    hss.replies["Get"] = subscription(msisdn=MSISDN, imsi=IMSI[:-1] + "9")

    with pytest.raises(BadData, match="imsi"):
        await connect(imsi_lookup="search").profile_by_imsi(IMSI, within=soon())


@pytest.mark.parametrize("lookup", ["get", "search"])
async def test_an_unknown_sim_is_not_known(hss, connect, lookup):
    hss.unknown.add(IMSI)

    with pytest.raises(NotKnown):
        await connect(imsi_lookup=lookup).profile_by_imsi(IMSI, within=soon())


async def test_an_unknown_number_is_not_known_and_the_session_lives_on(hss, connect):
    hss.unknown.add(MSISDN)
    connector = connect()
    with pytest.raises(NotKnown):
        await connector.profile_by_msisdn(MSISDN, within=soon())

    await connector.profile_by_msisdn("99960000043", within=soon())

    assert hss.calls["Login"] == 1


@pytest.mark.parametrize(("setting", "namespace"), [("mo", GSM), ("cai3g", CAI3G)])
async def test_the_key_stands_in_the_configured_namespace(hss, connect, setting, namespace):
    await connect(mo_id_namespace=setting).profile_by_msisdn(MSISDN, within=soon())

    key = hss.asked[-1].body.find(f"{{{CAI3G}}}MOId")[0]
    assert (f"{{{namespace}}}msisdn", MSISDN) == (key.tag, key.text)


async def test_numbers_are_written_and_read_in_the_systems_own_form(hss, connect):
    hss.replies["Get"] = subscription(msisdn="60000042", imsi=IMSI)
    connector = connect(number_form=NumberForm.NATIONAL_SIGNIFICANT)

    answer = await connector.profile_by_msisdn(MSISDN, within=soon())

    assert MSISDN == answer.value.msisdn
    assert "60000042" == hss.asked[-1].body.find(f"{{{CAI3G}}}MOId")[0].text


async def test_login_and_logout_may_have_a_path_of_their_own(connect, hss, settings):
    paths = []

    async def app(scope, receive, send):
        paths.append(scope["path"])
        await hss(scope, receive, send)

    surroundings = environment(transport=httpx.ASGITransport(app))
    connector = CAI3GConnector("hss", settings(path="/provisioning", session_path="/session"), surroundings)
    await connector.profile_by_msisdn(MSISDN, within=soon())
    await connector.aclose()

    assert ["/session", "/provisioning", "/session"] == paths


async def test_an_answer_about_another_number_is_bad_data(hss, connect):
    hss.replies["Get"] = subscription(msisdn="99960000043", imsi=imsi_of("99960000043"))

    with pytest.raises(BadData, match="msisdn"):
        await connect().profile_by_msisdn(MSISDN, within=soon())


@pytest.mark.parametrize("header", ["SessionId", "TransactionId", "SequenceId"])
async def test_an_answer_to_another_call_is_bad_data(hss, connect, header):
    hss.echo[header] = "1"

    with pytest.raises(BadData, match=header):
        await connect().profile_by_msisdn(MSISDN, within=soon())


async def test_headers_that_are_not_echoed_are_not_missed(hss, connect):
    hss.echo.update(SessionId="", TransactionId="", SequenceId="")

    assert MSISDN == (await connect().profile_by_msisdn(MSISDN, within=soon())).value.msisdn


@pytest.mark.parametrize(
    "reply",
    [
        "<sessionId>s1</sessionId>",
        "<sessionId>s1</sessionId><baseSequenceId/>",
        "<sessionId>s1</sessionId><baseSequenceId>-1</baseSequenceId>",
        "<sessionId>s1</sessionId><baseSequenceId>18446744073709551616</baseSequenceId>",
        "<sessionId>s 1</sessionId><baseSequenceId>1</baseSequenceId>",
        "<baseSequenceId>1</baseSequenceId>",
    ],
)
async def test_a_login_answer_that_is_not_whole_is_bad_data(hss, connect, reply):
    hss.faults["Login"] = f"<LoginResponse>{reply}</LoginResponse>"

    with pytest.raises(BadData):
        await connect().profile_by_msisdn(MSISDN, within=soon())


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (Response("<html>login</html>", media_type="text/html"), BadData),
        (Response(b"\x00\xff\x17", media_type="text/xml"), BadData),
        (Response("", media_type="text/xml"), BadData),
        (Response("busy", status_code=503), Unavailable),
        (Response("no", status_code=401), Misconfigured),
        (Response("", status_code=302, headers={"location": "http://elsewhere.test/"}), BadData),
    ],
)
async def test_an_answer_that_is_not_soap_is_an_error(hss, connect, raw, kind):
    connector = connect()
    await connector.profile_by_msisdn(MSISDN, within=soon())
    hss.raw = raw

    with pytest.raises(kind):
        await connector.profile_by_msisdn(MSISDN, within=soon())


async def test_neither_pwd_nor_password_nor_number_is_in_an_answer_an_error_a_report_or_a_log(
    hss, connect, reports, caplog
):
    caplog.set_level(logging.DEBUG)
    connector = connect()
    seen = [repr(await connector.profile_by_msisdn(MSISDN, within=soon())), repr(connector.__dict__)]
    hss.fields = f"<g:obo>{MSISDN}</g:obo>"
    for trouble in (None, cai3g_fault(7, reason=f"{MSISDN} {PWD}")):
        hss.faults = {} if trouble is None else {"Get": trouble}
        with pytest.raises(ConnectorError) as caught:
            await connector.profile_by_msisdn(MSISDN, within=soon())
        seen += [str(caught.value), repr(caught.value)]

    everything = "".join(seen[1:]) + repr(reports.events) + caplog.text

    assert PWD not in everything + seen[0]
    assert MSISDN not in everything
    assert "session1" not in everything
    assert "right" not in repr(reports.events) + caplog.text


def test_a_wsdl_without_the_operations_stops_the_start(settings: Callable[..., CAI3GSettings], tmp_path: pathlib.Path):
    whole = (pathlib.Path(__file__).parent / "fixtures" / "cai3g.wsdl").read_text()
    less = tmp_path / "less.wsdl"
    less.write_text(whole.replace('operation name="Search"', 'operation name="Seek"'))

    CAI3GConnector("hss", settings(wsdl=str(less)), environment())
    with pytest.raises(WsdlError, match="lacks Search"):
        CAI3GConnector("hss", settings(wsdl=str(less), imsi_lookup="search"), environment())


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": None},
        {"user": "x", "password": None},
        {"user": "x", "fixed_session_id": "env:HSS_SESSION"},
        {"sessions": 0},
        {"sessions": 65},
        {"mo_type": "Subscription"},
        {"fault_codes": {"thirteen": "not-known"}},
        {"fault_codes": {"13": "dunno"}},
        {"path": "services?x"},
        {"surprise": 1},
        {"wsdl": "nowhere.wsdl"},
    ],
)
def test_wrong_settings_are_refused(settings, wrong):
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_every_setting_is_described():
    own = CAI3GSettings.model_fields.keys() - SystemSettings.model_fields.keys()

    assert own
    assert all(CAI3GSettings.model_fields[name].description for name in own)


def test_settings_do_not_print_the_password(settings):
    assert "right" not in repr(settings())


async def test_a_large_subscription_is_read_beside_the_event_loop(connect, hss, monkeypatch):
    """
    A hundred thousand unknown fields take a second to pass over.
    """
    threads: list[int] = []

    def reading(*args: Any, **named: Any) -> NetworkProfile:
        threads.append(threading.get_ident())
        return network_profile(*args, **named)

    monkeypatch.setattr("connectors.cai3g.connector.network_profile", reading)
    hss.fields = "<g:unknown/>" * 10_000
    await connect().profile_by_msisdn(MSISDN, within=soon())

    assert threading.get_ident() not in threads
    assert 1 == len(threads)
