"""The address of the graph's OAuth metadata."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.access.metadata import Metadata


def route(metadata: Metadata) -> Route:
    """Where it is; for everybody, because who reads it has no token yet."""

    async def respond(_: Request) -> Response:
        return JSONResponse(metadata.document, headers={"Cache-Control": "public, max-age=3600"})

    return Route(metadata.path, respond)
