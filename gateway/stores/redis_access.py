"""How a Redis or Valkey lets us in, as of now: asked by each connection when it is opened, as it may be renewed."""

import ssl

from redis.credentials import CredentialProvider

from connectors.tls import context_of
from gateway.stores.settings import RedisAccess, RedisSettings


class Access(CredentialProvider):
    """
    User, password and TLS. Reads certificate files when it is made; raises OSError where they do not serve.

    Connections that are open stay as they are: the server has let them in.
    """

    def __init__(self, settings: RedisSettings) -> None:
        self._secure = settings.url.startswith("rediss:")
        self.renew(settings.access)

    @property
    def is_asked_for(self) -> bool:
        """Whether there is anything to show; a server without users would refuse it."""
        return self._settings.username is not None or self._settings.password is not None

    def renew(self, settings: RedisAccess) -> None:
        """Use *settings* for connections from now on. Raises OSError where the files do not serve."""
        self._context = context_of(settings.tls) if self._secure else None
        self._settings = settings

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """The library asks for them so: the password, or the user before it."""
        found = self._settings.password
        password = "" if found is None else found.get_secret_value()
        return (password,) if self._settings.username is None else (self._settings.username, password)

    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        """The same. Left out, the library would write a warning for each connection."""
        return self.get_credentials()

    def get(self) -> ssl.SSLContext:
        """The library asks for the context of TLS so."""
        if self._context is None:
            raise RuntimeError("the address says nothing of TLS")
        return self._context
