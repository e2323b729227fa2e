"""What a bad way does to one answer: how it comes, or what becomes of its bytes."""

import asyncio
import enum
import os
import random
import re
import socket
import struct
from collections.abc import Awaitable, Callable


class NetworkFault(enum.StrEnum):
    """What can be wrong on the way."""

    LATENCY = "each answer comes 300 ms later"
    JITTER = "each answer comes up to 300 ms later"
    BLACKHOLE = "what is sent disappears, and nothing comes"
    REFUSED = "nobody listens"
    RESET = "connections are reset when a question has come"
    RESET_INSIDE = "connections are reset inside an answer"
    DRIP = "a byte each 100 ms"
    CUT = "the connection ends inside an answer"
    STALL = "the answer stops half-way and the connection stays"
    GARBAGE = "random bytes come instead of an answer"
    FLIPPED = "bits in the body are turned over"
    HALF_CLOSE = "the connection is closed in one direction inside an answer"
    TLS_REFUSED = "the system refuses every handshake"
    LATE = "each answer comes 5 s later"
    VERY_LATE = "each answer comes 30 s later"
    TRICKLE = "20 bytes each second"
    RESET_AFTER = "connections are reset behind a whole answer"
    CLOSED_IDLE = "connections are closed 30 ms after an answer"
    FLIPPED_ONE = "one bit of an answer is turned over, anywhere in it"
    DOUBLED = "a piece of the body comes twice"
    LOST = "a piece of the body is missing"
    SHORTENED = "a piece of the body is missing, and the length was made to fit"
    TAMPERED = "bytes that no side has sent come within an encrypted answer"
    HALF_REFUSED = "half of the time nobody listens"
    HALF_RESET = "half of all new connections are reset"
    HALF_SILENT = "half of all new connections are taken, and nothing comes"


def _halves(answer: bytes) -> tuple[bytes, bytes]:
    middle = (answer.index(b"\r\n\r\n") + 4 + len(answer)) // 2
    return answer[:middle], answer[middle:]


def _later(seconds: float) -> "Spoil":
    async def later(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        gateway.write(answer)

    return later


async def _unsteady(dice: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    await asyncio.sleep(dice.uniform(0, 0.3))
    gateway.write(answer)


async def _nothing(*_: object) -> None:
    await asyncio.Event().wait()


async def _reset_at_once(_: random.Random, __: bytes, gateway: asyncio.StreamWriter) -> None:
    reset(gateway)


async def _reset_inside(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(_halves(answer)[0])
    await gateway.drain()
    await asyncio.sleep(0.02)
    reset(gateway)


def _dripping(size: int, every_s: float) -> "Spoil":
    async def drip(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
        for at in range(0, len(answer), size):
            gateway.write(answer[at : at + size])
            await gateway.drain()
            await asyncio.sleep(every_s)

    return drip


async def _cut(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(_halves(answer)[0])
    gateway.close()


async def _stall(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(_halves(answer)[0])
    await asyncio.Event().wait()


async def _garbage(dice: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(dice.randbytes(len(answer)))


def _damaging(damage: Callable[[random.Random, bytes], bytes]) -> "Spoil":
    async def damaged(dice: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
        gateway.write(damage(dice, answer))
        await gateway.drain()
        # Where the length is not what was said nobody should have to wait for it.
        gateway.close()

    return damaged


def _body_at(answer: bytes) -> int:
    return answer.index(b"\r\n\r\n") + 4


def _flipped(dice: random.Random, answer: bytes) -> bytes:
    return _flips(dice, answer, count=20, first=_body_at(answer))


def _flipped_one(dice: random.Random, answer: bytes) -> bytes:
    return _flips(dice, answer, count=1, first=0)


def _flips(dice: random.Random, answer: bytes, *, count: int, first: int) -> bytes:
    changed = bytearray(answer)
    for _ in range(count):
        changed[dice.randrange(first, len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _piece(dice: random.Random, answer: bytes) -> tuple[int, int]:
    # As a broken proxy would have it: buffers, and not a digit here and there.
    start = dice.randrange(_body_at(answer), len(answer))
    return start, min(len(answer), start + dice.randint(64, 1460))


def _doubled(dice: random.Random, answer: bytes) -> bytes:
    start, end = _piece(dice, answer)
    doubled = answer[:end] + answer[start:]
    return _measured(doubled) if dice.random() < 0.5 else doubled


def _lost(dice: random.Random, answer: bytes) -> bytes:
    start, end = _piece(dice, answer)
    return answer[:start] + answer[end:]


def _shortened(dice: random.Random, answer: bytes) -> bytes:
    return _measured(_lost(dice, answer))


def _measured(answer: bytes) -> bytes:
    """*answer* with its own length: it was spoilt before it was sent."""
    own = b"content-length: %d" % (len(answer) - _body_at(answer))
    return re.sub(rb"(?i)content-length: *[0-9]+", own, answer, count=1)


async def _reset_after(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(answer)
    await gateway.drain()
    await asyncio.sleep(0.002)
    reset(gateway)


async def _closed_idle(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    gateway.write(answer)
    await gateway.drain()
    await asyncio.sleep(0.03)
    gateway.close()


async def _tampered(dice: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    raw = gateway.get_extra_info("socket")
    first, second = _halves(answer)
    gateway.write(first)
    with socket.socket(fileno=os.dup(raw.fileno())) as below:
        # A record of application data (RFC 8446, 5.1) that nobody has sealed.
        below.send(b"\x17\x03\x03\x00\x40" + dice.randbytes(64))
    gateway.write(second)
    await gateway.drain()


async def _half_close(_: random.Random, answer: bytes, gateway: asyncio.StreamWriter) -> None:
    # TLS as asyncio speaks it knows no half-closed connections; the socket below it does.
    gateway.write(_halves(answer)[0])
    await gateway.drain()
    raw = gateway.get_extra_info("socket")
    raw.shutdown(socket.SHUT_WR)
    await asyncio.Event().wait()


Spoil = Callable[[random.Random, bytes, asyncio.StreamWriter], Awaitable[None]]
SPOILING: dict[NetworkFault, Spoil] = {
    NetworkFault.LATENCY: _later(0.3),
    NetworkFault.LATE: _later(5),
    NetworkFault.VERY_LATE: _later(30),
    NetworkFault.JITTER: _unsteady,
    NetworkFault.BLACKHOLE: _nothing,
    NetworkFault.RESET: _reset_at_once,
    NetworkFault.RESET_INSIDE: _reset_inside,
    NetworkFault.RESET_AFTER: _reset_after,
    NetworkFault.CLOSED_IDLE: _closed_idle,
    NetworkFault.DRIP: _dripping(1, 0.1),
    NetworkFault.TRICKLE: _dripping(20, 1.0),
    NetworkFault.CUT: _cut,
    NetworkFault.STALL: _stall,
    NetworkFault.GARBAGE: _garbage,
    NetworkFault.FLIPPED: _damaging(_flipped),
    NetworkFault.FLIPPED_ONE: _damaging(_flipped_one),
    NetworkFault.DOUBLED: _damaging(_doubled),
    NetworkFault.LOST: _damaging(_lost),
    NetworkFault.SHORTENED: _damaging(_shortened),
    NetworkFault.TAMPERED: _tampered,
    NetworkFault.HALF_CLOSE: _half_close,
}


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection, so that the other side sees a reset and not an end."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
