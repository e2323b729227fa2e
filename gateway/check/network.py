"""The layers below HTTP, one at a time: does the name resolve, does something listen, does it speak TLS."""

import asyncio
import contextlib
import dataclasses
import enum
import errno
import socket
import ssl
import threading
from typing import Any

from connectors.settings import TlsSettings

_PEEK_S = 1.0
_NO_WAY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


class Reach(enum.Enum):
    """How far we come on the way to a system."""

    CONNECTED = "something listens there"
    NAME_UNKNOWN = "no such name"
    NAME_SERVICE_SILENT = "the name service does not answer"
    REFUSED = "nothing listens at this port"
    SILENT = "no answer to the connection"
    NO_WAY = "no route to the host"
    FAILED = "another failure of the network"


async def reach(host: str, port: int, *, connect_timeout_s: float) -> Reach:
    """Resolve *host* and connect to it, at each of its addresses if need be; the connection is closed at once."""
    try:
        async with asyncio.timeout(connect_timeout_s):
            addresses = await _resolved(host, port)
    except TimeoutError:
        return Reach.NAME_SERVICE_SILENT
    except socket.gaierror as exc:
        return Reach.NAME_SERVICE_SILENT if exc.errno == socket.EAI_AGAIN else Reach.NAME_UNKNOWN
    except UnicodeError:
        return Reach.NAME_UNKNOWN
    outcome = Reach.NAME_UNKNOWN
    try:
        async with asyncio.timeout(connect_timeout_s):
            for address in addresses:
                outcome = await _connect(address, port)
                if outcome is Reach.CONNECTED:
                    break
    except TimeoutError:
        return Reach.SILENT
    return outcome


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """What TLS shows at a port: the system's certificate (DER), trusted or not, and why it broke off, if it did."""

    certificate: bytes | None = None
    failure: Exception | None = None

    @property
    def speaks_tls(self) -> bool:
        """Whether there is TLS at all."""
        return self.certificate is not None


async def shown(host: str, port: int, *, tls: TlsSettings, listen: bool) -> Shown:
    """
    A handshake with any certificate of the system, and with ours where *tls* has one. Nothing is sent after it.

    *listen* waits for what the system says then: in TLS 1.3 it looks at our certificate only now (RFC 8446, 4.4.2.4).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    certificate: bytes | None = None
    try:
        if tls.client_cert_file is not None:
            context.load_cert_chain(tls.client_cert_file, tls.client_key_file)
        async with asyncio.timeout(_PEEK_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                tls_object: Any = writer.get_extra_info("ssl_object")
                certificate = tls_object.getpeercert(binary_form=True)
                if listen:
                    await reader.read(1)
            finally:
                writer.transport.abort()
    except TimeoutError:
        return Shown(certificate)
    except OSError as exc:
        return Shown(certificate, exc)
    return Shown(certificate)


async def _connect(address: str, port: int) -> Reach:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return Reach.REFUSED
    except OSError as exc:
        return Reach.NO_WAY if exc.errno in _NO_WAY else Reach.FAILED
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Reach.CONNECTED


async def _resolved(host: str, port: int) -> list[str]:
    # In a thread that nobody waits for at the end: a silent name service holds one for half a minute.
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str], error: Exception | None) -> None:
        if found.done():
            return
        if error is None:
            found.set_result(addresses)
        else:
            found.set_exception(error)

    def look_up() -> None:
        addresses: list[str] = []
        failure: Exception | None = None
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as exc:
            failure = exc
        with contextlib.suppress(RuntimeError):  # The check has ended meanwhile, and its loop is closed.
            loop.call_soon_threadsafe(tell, addresses, failure)

    threading.Thread(target=look_up, daemon=True).start()
    return await found
