"""The PostgreSQL of the audit's records: does it let us in, and may our role write there."""

import asyncio
import ssl
from typing import Any, Final

from gateway.audit.postgres import closed, connected, head_of
from gateway.audit.postgres_tables import ARE_THERE, TABLES
from gateway.audit.secrets import Secrets
from gateway.audit.settings import PostgresSettings
from gateway.check.audit_ends import ENDS
from gateway.check.audit_ends import finding as of_ends
from gateway.check.rows import Finding

_CONNECT_S: Final = 2.0
_LONGEST_S: Final = 4.0
_OLDEST: Final = 14

_TRIALS: Final = (
    "INSERT INTO audit_heads VALUES ('switchboard check', 1, '', 0, '')",
    "UPDATE audit_heads SET length = 2 WHERE chain = 'switchboard check'",
    "INSERT INTO audit_records VALUES ('switchboard check', 1, 0, '', '')",
    "INSERT INTO audit_people VALUES ('switchboard check', 'switchboard check', 1)",
)

_RIGHTS = "Have whoever runs the database enter what `switchboard audit tables` prints."
_TLS = "Correct `tls.ca_file`, or have its certificate renewed; it must name the host that stands in `url`."

# By the name of what was raised, or of what that is a kind of: asyncpg is imported only where it is wanted.
_TOLD: Final = {
    "InvalidPasswordError": ("It does not let us in: the password is wrong.", "Correct `password`."),
    "InvalidAuthorizationSpecificationError": (
        "It does not let us in: no such role, or its pg_hba.conf wants TLS or a certificate of ours.",
        "Correct `username`; name our certificate in `tls.client_cert_file` and `tls.client_key_file`.",
    ),
    "InvalidCatalogNameError": ("It has no such database.", "Correct the database in `url`, or have it made."),
    "InsufficientPrivilegeError": ("Our role may not write records there.", _RIGHTS),
    "ReadOnlySQLTransactionError": ("It takes no writes: it is a standby.", "Name the primary in `url`."),
    "TooManyConnectionsError": (
        "It takes no more connections.",
        "Raise its `max_connections`, or keep a place for us.",
    ),
    "CannotConnectNowError": ("It starts, or stops.", "Ask again a little later."),
    "SSLCertVerificationError": ("Its certificate is not one that we trust for this host.", _TLS),
    "SSLError": (
        "TLS does not come about.",
        "If it wants a certificate of ours, name it in `tls.client_cert_file` and `tls.client_key_file`.",
    ),
    "ConnectionRefusedError": ("Nothing listens there.", "Correct `url`, or let this machine reach it."),
    "gaierror": ("No such name.", "Correct the host in `url`."),
    "TimeoutError": ("It does not answer in time.", "Look at its load and at the network, and at the port in `url`."),
    "ConnectionError": (
        "It takes the connection and ends it; it may speak no TLS.",
        "Switch TLS on there; `plaintext = true` does without, where something else encrypts.",
    ),
    "OSError": ("It cannot be reached.", "Correct `url`, or let this machine reach it."),
}


async def finding(settings: PostgresSettings, secrets: Secrets) -> Finding:
    """What can be said of the database. It is asked for a few seconds at most."""
    import asyncpg  # noqa: PLC0415 - only where it is wanted

    try:
        async with asyncio.timeout(_LONGEST_S):
            connection = await connected(settings, timeout_s=_CONNECT_S)
            try:
                return await _found(connection, secrets)
            finally:
                await closed(connection)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as exc:
        return _ill(exc)


async def _found(connection: Any, secrets: Secrets) -> Finding:
    version = connection.get_server_version().major
    if version < _OLDEST:
        return Finding(f"It is PostgreSQL {version}.", f"Have it brought to {_OLDEST} or newer.")
    # Whatever is done in it is gone with the connection.
    await connection.execute("BEGIN")
    if not await connection.fetchval(ARE_THERE):
        await connection.execute(TABLES)
    ends = [(head_of(found), last) for *found, last in await connection.fetch(ENDS)]
    for trial in _TRIALS:
        await connection.execute(trial)
    await connection.execute("ROLLBACK")
    return of_ends(ends, secrets)


def _ill(exc: BaseException) -> Finding:
    names = [kind.__name__ for kind in type(exc).__mro__]
    told = next((_TOLD[name] for name in names if name in _TOLD), None)
    why, do = told or (f"It does not do what is asked ({names[0]}).", "Look at its log.")
    reason = exc.reason if isinstance(exc, ssl.SSLError) else None
    return Finding(f"{why.removesuffix('.')} ({reason})." if reason else why, do)
