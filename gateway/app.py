"""The application: wires the real clock and all that hangs on it into the floors."""

from connectors.clock import Clock, SystemClock
from gateway.generations.gateway import Gateway
from gateway.generations.lasting import lasting_of
from gateway.settings import Settings


def create(settings: Settings, *, clock: Clock | None = None) -> Gateway:
    """
    The ASGI application of one gateway.

    Loads every WSDL and works out the operations that are known to come, so it blocks for a moment; raises
    SettingsError when the settings do not fit together.
    """
    return Gateway(settings, lasting_of(settings, clock=clock or SystemClock()))
