"""What is known of a WSDL's types, and that a record that does not fit them stops the start."""

import pytest

from connectors.soap import Wsdl, WsdlError
from connectors.soap.records import children, compiled, element, named, present, record
from connectors.soap.types import ANY, ComplexType, SimpleType, inside
from connectors.xml import Element, Node, parse
from tests.connectors.soap.lamp import lamp, switched
from tests.dialects import dialects_folder


def reply(*path: str):
    return lamp().reply_type("Switch", *path)


def test_a_reply_has_the_children_that_the_wsdl_says():
    found = reply()

    assert isinstance(found, ComplexType)
    told = {child.name: (child.least, child.most, child.nillable) for child in found.children}
    assert {"Text": (0, 1, True), "Shape": (0, None, False)}.items() <= told.items()
    assert ["version"] == [attribute.key for attribute in found.attributes]


def test_types_of_every_kind_are_told():
    assert SimpleType("decimal") == reply("Amount")
    assert SimpleType("token") == reply("Colour")
    assert SimpleType("list", item=SimpleType("int")) == reply("Levels")
    assert SimpleType("string") == reply("Either")
    assert ANY == reply("Whatever")
    price, hollow, opened = reply("Price"), reply("Hollow"), reply("Open")
    assert isinstance(price, ComplexType)
    assert isinstance(hollow, ComplexType)
    assert isinstance(opened, ComplexType)
    assert ("_value_1", SimpleType("decimal")) == price.text
    assert hollow.is_empty
    assert opened.wildcard is not None
    assert opened.wildcard.many
    assert "_attr_1" == opened.other_attributes


def test_a_type_that_holds_itself_is_one_and_the_same():
    assert reply("Part") is reply("Part", "Part", "Part", "Part")


def test_what_the_wsdl_does_not_have_has_no_type():
    assert reply("New") is None
    assert reply("Amount", "Inner") is None
    assert inside(None, "x") is None


def test_an_array_tells_the_type_of_its_entries():
    crm = dialects_folder() / "crm"
    soap_enc = "http://schemas.xmlsoap.org/soap/encoding/"
    wsdl = Wsdl(crm / "mantis" / "mantisconnect.wsdl", imports={soap_enc: crm / "w3c" / "soap-encoding-1.1.xsd"})

    notes = wsdl.reply_type("mc_issue_get", "return", "notes")

    assert isinstance(notes, ComplexType)
    assert notes.items is not None
    note = notes.items()
    assert isinstance(note, ComplexType)
    assert "IssueNoteData" == note.name


def test_an_operation_that_the_wsdl_lacks_is_named():
    with pytest.raises(WsdlError, match="no operation Dim"):
        lamp().reply_type("Dim")


@record
class Shape:
    edges: int = element("Edges")


@record
class Fits:
    amount: str | None = element("Amount")
    count: int | None = element("Count")
    level: int | None = element("Level")  # The WSDL does not have it.
    shapes: list[Shape] = children("Shape")
    part: list[Node] = children("Part")
    price: str | None = element("Price")
    whatever: str | None = element("Whatever")
    on: bool = present("On")
    rest: dict[str, Element] = named({"Open"})


def test_a_record_that_fits_is_compiled():
    read = compiled(Fits, type=reply())

    assert 7 == read(parse(switched("<t:Count>7</t:Count>"))).count


@record
class OneOfMany:
    shape: Shape | None = element("Shape")


@record
class ValueOfElements:
    part: str | None = element("Part")


@record
class ElementsOfValue:
    amount: Shape | None = element("Amount")


@record
class NumberOfText:
    text: int | None = element("Text")


@record
class Deeper:
    name: int | None = element("Name")
    parts: list["Deeper"] = children("Part")


@record
class Deep:
    part: Deeper | None = element("Part")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (OneOfMany, "Shape .*otherwise .* it may occur more than once, and one is read"),
        (ValueOfElements, "Part .*otherwise .* it holds elements, and a value is read"),
        (ElementsOfValue, "Amount .*otherwise .* it holds a value, and elements are read"),
        (NumberOfText, "Text .*otherwise .* it is an xsd:string, and a whole number is read"),
        (Deep, "Name of Part .*otherwise .* it is an xsd:string, and a whole number is read"),
    ],
)
def test_a_record_that_does_not_fit_says_which_element_of_which_file_and_what_to_do(wrong, said):
    with pytest.raises(WsdlError, match=rf"^lamp\.wsdl defines {said}; point `wsdl` at"):
        compiled(wrong, type=reply())
