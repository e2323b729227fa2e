"""XML-RPC: requests as the standard wants them, responses read strictly or refused."""

import xml.sax.saxutils
import xmlrpc.client
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.xml import XmlError
from connectors.xmlrpc import DateTime, Struct, Value, XmlRpcFault, method_call, method_response


def response(value: str, **changes: str | None) -> Value:
    body = f"<methodResponse><params><param><value>{value}</value></param></params></methodResponse>"
    return method_response(body.encode(), **changes)


def struct(*members: str) -> Struct:
    found = response("<struct>" + "".join(f"<member>{member}</member>" for member in members) + "</struct>")
    assert isinstance(found, Struct)
    return found


def one(value: str) -> Struct:
    return struct(f"<name>x</name><value>{value}</value>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<i4>42</i4>", 42),
        ("<int>-42</int>", -42),
        ("<int> 42\n</int>", 42),
        ("<i8>189000000000000721</i8>", 189000000000000721),
        ("<i4>5368573153</i4>", 5368573153),
        ("<boolean>1</boolean>", True),
        ("<boolean> 0 </boolean>", False),
        ("<string>99560</string>", "99560"),
        ("<string> a b </string>", " a b "),
        ("<string/>", ""),
        ("untyped", "untyped"),
        ("", ""),
        ("<string>a&lt;b&amp;&#x4E2D;</string>", "a<b&中"),
        ("<double>-10.50</double>", Decimal("-10.50")),
        ("<dateTime.iso8601>20140114T14:21:22+0200</dateTime.iso8601>", DateTime("20140114T14:21:22+0200")),
        ("<base64>aGV s\nbG8=</base64>", b"hello"),
        ("<nil/>", None),
        ('<e:nil xmlns:e="http://ws.apache.org/xmlrpc/namespaces/extensions"/>', None),
        ("<array><data/></array>", []),
        ("<array><data><value><i4>1</i4></value></data></array>", [1]),
        ("\n <array>\n <data>\n <value>\n <i4>\n1\n</i4>\n </value>\n </data>\n </array>\n ", [1]),
    ],
)
def test_values_are_read(value, expected):
    read = response(value)

    assert (type(expected), expected) == (type(read), read)


@pytest.mark.parametrize(
    "value",
    [
        "<i4/>",
        "<i4>1e3</i4>",
        "<i4>10.5</i4>",
        "<i4>1 2</i4>",
        "<i4>１</i4>",
        "<i4>10<?x y?>05</i4>",
        "<i4>10<!-- -->05</i4>",
        "<i4><value>1</value></i4>",
        "<i4>9223372036854775808</i4>",
        f"<i4>{'9' * 5000}</i4>",
        "<boolean>true</boolean>",
        "<boolean>2</boolean>",
        "<boolean/>",
        "<double>NaN</double>",
        "<double>1e3</double>",
        "<base64>a</base64>",
        "<base64>aGVsbG8=!</base64>",
        "<nil>x</nil>",
        "<string>10<!-- -->05</string>",
        "<string><b/></string>",
        "un<!-- -->typed",
        "text<i4>1</i4>",
        "<i4>1</i4>text",
        "<i4>1</i4><i4>2</i4>",
        "<decimal>1</decimal>",
        "<I4>1</I4>",
        '<i4 xmlns="urn:x">1</i4>',
        "<array/>",
        "<array><data/><data/></array>",
        "<array><value><i4>1</i4></value></array>",
        "<array><data><i4>1</i4></data></array>",
        "<array><data>1</data></array>",
        "<struct>x</struct>",
        "<struct><name>a</name></struct>",
        "<struct><member/></struct>",
        "<struct><member><name>a</name></member></struct>",
        "<struct><member><value>1</value><name>a</name></member></struct>",
        "<struct><member><name/><value>1</value></member></struct>",
        "<struct><member><name>a</name><value>1</value><value>2</value></member></struct>",
        "<struct><member><name>a<!-- -->b</name><value>1</value></member></struct>",
        "<struct>" + "<member><name>a</name><value>1</value></member>" * 2 + "</struct>",
        "<struct>" + "".join(f"<member><name>{name}</name><value/></member>" for name in ("a", " a ")) + "</struct>",
    ],
    ids=lambda value: value[:60],
)
def test_what_is_not_of_the_standard_is_refused(value):
    with pytest.raises(XmlError):
        response(value)


