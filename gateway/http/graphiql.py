"""GraphiQL for people: a page from our own files, and the example questions it opens with."""

import pathlib

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = pathlib.Path(__file__).resolve().parent.parent / "static"

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class GraphiQL:
    """The page and its stories."""

    def __init__(self, *, stories_url: str | None) -> None:
        self._page = (STATIC / "graphiql" / "index.html").read_text(encoding="utf-8")
        self._stories_url = stories_url
        self._client = httpx.AsyncClient(timeout=1.0, trust_env=False)

    def page(self) -> Response:
        """The page."""
        return HTMLResponse(self._page, headers={**_HEADERS, "Cache-Control": "no-cache"})

    async def stories(self, _: Request) -> Response:
        """Example questions, from the sandbox where there is one; none when it cannot be reached."""
        if self._stories_url is None:
            return JSONResponse([])
        try:
            found = await self._client.get(self._stories_url)
            return JSONResponse(found.json() if found.is_success else [], headers=_HEADERS)
        except (httpx.HTTPError, ValueError):
            return JSONResponse([], headers=_HEADERS)

    async def aclose(self) -> None:
        """Close the way to the stories."""
        await self._client.aclose()


class PageFiles(StaticFiles):
    """The page's scripts and styles. Their names change with their content, so browsers may keep them."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """A file, with the page's own restrictions."""
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update({**_HEADERS, "Cache-Control": "max-age=3600"})
        return response
