"""Health: is the process alive, and is it ready for questions. Neither asks a legacy system anything."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def live(_: Request) -> Response:
    """200 as long as the process can answer at all."""
    return JSONResponse({"status": "live"})


class Ready:
    """200 between start and shutdown, else 503, so that a balancer sends nothing to a process that is leaving."""

    def __init__(self) -> None:
        self.yes = False

    async def respond(self, _: Request) -> Response:
        """Tell whether the gateway is ready."""
        if self.yes:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready"}, status_code=503)
