"""Serves the WSDL and schema files in `wsdl/`, with the address a caller dialled put in as the service's own."""

import functools
import importlib.resources
from typing import Final

from sandbox.call import Call, Reply, plain
from sandbox.soap import CONTENT_TYPE

PLACEHOLDER: Final = "http://operator.example"
"""The host part of every service address in the files."""


def serve(call: Call, wsdl: str | None) -> Reply:
    """The WSDL named *wsdl* (for `?wsdl`), or the schema that the path names; 404 for others."""
    name = wsdl if wsdl and call.query.lower() == "wsdl" else call.path.rpartition("/")[2]
    text = _text(name) if name.endswith((".xsd", ".wsdl")) else None
    if text is None:
        return plain(404, "There is nothing here.\n")
    return Reply(content_type=CONTENT_TYPE, body=text.replace(PLACEHOLDER, call.base_url).encode())


@functools.cache
def _text(name: str) -> str | None:
    folder = importlib.resources.files("sandbox").joinpath("wsdl")
    known = {entry.name for entry in folder.iterdir()}
    return folder.joinpath(name).read_text(encoding="utf-8") if name in known else None
