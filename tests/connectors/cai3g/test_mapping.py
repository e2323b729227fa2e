"""GsmHlr subscriptions become network profiles, or nothing at all."""

import datetime as dt

import pytest

from connectors.cai3g.mapping import Key, MoId, found_by_imsi
from connectors.cai3g.subscription import CALL_FORWARDINGS, SECRETS, SERVICES
from connectors.xml import Node, XmlError, parse
from schema.network import Barring, CallForwarding, ForwardingCondition, NetworkProfile, NetworkService
from schema.scalars import Imsi, Msisdn
from tests.connectors.cai3g.fake import CAI3G, GSM, PWD, subscription
from tests.connectors.cai3g.profiles import IMSI, MSISDN, SOURCE, profile_of, read_msisdn, services_of, with_fields


def test_a_whole_subscription_is_read_field_by_field():
    profile = with_fields(
        "<g:profileId>46</g:profileId><g:stype>2</g:stype><g:obo>1</g:obo><g:obi>0</g:obi><g:obr>2</g:obr>"
        "<g:obopri>1</g:obopri><g:obopre>0</g:obopre><g:obssm>3</g:obssm><g:ts21>1</g:ts21><g:clip>1</g:clip>"
        "<g:cfb><g:provisionState>1</g:provisionState><g:activationState>0</g:activationState></g:cfb>"
        "<g:gprs><g:apnid>1</g:apnid></g:gprs><g:gprs><g:pdpid>2</g:pdpid><g:apnid>WILDCARD</g:apnid></g:gprs>"
    )

    assert profile == NetworkProfile(
        imsi=Imsi(IMSI),
        msisdn=Msisdn(MSISDN),
        profile_id="46",
        subscriber_type="2",
        barring=Barring(
            outgoing=1, incoming=0, roaming=2, premium_information=1, premium_entertainment=0, short_messages=3
        ),
        call_forwarding=[
            CallForwarding(condition=ForwardingCondition.BUSY, provisioned=True, active=False, forward_to=None)
        ],
        services=[NetworkService(name="clip", state=1), NetworkService(name="ts21", state=1)],
        apns=["1", "WILDCARD"],
        locked=None,
        source=SOURCE,
    )


def test_fields_that_are_absent_are_null_or_empty():
    profile = with_fields("")

    assert profile.barring == Barring(
        outgoing=None,
        incoming=None,
        roaming=None,
        premium_information=None,
        premium_entertainment=None,
        short_messages=None,
    )
    assert (None, None, [], [], []) == (
        profile.profile_id,
        profile.subscriber_type,
        profile.call_forwarding,
        profile.services,
        profile.apns,
    )


def test_fields_are_read_by_name_in_any_namespace_and_unknown_ones_are_ignored():
    reply = subscription(msisdn=MSISDN, imsi=IMSI, fields="<obo>1</obo><g:invented><g:obo>9</g:obo></g:invented>")

    assert profile_of(reply.replace(GSM, "urn:another")).barring.outgoing == 1


def test_the_password_is_in_nothing_that_is_read():
    assert PWD not in repr(with_fields("<g:ts21>1</g:ts21>"))


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_key_material_is_never_a_service(name):
    assert {} == services_of(f"<g:{name}>1</g:{name}>")


def test_the_deny_list_goes_before_the_names_that_are_read():
    assert not SECRETS & SERVICES
    assert {"pwd", "ki", "opc", "a4ind"} <= SECRETS


def test_a_service_with_several_states_gives_each_under_its_whole_name():
    fields = (
        "<g:caw><g:provisionState>1</g:provisionState><g:ts10><g:activationState>1</g:activationState></g:ts10>"
        "<g:bs30><g:activationState>0</g:activationState></g:bs30></g:caw><g:nam><g:prov>0</g:prov><g:keep>1</g:keep></g:nam>"
    )

    assert {
        "caw.provisionState": 1,
        "caw.ts10.activationState": 1,
        "caw.bs30.activationState": 0,
        "nam.prov": 0,
    } == services_of(fields)


def forwarding(fields: str) -> CallForwarding:
    [found] = with_fields(f"<g:cfnry>{fields}</g:cfnry>").call_forwarding
    return found


