"""Why a Redis or Valkey cannot be asked, and what to do: in sentences without a word of the server's own. Pure."""

import ssl
from typing import Final, NamedTuple

from redis import exceptions

from gateway.stores.redis_client import OtherRun, cause


class Trouble(NamedTuple):
    """What is wrong, and what to do. Settings are named as they stand below `cache.redis`."""

    why: str
    do: str


# The first that fits: an error of TLS is one of the operating system as well.
_MEANINGS: Final[tuple[tuple[tuple[type[BaseException], ...], Trouble], ...]] = (
    (
        (exceptions.AuthenticationError,),
        Trouble("It does not let us in", "Correct `username` and `password`."),
    ),
    (
        (exceptions.NoPermissionError,),
        Trouble("This user may not do what is needed there", "Give it the rights that docs/guard.md names."),
    ),
    (
        (exceptions.OutOfMemoryError,),
        Trouble(
            "Its memory is full, and it may forget nothing",
            "Set its `maxmemory-policy` to allkeys-lru, or its `maxmemory` higher.",
        ),
    ),
    (
        (OtherRun,),
        Trouble(
            "It is not the server that was there before",
            "If it was not restarted, let `url` lead to one server and no other.",
        ),
    ),
    (
        (ssl.SSLCertVerificationError,),
        Trouble(
            "Its certificate is signed by an authority that this gateway does not trust",
            "Name a file with that authority's certificate (PEM) in `tls.ca_file`.",
        ),
    ),
    (
        (ssl.SSLError,),
        Trouble(
            "TLS does not come about",
            "If it wants a certificate of ours, name it in `tls.client_cert_file` and `tls.client_key_file`; else "
            "correct the port in `url`.",
        ),
    ),
    (
        (ConnectionResetError, exceptions.ConnectionError),
        Trouble(
            "It takes the connection and ends it",
            "If it speaks TLS there, write rediss:// in `url`; if it wants a certificate of ours, name it in "
            "`tls.client_cert_file` and `tls.client_key_file`.",
        ),
    ),
    (
        (TimeoutError, exceptions.TimeoutError),
        Trouble("It does not answer in time", "Look at its load and at the network, and at the port in `url`."),
    ),
    (
        (OSError,),
        Trouble("It cannot be reached", "Correct `url`, or let this machine reach it."),
    ),
)
_STRANGE: Final = Trouble(
    "It does not answer as Redis or Valkey does",
    "Correct `url`, or look at what listens there and at the rights of our user.",
)

# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_CERTIFICATES: Final = {
    9: Trouble("Its certificate is not valid yet", "Check the clock of this machine and that of its owners."),
    10: Trouble("Its certificate has expired", "Have it renewed; if it looks valid, check this machine's clock."),
    62: Trouble("Its certificate is for another name", "Write the name that the certificate has into `url`."),
    64: Trouble("Its certificate is for another name", "Write the name that the certificate has into `url`."),
}


def trouble(failure: BaseException) -> Trouble:
    """What *failure* means, which the client raised."""
    found = cause(failure)
    if isinstance(found, ssl.SSLCertVerificationError) and found.verify_code in _CERTIFICATES:
        return _CERTIFICATES[found.verify_code]
    return next((told for kinds, told in _MEANINGS if isinstance(found, kinds)), _STRANGE)
