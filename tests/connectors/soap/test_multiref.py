import pytest

from connectors.soap import multiref
from connectors.xml import Node, XmlError, parse


def resolved(inner: str) -> Node:
    return Node(multiref.resolved(parse(f"<Body>{inner}</Body>".encode())))


def test_what_is_referred_to_stands_where_it_is_referred_from():
    found = resolved(
        '<Answer><a href="#1"/><b href="#1"/><c>plain</c></Answer>'
        '<multiRef id="1" kind="k"><x href="#2"/></multiRef><multiRef id="2">deep</multiRef>'
    )

    assert ["deep", "deep"] == [found.require(name).require_text("x") for name in ("a", "b")]
    assert ("plain", "k") == (found.require_text("c"), found.require("a").element.get("kind"))


def test_a_body_without_references_is_as_it_was():
    assert "1" == resolved("<Answer><a>1</a></Answer><Other/>").require_text("a")


def test_a_comment_in_a_value_is_still_there():
    with pytest.raises(XmlError, match="more than text"):
        resolved('<Answer><a href="#1"/></Answer><m id="1">10<!-- -->5</m>').text("a")


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("", "no element"),
        ('<Answer><a href="#2"/></Answer><m id="1"/>', "refers to nothing"),
        ('<Answer><a href="#1"/></Answer><m id="1"><x href="#1"/></m>', "circle"),
        ('<Answer><a href="#1"/></Answer><m id="1"><x href="#2"/></m><m id="2"><x href="#1"/></m>', "circle"),
        (
            '<Answer href="#0"/>'
            + "".join(f'<m id="{n}">' + f'<x href="#{n + 1}"/>' * 10 + "</m>" for n in range(9))
            + '<m id="9"/>',
            "too many",
        ),
        (
            '<Answer href="#0"/>'
            + "".join(f'<m id="{n}"><x href="#{n + 1}"/></m>' for n in range(300))
            + '<m id="300"/>',
            "too many",
        ),
    ],
    ids=["nothing", "unknown", "itself", "each other", "bomb", "deep"],
)
def test_references_that_lead_nowhere_or_everywhere_are_refused(inner, said):
    with pytest.raises(XmlError, match=said):
        resolved(inner)
