"""How an element is read tolerantly: its children by name, the one child that there is to be, whole numbers."""

import pytest

from connectors.xml import Node, XmlError, local_name, parse


def node(text: str) -> Node:
    return Node(parse(text.encode()))


def test_elements_only_means_no_text_between_them():
    assert ["b", "c"] == [child.name for child in node("<a>\n<b/> <!-- --><c/>\n</a>").only_elements()]
    for stray in ("x<b/>", "<b/>x", "<b/><!-- -->x<c/>"):
        with pytest.raises(XmlError, match="a holds text"):
            node(f"<a>{stray}</a>").only_elements()


def test_children_are_found_by_local_name_in_any_namespace():
    found = node('<a xmlns:x="urn:x" xmlns:y="urn:y"><x:b>1</x:b><y:c/><x:b>2</x:b></a>')

    assert ["1", "2"] == [child.value() for child in found.children("b")]
    assert ("c", "urn:y") == (found.require("c").name, found.require("c").namespace)


@pytest.mark.parametrize("name", ["b", "ab", "b.b", "é", "x"])
def test_a_child_is_found_by_its_whole_local_name_only(name):
    content = "<b/><ab/><b.b/><é/><x:b xmlns:x='urn:x'/><x:ab xmlns:x='b'/><!-- b --><?b b?>"
    found = node(f"<a>{content}</a>")

    assert [child for child in found.element if local_name(child) == name] == [
        child.element for child in found.children(name)
    ]


def test_a_name_that_occurs_twice_is_no_single_child():
    found = node("<a><b>1</b><b>2</b></a>")

    for read in (found.child, found.text, found.integer, found.require):
        with pytest.raises(XmlError, match="more than once"):
            read("b")


def test_a_path_is_followed_as_far_as_it_goes():
    found = node("<a><b><c>1</c></b></a>")

    leaf = found.find("b", "c")
    assert leaf is not None
    assert "1" == leaf.value()
    assert found.find("b", "x", "y") is None


def test_whole_numbers_are_strict():
    found = node("<a><b> 42 </b><c>4 2</c><d/></a>")

    assert (42, None) == (found.integer("b"), found.integer("d"))
    with pytest.raises(XmlError, match=r"^c is not a whole number$"):
        found.integer("c")
    for missing in ("d", "x"):
        with pytest.raises(XmlError, match="missing or empty"):
            found.require_integer(missing)
        with pytest.raises(XmlError, match="missing or empty"):
            found.require_text(missing)


def test_comments_and_instructions_are_no_children():
    found = node("<a><!-- b --><?b c?><b/></a>")

    assert ["b"] == [child.name for child in found.elements()]
    assert [""] * 2 == [local_name(child) for child in found.element if not isinstance(child.tag, str)]
