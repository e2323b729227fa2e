"""A real browser, Debian's Chromium, opened on the GraphiQL page with every other address closed."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Route

_NAMES = ("chromium", "chromium-browser")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # CI runs as root, where Chromium's own sandbox cannot start.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Closes the network below the page too: no name resolves, only the loopback address of the gateway works.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_PATIENCE_MS = 60_000  # Monaco's three megabytes of script take seconds on a busy two-core machine.
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  reportViolation(`${event.violatedDirective} ${event.blockedURI}`));
"""


def chromium() -> Path | None:
    """Where Chromium is, or None."""
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    return Path(found) if found else None


def missing() -> str | None:
    """Why no browser can be opened on this machine, or None when one can."""
    if chromium() is None:
        return "needs Chromium (Debian's package `chromium`)"
    try:
        import playwright.async_api  # noqa: F401
    except ImportError:
        return "needs Chromium and the Python package `playwright` to drive it"
    return None


@dataclass(frozen=True, slots=True)
class Visit:
    """An open page, with what it did that a page of ours must not do."""

    page: "Page"
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @property
    def tabs(self) -> "Locator":
        """The titles of GraphiQL's tabs."""
        return self.page.locator(".graphiql-tab > button:first-child")

    @property
    def panel(self) -> "Locator":
        """The open plugin left of the editor: docs, history or explorer."""
        return self.page.locator(".graphiql-plugin")

    @property
    def editor(self) -> "Locator":
        """The text of the question in front."""
        return self.page.locator(".graphiql-query-editor .view-lines")

    @property
    def variables(self) -> "Locator":
        """The text of its variables."""
        return self.page.locator(".graphiql-editor-tool .view-lines").first

    @property
    def answer(self) -> "Locator":
        """The result pane; only the lines in view, as Monaco draws no others."""
        return self.page.locator(".graphiql-response .view-lines")

    async def answer_text(self) -> str:
        """The lines in view with ordinary spaces."""
        return (await self.answer.inner_text()).replace("\xa0", " ")

    async def run(self) -> object:
        """Run the tab in front; returns the answer's JSON as the gateway sent it."""
        async with self.page.expect_response(lambda answer: answer.request.method == "POST") as waiting:
            await self.page.get_by_role("button", name="Execute query").click()
        return await (await waiting.value).json()

    def assert_clean(self) -> None:
        """Fail if the page asked another host, logged an error or broke its content security policy."""
        assert [] == self.outside, "asked for something outside the gateway"
        assert [] == self.violations, "broke the content security policy"
        assert [] == self.errors, "logged an error"


@asynccontextmanager
async def open_page(
    url: str, *, stories: list[object] | None = None, width: int = 1400, height: int = 900
) -> AsyncIterator[Visit]:
    """
    Open GraphiQL at *url* in a new profile and wait until it has its tabs and knows the schema.

    *stories* stands in for what the gateway would tell the page.
    """
    async with _context(width=width, height=height) as context:
        visit = Visit(await context.new_page())
        await _watch(visit, url)
        if stories is not None:
            await context.route(f"{url}/stories", lambda route: route.fulfill(json=stories))
        await _arrive(visit, url)
        yield visit


async def reload(visit: Visit) -> None:
    """Load the page again, as a visitor who comes back."""
    await _arrive(visit, visit.page.url)


async def _arrive(visit: Visit, url: str) -> None:
    async with visit.page.expect_response(lambda answer: answer.request.method == "POST"):
        await visit.page.goto(url)
    await visit.tabs.first.wait_for()
    await visit.editor.wait_for()


@asynccontextmanager
async def _context(*, width: int, height: int) -> AsyncIterator["BrowserContext"]:
    from playwright.async_api import async_playwright

    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=chromium(),
                args=_ARGUMENTS,
                viewport={"width": width, "height": height},
                service_workers="block",
                color_scheme="light",
                locale="en-GB",
            )
            context.set_default_timeout(_PATIENCE_MS)
            try:
                yield context
            finally:
                await context.close()


async def _watch(visit: Visit, url: str) -> None:
    home = urlsplit(url)

    async def gate(route: "Route") -> None:
        asked = urlsplit(route.request.url)
        if (asked.scheme, asked.netloc) == (home.scheme, home.netloc):
            await route.fallback()
        else:
            visit.outside.append(route.request.url)
            await route.abort()

    def overhear(message: "ConsoleMessage") -> None:
        if message.type == "error":
            visit.errors.append(message.text)

    def violated(what: str) -> None:
        visit.violations.append(what)

    await visit.page.context.route("**/*", gate)
    await visit.page.expose_function("reportViolation", violated)
    await visit.page.add_init_script(_REPORT_VIOLATIONS)
    visit.page.on("console", overhear)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("websocket", lambda socket: visit.outside.append(socket.url))