def test_a_call_forwarding_has_its_states_and_number():
    found = forwarding(
        "<g:provisionState>1</g:provisionState><g:activationState>1</g:activationState><g:fnum>212</g:fnum>"
    )

    assert (True, True, "212") == (found.provisioned, found.active, found.forward_to)
    assert found.condition is ForwardingCondition.NO_REPLY


def test_every_kind_of_call_forwarding_is_told_under_its_condition():
    fields = "".join(f"<g:{name}><g:provisionState>1</g:provisionState></g:{name}>" for name in CALL_FORWARDINGS)

    conditions = [each.condition for each in with_fields(fields).call_forwarding]

    assert list(ForwardingCondition) == conditions


def test_a_call_forwarding_kept_per_service_group_is_that_of_telephony():
    found = forwarding(
        "<g:provisionState>1</g:provisionState>"
        "<g:bs30><g:activationState>0</g:activationState></g:bs30>"
        "<g:ts10><g:activationState>1</g:activationState><g:fnum>99960000043</g:fnum></g:ts10>"
    )

    assert (True, True, "99960000043") == (found.provisioned, found.active, found.forward_to)


@pytest.mark.parametrize(
    ("fields", "provisioned"),
    [
        ("<g:provisionState>0</g:provisionState>", False),
        ("<g:provisionState>2</g:provisionState>", None),
        ("", None),
        ("1", True),
    ],
)
def test_a_state_that_is_neither_on_nor_off_is_not_said_to_be_either(fields, provisioned):
    assert forwarding(fields).provisioned is provisioned


def test_several_contexts_of_one_access_point_are_one_access_point():
    context = "<g:gprs><g:apnid>{}</g:apnid></g:gprs>"

    assert ["7", "1"] == with_fields("".join(map(context.format, "7177"))).apns


@pytest.mark.parametrize("empty", ["", "<g:gprs/>", "<g:gprs></g:gprs>"])
def test_no_access_point_is_an_empty_list(empty):
    assert [] == with_fields(empty).apns


@pytest.mark.parametrize(
    "fields",
    [
        "<g:obo>1e1</g:obo>",
        "<g:obo>1<?x y?>0</g:obo>",
        "<g:obo>1<g:x/></g:obo>",
        "<g:obo>١</g:obo>",
        "<g:obo>-1</g:obo>",
        "<g:obo>99999999999999999999</g:obo>",
        "<g:obo>0</g:obo><g:obo>1</g:obo>",
        "<g:ts21>yes</g:ts21>",
        "<g:caw><g:provisionState>on</g:provisionState></g:caw>",
        "<g:cfb><g:fnum>call me</g:fnum></g:cfb>",
        "<g:cfb>often</g:cfb>",
        "<g:gprs><g:pdpid>1</g:pdpid></g:gprs>",
        "<g:gprs>1</g:gprs>",
        "<g:gprs>1<g:apnid>1</g:apnid></g:gprs>",
        "<g:ts21>1<!-- --></g:ts21>",
        "<g:ts21>1<g:x/></g:ts21>",
        "<g:ts21><g:x/>1</g:ts21>",
        "<g:ts21><g:ts21>1</g:ts21></g:ts21>",
        "<g:caw>1<g:provisionState>1</g:provisionState></g:caw>",
        "<g:caw><g:ts10>1<g:activationState>1</g:activationState></g:ts10></g:caw>",
        "<g:cfb>1<g:provisionState>1</g:provisionState></g:cfb>",
        "<g:cfb><g:ts10><g:ts10><g:fnum>212</g:fnum></g:ts10></g:ts10></g:cfb>",
        '<g:obo i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">1</g:obo>',
        '<g:ts21 i:nil="1" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">1</g:ts21>',
        '<g:caw i:nil="1" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><g:ts10/></g:caw>',
    ],
)
def test_a_malformed_field_spoils_the_answer(fields):
    with pytest.raises(XmlError):
        with_fields(fields)


