"""The short way to the graph: past the router, which costs as much as all else that is done for a small question."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Passes GET and POST of one *path* to *answers*, which the router would find too; all else goes to the router."""

    def __init__(self, app: ASGIApp, *, path: str, answers: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        if scope["type"] == "http" and scope["path"] == self._path and scope["method"] in {"GET", "POST"}:
            await self._answers(scope, receive, send)
        else:
            await self._app(scope, receive, send)
