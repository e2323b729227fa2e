"""Certificates and TLS, over real sockets: of the system, and our own."""

import asyncio
import contextlib
import pathlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.check import State
from tests.connectors.peer import Exchange, Peer
from tests.gateway.check.authority import Authority
from tests.gateway.check.support import Config, Found

ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n[{"id": "1"}]'
)


@pytest.fixture
def authority(tmp_path: pathlib.Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def crm(config: Config) -> Config:
    """Settings whose only system is the CRM."""
    config.only_crm()
    return config


class Serving:
    """
    A CRM behind TLS, in a thread: asyncio's server drops the alert that tells a client why a handshake failed.

    *clients_of* is the authority whose clients it admits.
    """

    def __init__(
        self,
        certificate: tuple[pathlib.Path, pathlib.Path],
        *,
        clients_of: pathlib.Path | None = None,
        version: ssl.TLSVersion | None = None,
    ) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        if version is not None:
            self._context.minimum_version = self._context.maximum_version = version
        if clients_of is not None:
            self._context.load_verify_locations(clients_of)
            self._context.verify_mode = ssl.CERT_REQUIRED

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        port: int = self._listener.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(2)
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with self._context.wrap_socket(connection, server_side=True) as secure:
            head = b""
            while b"\r\n\r\n" not in head:
                got = secure.recv(4096)
                if not got:
                    return
                head += got
            secure.sendall(ANSWER)


@contextlib.asynccontextmanager
async def saying(data: bytes) -> AsyncIterator[int]:
    """A port where *data* is said to whoever has said something, and then closed."""
    done: list[asyncio.Task[None]] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(1)
            writer.write(data)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done.append(asyncio.ensure_future(say(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*done)


async def _asked(config: Config, port: int, **tls: pathlib.Path) -> Found:
    config.set("systems.crm.url", f"https://127.0.0.1:{port}")
    config.set("systems.crm.tls", {name: str(path) for name, path in tls.items()})
    return _of_crm(await config.check())


def _of_crm(found: Found) -> Found:
    return Found(tuple(found.of("crm")))


async def test_a_good_certificate_is_told_with_its_end(crm: Config, authority: Authority) -> None:
    with Serving(authority.issue("server")) as port:
        found = await _asked(crm, port, ca_file=authority.file)

    assert [] == found.bad
    assert "Its certificate is good until " in found.rows[0].why


@pytest.mark.parametrize(
    ("made", "why", "do"),
    [
        ({"from_days": -30, "to_days": -3}, "Its certificate has expired, 3 days ago, on ", "to renew the certificate"),
        ({"from_days": 2}, "Its certificate is not valid yet.", "Check the clock of this machine"),
        ({"host": "10.0.0.1"}, "Its certificate is for another name (10.0.0.1).", "Write the name that"),
        ({"host": "crm.example"}, "Its certificate is for another name (crm.example).", "into `systems.crm.url`"),
    ],
)
async def test_a_certificate_that_is_not_good_is_told(
    crm: Config, authority: Authority, made: dict[str, object], why: str, do: str
) -> None:
    with Serving(authority.issue("server", **made)) as port:  # type: ignore[arg-type]
        found = await _asked(crm, port, ca_file=authority.file)

        row = found.only()
        assert (State.ERROR, 1) == (row.state, found.exit)
        assert row.where.startswith(f"127.0.0.1:{port}/")
    assert row.why.startswith(why)
    assert do in row.do


@pytest.mark.parametrize("other", [False, True])
async def test_an_authority_that_is_not_trusted_is_told(
    crm: Config, authority: Authority, tmp_path: pathlib.Path, *, other: bool
) -> None:
    tls = {"ca_file": Authority(tmp_path, "other").file} if other else {}
    with Serving(authority.issue("server")) as port:
        row = (await _asked(crm, port, **tls)).only()

    assert "Its certificate is signed by an authority that this gateway does not trust." == row.why
    assert "`systems.crm.tls.ca_file`" in row.do


async def test_a_certificate_that_ends_soon_is_a_warning(crm: Config, authority: Authority) -> None:
    with Serving(authority.issue("server", to_days=10.5)) as port:
        found = await _asked(crm, port, ca_file=authority.file)

    assert (State.WARNING, 0) == (found.only().state, found.exit)
    assert found.only().why.startswith("Its certificate ends in 10 days, on ")
    assert "renew it before that day" in found.only().do


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_system_that_wants_a_certificate_of_ours_is_told(
    crm: Config, authority: Authority, version: ssl.TLSVersion
) -> None:
    with Serving(authority.issue("server"), clients_of=authority.file, version=version) as port:
        row = (await _asked(crm, port, ca_file=authority.file)).only()

    assert "certificate of ours" in row.why
    assert "`systems.crm.tls.client_cert_file`" in row.do


async def test_a_certificate_of_ours_that_is_accepted_is_well(crm: Config, authority: Authority) -> None:
    ours, key = authority.issue("ours")
    with Serving(authority.issue("server"), clients_of=authority.file) as port:
        found = await _asked(crm, port, ca_file=authority.file, client_cert_file=ours, client_key_file=key)

    assert [] == found.bad


async def test_a_certificate_of_ours_that_is_refused_is_told(
    crm: Config, authority: Authority, tmp_path: pathlib.Path
) -> None:
    ours, key = Authority(tmp_path, "other").issue("ours")
    with Serving(authority.issue("server"), clients_of=authority.file) as port:
        row = (await _asked(crm, port, ca_file=authority.file, client_cert_file=ours, client_key_file=key)).only()

    assert "It does not accept our certificate." == row.why


async def test_https_to_a_port_without_tls_is_told(crm: Config, authority: Authority) -> None:
    async def plain(exchange: Exchange) -> None:
        await exchange.answer(b"")

    async with Peer(plain).listening() as peer:
        row = (await _asked(crm, peer.port, ca_file=authority.file)).only()

    # This peer waits for the end of a head that never comes; others say something that is no TLS.
    assert "does not speak TLS there" in row.why
    assert "`systems.crm.url`" in row.do


async def test_https_to_a_server_that_answers_in_plain_http_is_told(crm: Config, authority: Authority) -> None:
    async with saying(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        row = (await _asked(crm, port, ca_file=authority.file)).only()

    assert "It does not speak TLS at this port, and the address says https." == row.why
    assert "write http:// if the system has no TLS" in row.do


async def test_http_to_a_port_with_tls_is_told(crm: Config, authority: Authority) -> None:
    with Serving(authority.issue("server")) as port:
        crm.set("systems.crm.url", f"http://127.0.0.1:{port}")
        row = _of_crm(await crm.check()).only()

    assert "It speaks TLS at this port, and the address says http." == row.why
    assert "Write https:// in `systems.crm.url`." == row.do


async def test_a_handshake_that_is_cut_is_told(crm: Config) -> None:
    async with saying(b"") as port:
        row = (await _asked(crm, port)).only()

    assert row.why.startswith("The TLS handshake failed")


class TestOurFiles:
    async def test_a_key_of_another_certificate_is_told_before_anything_is_asked(
        self, crm: Config, authority: Authority
    ) -> None:
        ours, _ = authority.issue("ours")
        _, key = authority.issue("other")

        found = await _asked(crm, 1, client_cert_file=ours, client_key_file=key)

        row = found.only()
        assert (State.ERROR, 2) == (row.state, found.exit)
        assert f"{crm.path}: systems.crm.tls.client_cert_file" == row.where
        assert "The key in other.key does not belong to the certificate in ours.pem." == row.why
        assert "Name the key that the certificate was made for in `client_key_file`." == row.do

    async def test_a_key_with_a_passphrase_is_told_and_not_asked_for(self, crm: Config, authority: Authority) -> None:
        ours, _ = authority.issue("ours")
        key = authority.key("locked.key", ec.generate_private_key(ec.SECP256R1()), passphrase=b"hunter2")

        row = (await _asked(crm, 1, client_cert_file=ours, client_key_file=key)).only()

        assert "The key in locked.key asks for a passphrase." == row.why

    async def test_a_file_that_holds_no_key_is_told(self, crm: Config, authority: Authority) -> None:
        ours, _ = authority.issue("ours")

        row = (await _asked(crm, 1, client_cert_file=ours)).only()

        assert "The file ours.pem holds no private key." == row.why
        assert "`client_key_file`" in row.do

    @pytest.mark.parametrize("setting", ["ca_file", "client_cert_file"])
    async def test_a_file_that_holds_no_certificate_is_told(
        self, crm: Config, tmp_path: pathlib.Path, setting: str
    ) -> None:
        nonsense = tmp_path / "nonsense.pem"
        nonsense.write_text("not a certificate", encoding="utf-8")

        row = (await _asked(crm, 1, **{setting: nonsense})).only()

        assert f"{crm.path}: systems.crm.tls.{setting}" == row.where
        assert "The file nonsense.pem holds no certificate." == row.why
        assert "BEGIN CERTIFICATE" in row.do

    @pytest.mark.parametrize(
        ("made", "state", "why"),
        [
            ({"from_days": -30, "to_days": -5}, State.ERROR, "Our certificate expired 5 days ago, on "),
            ({"to_days": 7.5}, State.WARNING, "Our certificate ends in 7 days, on "),
            ({"from_days": 3}, State.ERROR, "Our certificate is not valid before "),
        ],
    )
    async def test_a_certificate_of_ours_that_is_not_good_is_told(
        self, crm: Config, authority: Authority, made: dict[str, float], state: State, why: str
    ) -> None:
        ours, key = authority.issue("ours", **made)  # type: ignore[arg-type]

        found = await _asked(crm, 1, client_cert_file=ours, client_key_file=key)

        row = found.bad[0]
        assert state is row.state
        assert row.why.startswith(why)
        assert row.do.startswith("Have it renewed")

    async def test_a_key_without_a_certificate_is_a_warning(self, crm: Config, authority: Authority) -> None:
        _, key = authority.issue("ours")

        row = (await _asked(crm, 1, client_key_file=key)).bad[0]

        assert (State.WARNING, "A key is named but no certificate, so neither is used.") == (row.state, row.why)

    async def test_tls_settings_of_an_http_address_are_a_warning(self, crm: Config, authority: Authority) -> None:
        crm.set("systems.crm.tls", {"ca_file": str(authority.file)})

        row = _of_crm(await crm.check()).only()

        assert State.WARNING is row.state
        assert "the address says http, so they are not used" in row.why

    async def test_a_key_that_everybody_can_read_is_a_warning(self, crm: Config, authority: Authority) -> None:
        ours, key = authority.issue("ours")
        key.chmod(0o644)
        crm.set("systems.crm.tls", {"client_cert_file": str(ours), "client_key_file": str(key)})

        found = await crm.check()

        assert f"chmod o-r {key}" in found.of("secrets")[0].do
