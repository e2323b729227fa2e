"""
Paging (TMF630): whether a page was the last one. Pure; `collection` asks for the pages.

A server that sends X-Total-Count is believed and held to it. One that does not ends with a short page, except that a
206 (partial content) on the first page says that there is more: then the server gives smaller pages than we ask for.
"""


class PagingError(ValueError):
    """Pages that do not add up. Says what is wrong, never how many."""


class Paging:
    """What the pages of one question have told so far."""

    def __init__(self, *, limit: int) -> None:
        self._size = limit
        self._total: int | None = None
        self.offset = 0
        self.more = True

    def took(self, *, items: int, total: int | None, partial: bool) -> None:
        """
        Count a page of *items*; `more` says then whether to ask for another at `offset`.

        *total* is X-Total-Count where the page had it; *partial* is true for status 206.
        """
        first = self.offset == 0
        self.offset += items
        if None not in {total, self._total} and total != self._total:
            # Objects came or went between two pages, so the ones behind them moved, and one may have been passed over.
            raise PagingError("X-Total-Count changed between two pages")
        self._total = total if total is not None else self._total
        if self._total is not None:
            self._against_total(self._total, items=items)
        elif first and partial:
            self._size, self.more = items, items > 0
        else:
            # More items than asked for, with status 200, come from a server that does not page at all.
            self.more = items >= self._size if partial else items == self._size

    def _against_total(self, total: int, *, items: int) -> None:
        if self.offset > total:
            raise PagingError("more items than X-Total-Count says")
        if items == 0 and self.offset < total:
            raise PagingError("fewer items than X-Total-Count says")
        self.more = self.offset < total
