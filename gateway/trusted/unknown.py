"""Which documents that nobody has registered a client asks: each told once, and no more than a bound of them."""

from connectors.environment import Reporter

MOST = 1_000
"""Of one client, until its operations are read anew. Hashes cost a caller nothing to make up."""


class Unknown:
    """Those of one client."""

    def __init__(self, client: str, *, report: Reporter) -> None:
        self._client = client
        self._report = report
        self._told: set[str] = set()

    def note(self, digest: str) -> None:
        """The client asks the document with this hash. Nothing else of it is told: its names are the caller's words."""
        if digest in self._told or len(self._told) > MOST:
            return
        self._told.add(digest)
        if len(self._told) > MOST:
            self._report.warning("operations_unknown", client=self._client, more_than=MOST, do="they are told no more")
        else:
            self._report.info("operation_unknown", client=self._client, digest=digest)

    def forget(self) -> None:
        """Begin anew."""
        self._told.clear()
