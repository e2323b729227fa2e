"""What makes a connector slow to build is built once for all tests: parsed WSDLs and the machine's certificates."""

import functools
import pathlib
import ssl
from collections.abc import Mapping

import pytest

from connectors.soap import Wsdl

_CONTEXT = ssl.create_default_context()


@functools.cache
def _wsdl(path: pathlib.Path, imports: tuple[tuple[str, pathlib.Path], ...]) -> Wsdl:
    return Wsdl(path, imports=dict(imports))


def wsdl(path: pathlib.Path, *, imports: Mapping[str, pathlib.Path] | None = None) -> Wsdl:
    """A WSDL, loaded on first use; nothing in it changes afterwards."""
    return _wsdl(path, tuple((imports or {}).items()))


def build_once(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Let the connectors of *modules* share WSDLs, and all of them one TLS context (no test here speaks TLS)."""
    monkeypatch.setattr("connectors.wire.context_of", lambda _: _CONTEXT)
    for module in modules:
        monkeypatch.setattr(f"{module}.Wsdl", wsdl)
