"""Counts how the documents of each client came: by a registered hash, remembered, not found, refused."""

from gateway.telemetry.metrics import Bound, Metrics
from gateway.trusted.trusted import EVERYBODY, Came


class DocumentNumbers:
    """Tells it to Prometheus. Clients are those that are configured."""

    def __init__(self, metrics: Metrics) -> None:
        self._documents = Bound(metrics.documents.labels)

    def __call__(self, client: str, came: Came) -> None:
        """A document of *client* came like that."""
        self._documents("everybody" if client == EVERYBODY else client, came.value).inc()
