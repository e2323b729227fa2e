"""GsmHlr subscriptions of every kind, whole and damaged: read as they were written, refused, or about the right number."""

import copy
from unittest import mock

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.cai3g import fields, mapping
from connectors.cai3g.subscription import SERVICES
from connectors.xml import Node, XmlError, parse
from schema.network import NetworkProfile
from tests.connectors.cai3g.fake import GSM, descendant, subscription
from tests.connectors.cai3g.profiles import IMSI, MSISDN, profile_of, services_of

states = st.integers(min_value=0, max_value=9999)


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(st.dictionaries(st.sampled_from(sorted(SERVICES)), states))
def test_every_state_comes_back_as_it_was_written(written):
    fields = "".join(f"<g:{name}>{state}</g:{name}>" for name, state in written.items())

    assert written == services_of(fields)


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(st.lists(st.sampled_from(["0", "1", "15", "16", "01", " 2 ", "+3", "255", "256", "", "3<?x y?>", "<!-- -->"])))
def test_a_usual_service_is_the_same_as_one_made_the_careful_way(texts):
    fields = "".join(f"<g:{name}>{text}</g:{name}>" for name, text in zip(sorted(SERVICES), texts, strict=False))

    usual = outcome(services_of, fields)
    with mock.patch.object(mapping, "_USUAL", {name: {} for name in SERVICES}):
        assert usual == outcome(services_of, fields)


def outcome(read, fields):
    try:
        return read(fields)
    except XmlError as exc:
        return str(exc)


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(text=st.text(alphabet="0129 +-.e١\n", max_size=6), nil=st.sampled_from(["", ' i:nil="true"', ' i:nil="false"']))
def test_the_short_way_to_a_number_comes_to_the_same_or_leaves_it_to_the_long_one(text, nil):
    node = Node(parse(f'<ts21 xmlns:i="http://www.w3.org/2001/XMLSchema-instance"{nil}>{text}</ts21>'.encode()))

    found = fields.plain(node.element)

    assert found is None or found == fields.number(node)
    assert found is None or not node.is_nil


WHOLE = subscription(
    msisdn=MSISDN,
    imsi=IMSI,
    fields="<g:obo>7</g:obo><g:cfb><g:provisionState>1</g:provisionState><g:fnum>212</g:fnum></g:cfb><g:ts21>3</g:ts21>",
).encode()
VALUES = (IMSI, MSISDN, 7, [(True, "212")], [("ts21", 3)])


def values_of(profile: NetworkProfile) -> tuple[object, ...]:
    forwardings = [(one.provisioned, one.forward_to) for one in profile.call_forwarding]
    services = [(one.name, one.state) for one in profile.services]
    return (profile.imsi, profile.msisdn, profile.barring.outgoing, forwardings, services)


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(
    start=st.integers(min_value=0, max_value=len(WHOLE)),
    length=st.integers(min_value=1, max_value=60),
    what=st.sampled_from(["twice", "away"]),
)
def test_a_reply_damaged_anywhere_is_about_the_number_asked_for_or_refused(start, length, what):
    kept = start if what == "twice" else start + length
    repeated = WHOLE[start : start + length] if what == "twice" else b""
    try:
        profile = profile_of(WHOLE[:start] + repeated + WHOLE[kept:])
    except XmlError:
        return
    assert MSISDN == profile.msisdn


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_a_reply_that_is_cut_off_is_refused(end):
    with pytest.raises(XmlError):
        profile_of(WHOLE[:end])


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(data=st.data())
def test_a_value_whose_element_is_lost_is_absent_and_one_that_comes_twice_is_refused(data):
    root = etree.fromstring(WHOLE)
    subject = descendant(root, f".//{{{GSM}}}getResponseSubscription")
    child = subject[data.draw(st.integers(min_value=0, max_value=len(subject) - 1))]
    if twice := data.draw(st.booleans()):
        subject.append(copy.deepcopy(child))
    else:
        subject.remove(child)
    try:
        values = values_of(profile_of(etree.tostring(root)))
    except XmlError:
        return
    name = etree.QName(child).localname
    assert name == "pwd" or not twice
    for value, right in zip(values, VALUES, strict=True):
        assert value in (right, None, [])


def test_the_reply_that_is_damaged_above_is_right_when_whole():
    assert VALUES == values_of(profile_of(WHOLE))