@pytest.mark.parametrize(
    "reply",
    [
        subscription(msisdn="99960000043", imsi=IMSI),
        subscription(msisdn=MSISDN, imsi=IMSI).replace("<c:MOId><g:msisdn>9", "<c:MOId><g:msisdn>8"),
        subscription(msisdn=MSISDN, imsi="12345"),
        subscription(msisdn=MSISDN, imsi=""),
        subscription(msisdn="", imsi=IMSI),
        subscription(msisdn="44770090004", imsi=IMSI),
        subscription(msisdn=MSISDN, imsi=IMSI).replace(
            "<g:getResponseSubscription>", f'<g:getResponseSubscription imsi="{IMSI[:-1]}0">'
        ),
        subscription(msisdn=MSISDN, imsi=IMSI).replace("getResponseSubscription", "getResponseSubscriber"),
        subscription(msisdn=MSISDN, imsi=IMSI).replace("</c:MOAttributes>", "<g:more/></c:MOAttributes>"),
        f'<c:GetResponse xmlns:c="{CAI3G}"/>',
        f'<c:GetResponse xmlns:c="{CAI3G}"><c:MOAttributes/></c:GetResponse>',
        (
            f'<c:GetResponse xmlns:c="{CAI3G}"><c:MOId><msisdn>{MSISDN}</msisdn><imsi>{IMSI}</imsi></c:MOId>'
            "<c:MOAttributes><getResponseSubscription/></c:MOAttributes></c:GetResponse>"
        ),
    ],
)
def test_an_answer_that_is_not_about_the_number_asked_for_is_refused(reply):
    with pytest.raises(XmlError):
        profile_of(reply)


def test_an_answer_about_another_imsi_is_refused():
    asked = MoId(Key.IMSI, IMSI)

    assert IMSI == profile_of(subscription(msisdn=MSISDN, imsi=IMSI), asked).imsi
    with pytest.raises(XmlError):
        profile_of(subscription(msisdn=MSISDN, imsi=IMSI[:-1] + "9"), asked)


def test_a_subscription_without_a_number_is_found_by_its_imsi():
    reply = subscription(msisdn="", imsi=IMSI)

    assert profile_of(reply, MoId(Key.IMSI, IMSI)).msisdn is None


def found(*mo_ids: str) -> MoId | None:
    inner = "".join(f"<c:MOId>{mo_id}</c:MOId>" for mo_id in mo_ids)
    reply = f'<c:SearchResponse xmlns:c="{CAI3G}">{inner}</c:SearchResponse>'
    return found_by_imsi(Node(parse(reply.encode())), imsi=IMSI, read_msisdn=read_msisdn)


@pytest.mark.parametrize(
    ("mo_ids", "expected"),
    [
        ((), None),
        ((f"<msisdn>{MSISDN}</msisdn><imsi>{IMSI}</imsi>",), MoId(Key.MSISDN, MSISDN)),
        ((f"<msisdn>{MSISDN}</msisdn>", f"<imsi>{IMSI}</imsi>"), MoId(Key.MSISDN, MSISDN)),
        ((f"<imsi>{IMSI}</imsi>",), MoId(Key.IMSI, IMSI)),
    ],
)
def test_a_search_finds_one_subscription_or_none(mo_ids, expected):
    assert expected == found(*mo_ids)


@pytest.mark.parametrize("inner", ["<c:MOIds><msisdn>1</msisdn></c:MOIds>", "<imsi>1</imsi>"])
def test_a_search_answer_that_holds_something_unknown_does_not_mean_nobody(inner):
    reply = f'<c:SearchResponse xmlns:c="{CAI3G}">{inner}</c:SearchResponse>'

    with pytest.raises(XmlError, match="MOId is missing"):
        found_by_imsi(Node(parse(reply.encode())), imsi=IMSI, read_msisdn=read_msisdn)


@pytest.mark.parametrize(
    "mo_ids",
    [
        (f"<msisdn>{MSISDN}</msisdn>", "<msisdn>99960000043</msisdn>"),
        (f"<imsi>{IMSI[:-1]}9</imsi>",),
        ("<other>1</other>",),
        ("",),
    ],
)
def test_a_search_that_finds_something_else_is_refused(mo_ids):
    with pytest.raises(XmlError):
        found(*mo_ids)


def test_keys_are_not_printed():
    assert MSISDN not in repr(MoId(Key.MSISDN, MSISDN))


def test_a_source_is_passed_through():
    assert with_fields("").source.fetched_at == dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
