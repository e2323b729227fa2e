"""The events of one gateway, put together as its settings say; without a secret there is no address for them."""

from starlette.routing import BaseRoute, Route

from gateway.control.invalidation import Forget
from gateway.events.coalescing import Coalescing
from gateway.events.tmf import Readings
from gateway.events.view import PATH, EventsView
from gateway.settings import Settings


class Events:
    """*routes* are the addresses at which systems may tell of changes; whoever made it closes it."""

    def __init__(self, settings: Settings, *, forget: Forget, readings: Readings) -> None:
        self.routes: list[BaseRoute] = []
        self._coalescing = Coalescing(forget)
        if settings.events.secret is not None:
            view = EventsView(
                secret=settings.events.secret,
                coalescing=self._coalescing,
                readings=readings,
                settings=settings.server,
            )
            paths = (PATH, f"{PATH}/{{below:path}}")
            self.routes = [Route(path, view.respond, methods=["POST"]) for path in paths]

    async def aclose(self) -> None:
        """Have those forgotten that wait still."""
        await self._coalescing.aclose()
