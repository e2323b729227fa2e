"""HTTPS to a system: its certificate is checked, against the operator's own authority where one is named."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.errors import Unavailable
from connectors.settings import SystemSettings
from connectors.wire import HttpWire

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pretend")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
async def port(certificate):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
            await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def body_from(settings: dict[str, object]) -> bytes:
    wire = HttpWire("crm", SystemSettings.model_validate(settings))
    try:
        return (await wire.get("/", operation="x")).body
    finally:
        await wire.aclose()


async def test_a_system_with_the_named_authoritys_certificate_is_trusted(port, certificate):
    assert b"hello" == await body_from({"url": f"https://127.0.0.1:{port}", "tls": {"ca_file": str(certificate)}})


async def test_a_system_with_another_certificate_is_not(port):
    with pytest.raises(Unavailable, match="ConnectError"):
        await body_from({"url": f"https://127.0.0.1:{port}"})


async def test_a_certificate_for_another_name_is_not_trusted(port, certificate):
    with pytest.raises(Unavailable, match="ConnectError"):
        await body_from({"url": f"https://localhost:{port}", "tls": {"ca_file": str(certificate)}})
