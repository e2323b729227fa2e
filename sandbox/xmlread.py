"""Reading XML for the SOAP and XML-RPC systems: no DTD, no entities, nothing fetched."""

from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element type no public name.


class NotXmlError(ValueError):
    """A body that is not well-formed XML, or that brings a document type."""


def parse(body: bytes) -> Element:
    """The document element of *body*; NotXmlError when it is not well-formed or has a document type."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotXmlError("The body is not well-formed XML.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotXmlError("The body has a document type, which is not accepted.")
    return root


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def namespace_of(element: Element) -> str | None:
    """An element's namespace, or None."""
    return etree.QName(element).namespace


def text_of(element: Element | None) -> str | None:
    """The trimmed text of an element, or None if there is no element or no text."""
    return ((element.text or "").strip() or None) if element is not None else None


def child(parent: Element | None, namespace: str | None, name: str) -> Element | None:
    """The first child with exactly that namespace and name."""
    if parent is None:
        return None
    return parent.find(f"{{{namespace}}}{name}" if namespace else name)


def child_text(parent: Element | None, namespace: str | None, name: str) -> str | None:
    """The trimmed text of a child, or None."""
    return text_of(child(parent, namespace, name))
