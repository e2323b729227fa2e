"""One HTTP/1.1 connection (RFC 9112): a question at a time, answers read strictly. Knows no address and no meaning."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence

import h11
import httpx

from connectors.stream import ByteStream

Headers = Sequence[tuple[bytes, bytes]]

_MAX_HEAD = 64 * 1024
# Interim answers (100 Continue, 103 Early Hints) come once or twice, never in a flood.
_MAX_INTERIM = 8
# Parsing tiny parts of an answer takes longer than their arrival, so without this nobody else would have a turn.
_TURN_S = 0.01


class Connection:
    """
    What the two sides have said to each other over *stream*; each wait for the peer ends after *patience_s*.

    Every method raises httpx.TransportError, in words of our own: h11's quote the answer.
    """

    def __init__(self, stream: ByteStream, *, patience_s: float | None) -> None:
        self.stream = stream
        self._patience_s = patience_s
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._turn_began = _now()
        self._unused_since = _now()

    async def ask(
        self, *, method: bytes, target: bytes, headers: Headers, content: AsyncIterator[bytes]
    ) -> h11.Response:
        """Send a request and give the head of its answer."""
        with _httpx_errors():
            await self._send(h11.Request(method=method, target=target, headers=list(headers)))
            async for part in content:
                await self._send(h11.Data(data=part))
            await self._send(h11.EndOfMessage())
            return await self._head()

    async def body(self) -> AsyncIterator[bytes]:
        """The answer's body, part by part as it comes."""
        with _httpx_errors():
            while isinstance(event := await self._next(), h11.Data):
                yield bytes(event.data)
        if not isinstance(event, h11.EndOfMessage):
            raise httpx.RemoteProtocolError("the answer was left before its end")

    def finish(self) -> bool:
        """End the exchange. Whether another one may follow, which takes a whole answer and not a byte more."""
        if (self._h11.our_state, self._h11.their_state) != (h11.DONE, h11.DONE) or self._h11.trailing_data[0]:
            return False
        self._h11.start_next_cycle()
        self._unused_since = _now()
        return self.stream.is_quiet

    def is_usable(self, *, keepalive_s: float) -> bool:
        """Whether the connection is open, not unused for too long, and the peer has said nothing unasked."""
        return _now() - self._unused_since < keepalive_s and self.stream.is_quiet

    async def _send(self, event: h11.Event) -> None:
        async with asyncio.timeout(self._patience_s):
            await self.stream.write(self._h11.send(event) or b"")

    async def _head(self) -> h11.Response:
        for _ in range(_MAX_INTERIM + 1):
            event = await self._next()
            if isinstance(event, h11.Response):
                _check_framing(event)
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise httpx.RemoteProtocolError("no answer, or too many interim ones")

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        await self._give_turn()
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(self._patience_s):
                self._h11.receive_data(await self.stream.read())
        return event

    async def _give_turn(self) -> None:
        if _now() - self._turn_began > _TURN_S:
            await asyncio.sleep(0)
            self._turn_began = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _check_framing(response: h11.Response) -> None:
    # RFC 9112, 6.1 and 6.3: two words on where an answer ends are an attack or a broken proxy.
    names = {name for name, _ in response.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise httpx.RemoteProtocolError("two ways of framing")


@contextlib.contextmanager
def _httpx_errors() -> Iterator[None]:
    try:
        yield
    except h11.RemoteProtocolError:
        raise httpx.RemoteProtocolError("the answer is not HTTP") from None
    except h11.LocalProtocolError:
        raise httpx.LocalProtocolError("the request is not HTTP") from None
    except TimeoutError:
        raise httpx.ReadTimeout("the peer was silent for too long") from None
    except OSError as exc:
        raise httpx.ReadError(type(exc).__name__) from exc
