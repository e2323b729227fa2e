"""
Documents that are like another one, found again by their text: what is left of a document where its tree is shared.

They hold the tree that they share, so they are dropped with the document it belongs to.
"""

import collections
import sys
from typing import Final

from gateway.operations.prepared import Prepared

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of all of them together; what was not asked for longest goes first. One is made again in a fifth of a millisecond."""

_EACH: Final = 1_200
"""About what each costs beside its texts; measured."""


class Rewordings:
    """Those of one `Documents`, at most MAX_BYTES of them."""

    def __init__(self) -> None:
        self.bytes = 0
        self._kept: collections.OrderedDict[str, Prepared] = collections.OrderedDict()
        self._texts: dict[Prepared, set[str]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, text: str) -> Prepared | None:
        """The document of *text*, if it is kept here."""
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
        return found

    def keep(self, prepared: Prepared, model: Prepared) -> None:
        """Keep *prepared*, which shares the tree of *model*."""
        self._kept[prepared.text] = prepared
        self._texts.setdefault(model, set()).add(prepared.text)
        self.bytes += _size(prepared)
        while self.bytes > MAX_BYTES:
            self._drop(next(iter(self._kept.values())))

    def forget(self, model: Prepared) -> None:
        """Drop all that share the tree of *model*."""
        for text in tuple(self._texts.get(model, ())):
            self._drop(self._kept[text])

    def _drop(self, prepared: Prepared) -> None:
        del self._kept[prepared.text]
        self.bytes -= _size(prepared)
        model = prepared.model
        if model is not None and (texts := self._texts.get(model)) is not None:
            texts.discard(prepared.text)
            if not texts:
                del self._texts[model]


def _size(prepared: Prepared) -> int:
    return sys.getsizeof(prepared.text) + sum(len(each.text) for each in set(prepared.outlines.values())) + _EACH
