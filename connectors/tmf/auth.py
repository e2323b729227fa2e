"""Which credentials a TMF server wants: HTTP Basic, a bearer token, or none."""

from connectors.credentials import Credential, basic, bearer
from connectors.tmf.settings import ServerSettings


def credentials(settings: ServerSettings) -> Credential | None:
    """What the settings say a request must carry; None for a server that asks for nothing."""
    if settings.token is not None:
        return bearer(settings.token)
    if settings.user is not None and settings.password is not None:
        return basic(settings.user, settings.password)
    return None
