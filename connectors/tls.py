"""TLS as an operator has set it: whom to trust, and how to be trusted."""

import ssl

from connectors.settings import TlsSettings


def context_of(tls: TlsSettings) -> ssl.SSLContext:
    """The context of *tls*. Reads certificate files; raises OSError where they do not serve."""
    context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.client_cert_file is not None:
        # Without a passphrase OpenSSL would ask for one at the terminal, and all would wait.
        context.load_cert_chain(tls.client_cert_file, tls.client_key_file, password="")
    return context