@pytest.mark.parametrize(
    "body",
    [
        "<methodResponse/>",
        "<methodResponse><params/></methodResponse>",
        "<methodResponse><params><param/></params></methodResponse>",
        "<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>",
        "<methodResponse><params><param><value/><value/></param></params></methodResponse>",
        "<methodResponse><params><param><i4>1</i4></param></params></methodResponse>",
        "<methodCall><params><param><value/></param></params></methodCall>",
        '<methodResponse xmlns="urn:x"><params><param><value/></param></params></methodResponse>',
        "<methodResponse><fault/></methodResponse>",
        "<methodResponse><fault><value><i4>1</i4></value></fault></methodResponse>",
        "<methodResponse><fault><value><struct/></value></fault></methodResponse>",
        "<methodResponse><params><param><value/></param></params><fault><value/></fault></methodResponse>",
        "<methodResponse><fault><value/></fault><params><param><value/></param></params></methodResponse>",
        "<methodResponse><params><param><value/></param></params><extra/></methodResponse>",
        "<methodResponse><params><param><value/></param></params>1</methodResponse>",
        "<methodResponse>1<params><param><value/></param></params></methodResponse>",
        "<methodResponse><value/></methodResponse>",
        "<methodResponse><methodResponse><params><param><value/></param></params></methodResponse></methodResponse>",
        "<html/>",
        "<!DOCTYPE methodResponse><methodResponse><params><param><value/></param></params></methodResponse>",
        "<methodResponse><params><param><value><i4>1</i4></value></param></params>",
    ],
)
def test_what_is_not_one_response_is_refused(body):
    with pytest.raises(XmlError):
        method_response(body.encode())


def test_a_fault_is_raised_with_its_code_and_without_its_text():
    body = xmlrpc.client.dumps(xmlrpc.client.Fault(1001, "at com.vendor.Air (99960000042)"), methodresponse=True)

    with pytest.raises(XmlRpcFault) as caught:
        method_response(body.encode())

    assert 1001 == caught.value.code
    assert "vendor" not in f"{caught.value!r} {caught.value}"


def test_nesting_has_an_end():
    def nested(depth: int) -> str:
        return "<array><data><value>" * depth + "1" + "</value></data></array>" * depth

    assert isinstance(response(nested(32)), list)
    with pytest.raises(XmlError, match="too deeply"):
        response(nested(33))


def test_layout_and_comments_between_elements_are_nothing():
    found = struct("\n<!-- c --><name>\n accumulatorID \n</name> <?x y?> <value>\n<i4>2</i4>\n</value>\n")

    assert 2 == found.integer("accumulatorID")


def test_the_charset_of_the_transport_is_honoured():
    assert "é" == method_response(
        "<methodResponse><params><param><value>é</value></param></params></methodResponse>".encode("latin-1"),
        charset="iso-8859-1",
    )


def test_a_member_is_read_as_the_kind_it_must_be():
    assert "a" == one("<string>a</string>").text("x")
    assert one("<boolean>1</boolean>").boolean("x") is True
    assert DateTime("20140114T14:21:22+0200") == one(
        "<dateTime.iso8601>20140114T14:21:22+0200</dateTime.iso8601>"
    ).date("x")
    inner = one("<struct><member><name>y</name><value><i4>5</i4></value></member></struct>").struct("x")
    assert inner is not None
    assert 5 == inner.integer("y")
    assert [] == one("<array><data/></array>").structs("x")


