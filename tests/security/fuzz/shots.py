"""Fuzzed requests as bytes, each made from a seed and its place, so that any of them can be made again."""

import dataclasses
import gzip
import json
import random
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.security.fuzz import documents
from tests.security.fuzz.documents import Dice

_HEADERS = {"Host": "localhost", "Content-Type": "application/json", "Connection": "close"}
_ODD: Mapping[str, Sequence[str]] = {
    "Accept": [
        "*/*",
        "text/html",
        "application/graphql-response+json",
        "",
        ";q=",
        "a/b;q=2,*/*;q=-1",
        "," * 500,
        "é/é",
    ],
    "Accept-Encoding": ["gzip", "br", "*;q=0", "\x01"],
    "Accept-Language": ["zh", "zh-Hans-CN;q=0.5, en;q=x", "-", "a" * 5000],
    "Authorization": ["Bearer x", "Basic " + "A" * 3000, "Negotiate"],
    "Connection": ["close, x", "upgrade", "keep-alive"],
    "Content-Encoding": ["gzip", "GZIP, gzip", "br", "identity", "deflate", ""],
    "Content-Length": ["0", "1", "5", "99999999", "-1", "1e3", "18446744073709551617"],
    "Content-Type": [
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "application/json;;=",
        "multipart/form-data",
    ],
    "Cookie": ["a=b; " * 500],
    "Expect": ["100-continue", "200-ok"],
    "Host": ["localhost:8000", "evil.example", "127.0.0.1", "[::1]", "localhost@evil", "", "localhost:99999"],
    "Origin": ["null", "http://localhost", "https://evil.example", "http://[", "x"],
    "Transfer-Encoding": ["chunked", "gzip", "chunked, chunked"],
    "Upgrade": ["websocket", "h2c"],
    "X-Terms-Ms": ["0", "-1", "x", "9" * 30],
    "X-Max-Age": ["0", "NaN", "-5"],
    "X-Request-Id": ["x" * 5000, "a b", "../../etc", "\x1b[2J"],
    "traceparent": ["00-0-0-00", "x"],
}
_VALUES: Sequence[Any] = (
    None, True, 0, -1, 2**31, 2**63, 10**400, 1e308, "", "60000001", "\ud800", "\x00", "é" * 50, [], {}, [[[[[]]]]],
    {"msisdn": 1}, {"__proto__": {}}, ["60000001"] * 100, "9" * 3000,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """One fuzzed request: the bytes, and the kind that made them."""

    kind: str
    data: bytes


def shot(seed: int, place: int, questions: Sequence[str]) -> Shot:
    """Number *place* of the requests of *seed*; *questions* are good ones to spoil."""
    dice = random.Random(f"{seed}/{place}")
    kind = dice.choice(list(_KINDS))
    return Shot(kind, _KINDS[kind](dice, questions))


def _request(
    body: bytes, *, method: str = "POST", target: str = "/graphql", headers: Mapping[str, str | None] | None = None
) -> bytes:
    wanted = {**_HEADERS, "Content-Length": str(len(body)), **(headers or {})}
    lines = [
        f"{method} {target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in wanted.items() if value is not None),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _envelope(query: object, **more: object) -> bytes:
    return json.dumps({"query": query, **more}).encode()


def _moved_tokens(dice: Dice, questions: Sequence[str]) -> bytes:
    return _request(_envelope(documents.tokens_moved(dice, dice.choice(questions))))


def _spoilt_body(dice: Dice, questions: Sequence[str]) -> bytes:
    return _request(_spoilt(dice, _envelope(dice.choice(questions))))


def _grown(dice: Dice, _: Sequence[str]) -> bytes:
    variables = {name: dice.choice(_VALUES) for name in dice.sample(["n", "b", "x"], k=2)}
    return _request(_envelope(documents.grown(dice), variables=variables))


def _excessive(dice: Dice, _: Sequence[str]) -> bytes:
    return _request(_envelope(documents.excessive(dice)))


def _odd_envelope(dice: Dice, questions: Sequence[str]) -> bytes:
    question = "query Q($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } } }"
    parts: dict[str, Any] = {"query": dice.choice([question, *questions]), "variables": {"n": dice.choice(_VALUES)}}
    for name in dice.sample(["query", "variables", "operationName", "extensions", "id", ""], k=2):
        parts[name] = dice.choice(_VALUES)
    body = json.dumps(parts, ensure_ascii=dice.random() < 0.9).encode("utf-8", "surrogatepass")
    match dice.randrange(6):
        case 0:
            body = b"[" + b",".join([body] * dice.choice([1, 50])) + b"]"
        case 1:
            body = body[:-1] + b',"query":"{ __typename }","variables":' + b"[" * 5000 + b"]" * 5000 + b"}"
        case 2:
            body = dice.choice(
                [b"\xef\xbb\xbf" + body, body.decode("utf-8", "replace").encode("utf-16"), b" " * 5000 + body]
            )
    return _request(body)


def _odd_headers(dice: Dice, questions: Sequence[str]) -> bytes:
    body = _envelope(dice.choice(questions))
    if dice.random() < 0.3:
        body = gzip.compress(body * dice.choice([1, 1, 2000]))
    odd = {name: dice.choice(_ODD[name]) for name in dice.sample(list(_ODD), k=dice.choice([1, 1, 2, 4]))}
    dropped = {dice.choice(list(_HEADERS)): None} if dice.random() < 0.2 else {}
    return _request(body, headers={**odd, **dropped})


def _odd_target(dice: Dice, questions: Sequence[str]) -> bytes:
    parameters = {
        "query": dice.choice([*questions, "{ __typename }", documents.grown(dice)]),
        "variables": dice.choice(["{}", "[", "null", '{"n": 1}', "[" * 3000]),
        "operationName": dice.choice(["", "Q", "\x00"]),
    }
    wanted = urllib.parse.urlencode(dict(dice.sample(list(parameters.items()), k=dice.randrange(4))))
    path = dice.choice(
        ["/graphql", "/graphql", "/graphql", "/graphql/", "/", "/health/live", "/health/ready", "/graphql/stories",
         "/graphql/static/../../settings.py", "/graphql/static/%2e%2e/%2e%2e/settings.py", "/graphql/static/x\\y",
         "/graphql/static/" + "a" * 5000, "//evil.example/", "/%00", "/%ff%fe", "/graphql;x=y", "/.git/config"]
    )  # fmt: skip
    extra = dice.choice(["", "", "&query=x", "&%ff=%00", "&" * 500, "&query[]=x"])
    method = dice.choice(
        ["GET", "GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "POST", "X" * 90]
    )
    return _request(b"", method=method, target=f"{path}?{wanted}{extra}", headers={"Content-Type": None})


def _spoilt_request(dice: Dice, questions: Sequence[str]) -> bytes:
    return _spoilt(dice, _request(_envelope(dice.choice(questions))))


def _garbage(dice: Dice, _: Sequence[str]) -> bytes:
    begin = dice.choice(
        [b"", b"GET ", b"POST /graphql HTTP/1.1\r\n", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\n", b"\r\n"]
    )
    return begin + dice.randbytes(dice.choice([1, 20, 500, 50_000])) + dice.choice([b"", b"\r\n\r\n", b"\n\n"])


def _spoilt(dice: Dice, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 8])):
        at = dice.randrange(len(spoilt))
        match dice.randrange(5):
            case 0:
                spoilt[at] ^= 1 << dice.randrange(8)
            case 1:
                spoilt[at:at] = dice.randbytes(dice.choice([1, 4, 40]))
            case 2:
                del spoilt[at : at + dice.choice([1, 5, 50])]
            case 3:
                spoilt[at:at] = spoilt[at : at + dice.choice([2, 30, 300])]
            case _:
                spoilt[at:at] = dice.choice(
                    [b"\r\n", b"\x00", b'"', b"}", b"{", b"\\u0000", b"\\ud800", b"\xff", b"[" * 300]
                )
        if not spoilt:
            return b"{"
    return bytes(spoilt)


_KINDS: Mapping[str, Callable[[Dice, Sequence[str]], bytes]] = {
    "tokens moved": _moved_tokens,
    "spoilt body": _spoilt_body,
    "grown document": _grown,
    "excessive document": _excessive,
    "odd envelope": _odd_envelope,
    "odd headers": _odd_headers,
    "odd target": _odd_target,
    "spoilt request": _spoilt_request,
    "garbage": _garbage,
}
