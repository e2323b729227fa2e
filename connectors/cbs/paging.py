"""Asks CBS for a list until it is whole. Which rows a reply holds is decided in `rows`."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from connectors.cbs import messages
from connectors.cbs.rows import Page, Told, page_of
from connectors.huawei import Exchange
from connectors.soap.cutting import Cutter
from connectors.xml import Element, Node, XmlError

R = TypeVar("R")
T = TypeVar("T")


class Pager(Generic[R]):
    """One list operation of one service; *name* is its row element, *read* reads its result, *cutter* cuts it."""

    def __init__(
        self,
        exchange: Exchange,
        operation: str,
        name: str,
        *,
        read: Callable[[Element], Told[R]],
        cutter: Cutter,
        header: Callable[[], Mapping[str, Any]],
        page_rows: int,
        max_pages: int,
    ) -> None:
        self._exchange = exchange
        self._operation = operation
        self._name = name
        self._read = read
        self._cutter = cutter
        self._header = header
        self._page_rows = page_rows
        # Some releases have no paging in the request: then one reply has to hold everything.
        self._takes_paging = exchange.takes(operation, "BeginRowNum")
        self._max_pages = max_pages if self._takes_paging else 1

    async def all(
        self,
        request: Callable[[Mapping[str, str]], Mapping[str, Any]],
        maker: Callable[[], Callable[[R], T]],
        *,
        page_first: bool,
    ) -> list[T]:
        """
        Every row.

        *request* makes a request of paging elements, which the first one has only when *page_first*; *maker* gives,
        for each reply, what makes a value of a row. Raises what Exchange.ask raises, and BadData rather than give a
        list that is not whole.
        """
        page: Page[T] = Page(rows=(), begin=0, total=0)
        found: list[T] = []
        for pages_left in reversed(range(self._max_pages)):
            paging = messages.paging(page.end, self._page_rows) if self._takes_paging and (found or page_first) else {}
            page = await self._next(page, request(paging), maker, pages_left=pages_left)
            found += page.rows
            if page.is_last:
                break
        return found

    async def _next(
        self,
        before: Page[T],
        request: Mapping[str, Any],
        maker: Callable[[], Callable[[R], T]],
        *,
        pages_left: int,
    ) -> Page[T]:
        def decode(result: Node) -> Page[T]:
            page = page_of(self._read(result.element), self._name, maker(), begin=before.end)
            if before.rows and page.total != before.total:
                raise XmlError("TotalRowNum changed between pages")
            if not page.is_last and not pages_left:
                raise XmlError("rows are left, and `max_pages` or the WSDL gives no way to ask for them")
            return page

        return await self._exchange.ask(self._operation, self._header(), request, decode, cutter=self._cutter)
