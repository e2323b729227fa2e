"""The client of a Redis or Valkey, as its settings say. With `redis_link` the only place that knows the library."""

import urllib.parse
from typing import Any, Final, cast

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import RedisSSLContext
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.stores.redis_access import Access
from gateway.stores.settings import RedisSettings

CONNECT_S: Final = 1.0
FAILURES: Final = (exceptions.RedisError, OSError, TimeoutError)
"""What the client raises when the server cannot be asked, or does not take what it is asked."""


class _TlsConnection(SSLConnection):
    """Trusts as *access* says, and only so: the library would trust the machine's own authorities as well."""

    def __init__(self, *, access: Access, **settings: Any) -> None:
        super().__init__(**settings)
        self.ssl_context = cast("RedisSSLContext", access)


class OtherRun(exceptions.RedisError):
    """Another run of the server answered than the one that was meant."""


def client(settings: RedisSettings, *, connections: int, access: Access | None = None) -> "Redis":
    """
    A client that has at most so many *connections*, and opens none before it is asked.

    Without *access* it is let in as *settings* say; raises OSError where their files do not serve.
    """
    parts = urllib.parse.urlsplit(settings.url)
    access = access or Access(settings)
    common: dict[str, Any] = {
        "db": int(parts.path.strip("/") or 0) if parts.scheme != "unix" else 0,
        "credential_provider": access if access.is_asked_for else None,
        "socket_connect_timeout": CONNECT_S,
        # Whoever asks has a time limit. The library's own would make a task for each command, which costs as much as
        # the command, and in which Python 3.11 loses about every second cancellation.
        "socket_timeout": None,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        # Two commands less for each connection.
        "driver_info": None,
    }
    if parts.scheme == "unix":
        kind: type[Any] = UnixDomainSocketConnection
        where: dict[str, Any] = {"path": urllib.parse.unquote(parts.path)}
    else:
        kind = _TlsConnection if parts.scheme == "rediss" else Connection
        where = {"host": parts.hostname, "port": parts.port or 6379}
    if kind is _TlsConnection:
        where["access"] = access
    pool = BlockingConnectionPool(
        connection_class=kind, max_connections=connections, timeout=CONNECT_S, **common, **where
    )
    return Redis.from_pool(pool)


def cause(exc: BaseException) -> BaseException:
    """What *exc* came of. The library tells a wrong password as a connection that failed."""
    while isinstance(exc, FAILURES) and isinstance(found := exc.__cause__ or exc.__context__, FAILURES):
        exc = found
    return exc