@pytest.mark.parametrize("value", ["<i4>5</i4>", "<string>5</string>", "5", "<string> 5\n</string>", "<i8>5</i8>"])
def test_a_whole_number_may_come_as_integer_or_as_digits(value):
    assert 5 == one(value).integer("x")


@pytest.mark.parametrize("reader", ["text", "integer", "boolean", "date", "struct"])
def test_absent_and_nil_members_are_none(reader):
    assert getattr(struct(), reader)("x") is None
    assert getattr(one("<nil/>"), reader)("x") is None
    assert [] == struct().structs("x")


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("integer", "<boolean>1</boolean>"),
        ("integer", "<double>5.0</double>"),
        ("integer", "<string>10.5</string>"),
        ("integer", "<string> 1e3</string>"),
        ("integer", ""),
        ("integer", "<string>1_0</string>"),
        ("integer", "<string>99999999999999999999</string>"),
        ("boolean", "<i4>1</i4>"),
        ("boolean", "<string>1</string>"),
        ("text", "<i4>1</i4>"),
        ("date", "<string>20140114T14:21:22+0200</string>"),
        ("struct", "<array><data/></array>"),
        ("structs", "<struct/>"),
        ("structs", "<array><data><value>1</value></data></array>"),
    ],
)
def test_a_member_of_another_kind_is_refused_by_name_only(reader, value):
    with pytest.raises(XmlError, match=r"^x ") as caught:
        getattr(one(value), reader)("x")

    assert "10.5" not in str(caught.value)


def test_a_required_number_must_be_there():
    with pytest.raises(XmlError, match="x is missing"):
        struct().require_integer("x")


def test_a_struct_does_not_show_its_members():
    assert "99960000042" not in repr(one("<string>99960000042</string>"))


def test_a_request_is_a_document_of_the_standard():
    """
    Read back by Python's own implementation.
    """
    body = method_call(
        "GetBalanceAndDate",
        {
            "a": 1,
            "b": True,
            "c": "x<&>'\"中",
            "d": DateTime("20140114T14:21:22+0200"),
            "e": [1, "2"],
            "f": {"g": False},
        },
    )

    (argument,), method = xmlrpc.client.loads(body)
    assert "GetBalanceAndDate" == method
    assert isinstance(argument, dict)
    date = argument.pop("d")
    assert isinstance(date, xmlrpc.client.DateTime)
    assert "20140114T14:21:22+0200" == date.value
    assert {"a": 1, "b": True, "c": "x<&>'\"中", "e": [1, "2"], "f": {"g": False}} == argument
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_what_xml_cannot_carry_is_refused():
    with pytest.raises(ValueError, match="XML"):
        method_call("X", {"a": "\x00"})


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
scalars = (
    st.integers(-(2**31), 2**31 - 1) | st.booleans() | text | st.builds(DateTime, st.just("20140114T14:21:22+0200"))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text.filter(str.strip), inner, max_size=3)
)


def plain(value: Value) -> object:
    if isinstance(value, Struct):
        return {name: plain(member) for name, member in value._members.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True), values, max_size=4))
def test_what_is_written_is_read_back(argument):
    body = (
        method_call("X", argument)
        .replace(b"<methodName>X</methodName>", b"")
        .replace(b"methodCall>", b"methodResponse>")
    )

    assert stripped(argument) == plain(method_response(body))


def stripped(value: object) -> object:
    # Names are read without the white space around them.
    if isinstance(value, dict):
        return {name.strip(" \t\r\n"): stripped(item) for name, item in value.items()}
    return [stripped(item) for item in value] if isinstance(value, list) else value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12))
@example("10.5")
@example(" 1e3")
def test_any_text_is_the_number_it_says_or_an_error(text):
    member = one(f"<string>{xml.sax.saxutils.escape(text)}</string>")
    try:
        number = member.integer("x")
    except XmlError:
        return
    assert int(text) == number
