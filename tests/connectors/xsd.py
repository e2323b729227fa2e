"""XML schemas out of published WSDLs, for tests that hold our requests against them."""

import pathlib

from lxml import etree

WSDL = "http://schemas.xmlsoap.org/wsdl/"
XS = "http://www.w3.org/2001/XMLSchema"


def schema_of(wsdl: pathlib.Path, namespace: str) -> etree.XMLSchema:
    """The schema of *namespace* inside a WSDL; its includes and imports are read beside the file."""
    types = etree.parse(wsdl).getroot().find(f"{{{WSDL}}}types")
    assert types is not None
    found = [schema for schema in types if schema.get("targetNamespace") == namespace]
    # A copy with the file's own address, so that relative locations lead to its neighbours.
    document = etree.fromstring(etree.tostring(found[0]), base_url=wsdl.as_uri())
    return etree.XMLSchema(document.getroottree())


def paths(element: etree._Element, prefix: str = "") -> list[str]:
    """Every element's path of qualified names, in document order."""
    here = f"{prefix}/{element.tag}"
    below = [path for child in element if isinstance(child.tag, str) for path in paths(child, here)]
    return [here, *below]
