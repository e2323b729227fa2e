"""What passed between us and a system while it was checked: paths, statuses and dates, never a body or a credential."""

import dataclasses
import datetime as dt
import ssl

import httpx

from connectors.clock import Clock


@dataclasses.dataclass(slots=True)
class Exchange:
    """One request and what is known of its answer so far."""

    path: str
    sent_at: dt.datetime
    answered_at: dt.datetime | None = None
    status: int | None = None
    is_html: bool = False
    date: str | None = None
    certificate_ends: dt.datetime | None = None
    failure: Exception | None = None


class Recorder(httpx.AsyncBaseTransport):
    """Passes everything on and keeps what a diagnosis needs, in order."""

    def __init__(self, network: httpx.AsyncBaseTransport, *, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self.exchanges: list[Exchange] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* on; raises what the network raises."""
        exchange = Exchange(path=request.url.path, sent_at=self._clock.now())
        self.exchanges.append(exchange)
        try:
            response = await self._network.handle_async_request(request)
        except Exception as exc:
            exchange.failure = exc
            raise
        exchange.answered_at = self._clock.now()
        exchange.status = response.status_code
        exchange.is_html = response.headers.get("content-type", "").lower().startswith("text/html")
        # A stored answer carries the date of the day it was stored (RFC 9111, 5.1), which tells nothing of a clock.
        exchange.date = None if "age" in response.headers else response.headers.get("date")
        exchange.certificate_ends = _certificate_ends(response)
        return response

    async def aclose(self) -> None:
        """Close the network behind."""
        await self._network.aclose()


def _certificate_ends(response: httpx.Response) -> dt.datetime | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    ends = (tls.getpeercert() or {}).get("notAfter") if tls is not None else None
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.UTC) if isinstance(ends, str) else None
