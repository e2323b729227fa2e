"""A vendor's WSDL, loaded once from files and used to build envelopes. Never touches the network."""

import pathlib
import urllib.parse
from collections.abc import Mapping
from typing import Any

import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport
from zeep.wsdl.bindings.soap import Soap11Binding, SoapOperation

from connectors.soap.envelope import Envelopes, envelopes_of
from connectors.soap.facets import facets_of
from connectors.soap.schema import LoadedTypes
from connectors.soap.types import Schema, Type, inside

Headers = list[Any]


class WsdlError(ValueError):
    """A WSDL cannot be used. Says which file and what to do; raised at start, or when a request does not fit it."""


class _Files(Transport):
    """A zeep transport that reads files beside the WSDL, maps known addresses to files and refuses everything else."""

    def __init__(self, folder: pathlib.Path, known: Mapping[str, pathlib.Path]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder.resolve()
        self._known = known
        self.loaded: list[bytes] = []

    def load(self, url: str) -> bytes:
        """The bytes of a WSDL or XSD, from a file only."""
        # zeep makes a location without a scheme absolute, a bare namespace such as urn:x included.
        known = self._known.get(url) or self._known.get(url.removeprefix(f"{self._folder}/"))
        self.loaded.append((known or self._beside(url)).read_bytes())
        return self.loaded[-1]

    def _beside(self, url: str) -> pathlib.Path:
        scheme, _, path = url.partition("://")
        if path and scheme != "file":
            raise WsdlError(f"{url} would be fetched from the network; keep a copy and name it under `imports`")
        found = pathlib.Path(urllib.parse.unquote(path) if path else url).resolve()
        if not found.is_relative_to(self._folder):
            # A WSDL is somebody else's text: it must not make us read any file it likes.
            raise WsdlError(f"{found.name} is imported from outside the WSDL's folder; put it beside the WSDL")
        if not found.is_file():
            raise WsdlError(f"{found.name} is imported but not there; put it beside the WSDL")
        return found


class Wsdl:
    """
    One WSDL file: which operations it has, which elements their requests take, and their envelopes.

    *imports* maps addresses that the file imports without a usable location to files. Loading reads files and takes up
    to a second: do it at start and outside the event loop. Raises WsdlError.
    """

    def __init__(self, path: pathlib.Path, *, imports: Mapping[str, pathlib.Path] | None = None) -> None:
        self._path = path
        files = _Files(path.parent, imports or {})
        try:
            self._client = zeep.Client(  # type: ignore[no-untyped-call]
                str(path),
                transport=files,
                # Not strict, zeep would repair broken XML and load half a WSDL. With force_https it would rewrite file
                # addresses. External files are for _Files to judge.
                settings=zeep.Settings(
                    forbid_dtd=True, forbid_entities=True, forbid_external=False, force_https=False, strict=True
                ),
            )
        except WsdlError:
            raise
        except (ZeepError, etree.XMLSyntaxError, OSError, LookupError, ValueError, TypeError, AttributeError) as exc:
            raise WsdlError(f"{path.name} cannot be loaded as a WSDL ({type(exc).__name__}); check the file") from exc
        self._operations = {
            name: operation
            for service in self._client.wsdl.services.values()
            for port in service.ports.values()
            for name, operation in port.binding._operations.items()  # noqa: SLF001 - zeep has no public list
            if isinstance(operation, SoapOperation) and _is_soap_11(operation)
        }
        if not self._operations:
            raise WsdlError(f"{path.name} has no operation with a SOAP 1.1 binding; check that it is a WSDL")
        self._facets = facets_of(files.loaded)
        self._envelopes: dict[str, Envelopes] = {}
        self._types = LoadedTypes(self._client.wsdl.types, file=path.name)

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations with a SOAP 1.1 binding."""
        return frozenset(self._operations)

    def action(self, operation: str) -> str:
        """The SOAPAction of an operation."""
        return str(self._operation(operation).soapaction or "")

    def takes(self, operation: str, *path: str) -> bool:
        """Whether the request of *operation* has an element at *path*, so that optional hints can be left out."""
        element: Any = self._operation(operation).input.body
        for step in path:
            found = dict(element.type.elements).get(step) if hasattr(element.type, "elements") else None
            if found is None:
                return False
            element = found
        return True

    @property
    def schema(self) -> Schema:
        """All types and global elements that the WSDL has."""
        return self._types.schema

    def reply_type(self, operation: str, *path: str) -> Type | None:
        """
        The type of the body element of an operation's reply, or of the element at *path* below it.

        None where the WSDL has no such element, which a newer system may have all the same. Raises WsdlError.
        """
        return inside(self._types.reply(self._operation(operation)), *path)

    def envelope(self, operation: str, values: Mapping[str, Any], *, headers: Headers | None = None) -> bytes:
        """
        The serialised SOAP 1.1 envelope of a request.

        *values* are the children of the body element, nested mappings and lists as zeep takes them; `Qualified` may
        stand where the schema allows any. Raises WsdlError when the WSDL does not know the operation or an element, or
        when a value is not of its type.
        """
        envelopes = self._envelopes.get(operation)
        if envelopes is None:
            envelopes = self._envelopes[operation] = envelopes_of(self._operation(operation), self._facets)
        try:
            return envelopes.envelope(values, headers or None)
        except (ZeepError, TypeError, ValueError, LookupError) as exc:
            raise WsdlError(f"{self._path.name} does not fit the request of {operation}") from exc

    def _operation(self, name: str) -> Any:
        try:
            return self._operations[name]
        except KeyError:
            raise WsdlError(f"{self._path.name} has no operation {name}; point `wsdl` at a file that has it") from None


def _is_soap_11(operation: SoapOperation) -> bool:
    return isinstance(operation.binding, Soap11Binding)
