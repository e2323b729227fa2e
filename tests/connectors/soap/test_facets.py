"""What the texts of a request have to be, by the types of a schema: right ones pass, wrong ones mostly do not."""

import pathlib
import warnings

import pytest

from connectors.soap import Wsdl, WsdlError
from tests.connectors.soap.test_wsdl import SMALL

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:test:lamp"
    targetNamespace="urn:test:lamp" elementFormDefault="qualified">
  <xs:element name="Switch"><xs:complexType><xs:sequence><xs:element name="Value" type="{type}"/></xs:sequence>
    </xs:complexType></xs:element>
  <xs:element name="Switched" type="xs:string"/>
  <xs:simpleType name="T"><xs:restriction base="{base}">{facets}</xs:restriction></xs:simpleType>
  <xs:simpleType name="U"><xs:restriction base="t:T"/></xs:simpleType>
</xs:schema>"""


def definition(folder: pathlib.Path, *, of_type: str, base: str = "xs:string", facets: str = "") -> Wsdl:
    path = folder / "lamp.wsdl"
    path.write_text(SMALL.format(schema=SCHEMA.format(type=of_type, base=base, facets=facets)), encoding="utf-8")
    return Wsdl(path)


def fits(wsdl: Wsdl, text: str) -> bool:
    outcomes = set()
    for _ in range(2):  # The first one is built by zeep, the second from the template.
        try:
            wsdl.envelope("Switch", {"Value": text})
            outcomes.add(True)
        except WsdlError:
            outcomes.add(False)
    assert 1 == len(outcomes)
    return outcomes.pop()


@pytest.mark.parametrize(
    ("of_type", "right", "wrong"),
    [
        ("xs:int", ["0", "-1", "+2147483647", " 7 ", "007"], ["x", "2147483648", "1.0", "1e3", "\u0661", "1 1"]),
        ("xs:long", ["9223372036854775807"], ["9223372036854775808"]),
        ("xs:unsignedByte", ["0", "255"], ["-1", "256"]),
        ("xs:nonNegativeInteger", ["0", "9" * 30], ["-1", "9" * 41]),
        ("xs:positiveInteger", ["1"], ["0"]),
        ("xs:decimal", ["1", "1.5", ".5", "-0.10", "1."], [".", "1e3", "NaN", "INF", "1,5"]),
        ("xs:string", ["", " x ", "\u4e2d"], []),
        ("xs:dateTime", ["2026-11-22T08:00:00", "whatever"], []),
    ],
)
def test_a_builtin_type_has_its_form(of_type, right, wrong, tmp_path):
    wsdl = definition(tmp_path, of_type=of_type)

    assert right == [text for text in (*right, *wrong) if fits(wsdl, text)]


def test_an_empty_text_is_left_to_zeep_which_leaves_some_elements_out_then(tmp_path):
    assert fits(definition(tmp_path, of_type="xs:int"), "")


@pytest.mark.parametrize("of_type", ["t:T", "t:U"])
@pytest.mark.parametrize(
    ("facets", "right", "wrong"),
    [
        ('<xs:enumeration value="Event"/><xs:enumeration value="Query"/>', ["Event", "Query"], ["event", " Event"]),
        ('<xs:maxLength value="3"/>', ["", "abc"], ["abcd"]),
        ('<xs:minLength value="2"/>', ["ab"], ["a"]),
        ('<xs:length value="2"/>', ["ab", "\u4e2d\u6587"], ["a", "abc"]),
        ('<xs:pattern value="[01]+"/>', ["0", "101"], ["2", "0\n", "x0"]),
        ('<xs:pattern value="A[0-9]{2}|B"/><xs:pattern value="C"/>', ["A12", "B", "C"], ["A1", "BC", "D"]),
    ],
)
def test_a_facet_of_a_text_is_heeded(of_type, facets, right, wrong, tmp_path):
    wsdl = definition(tmp_path, of_type=of_type, facets=facets)

    assert right == [text for text in (*right, *wrong) if fits(wsdl, text)]


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\w]{1,}",
        r"[A-Z-[AEIOU]]",
        r"^x$",
        r"\p{Lu}",
        r"\i\c*",
        "[[]",
        "[a--b]",
        "[a&&b]",
        "a||b",
        "(?:x)",
        "x**",
    ],
)
def test_a_pattern_that_python_reads_in_another_way_is_not_looked_at(pattern, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wsdl = definition(tmp_path, of_type="t:T", facets=f'<xs:pattern value="{pattern.replace("&", "&amp;")}"/>')

    assert fits(wsdl, "anything at all")


@pytest.mark.parametrize(
    ("base", "facets"),
    [
        ("xs:token", '<xs:enumeration value="Event"/>'),
        ("xs:string", '<xs:whiteSpace value="collapse"/><xs:enumeration value="Event"/>'),
        ("xs:int", '<xs:enumeration value="1"/>'),
    ],
)
def test_where_white_space_or_zeros_do_not_count_facets_are_not_looked_at(base, facets, tmp_path):
    wsdl = definition(tmp_path, of_type="t:T", base=base, facets=facets)

    assert fits(wsdl, "01" if base == "xs:int" else " Event ")
