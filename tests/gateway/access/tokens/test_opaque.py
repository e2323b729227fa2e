"""Tokens of which an issuer is asked: how often, what its answer is worth, and what happens while there is none."""

import asyncio
import datetime as dt
import json
from typing import Any

import pytest

from gateway.access.tokens.claims import TokenError, Trust, Undecided
from gateway.access.tokens.cooldown import FAILURES, PAUSE_S
from gateway.access.tokens.fetching import FetchError
from gateway.access.tokens.issuers import Issuers
from gateway.access.tokens.opaque import REFUSED_S, OpaqueIssuer
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW, token
from tests.gateway.access.tokens.test_active import body

INACTIVE = b'{"active": false}'


class Asked:
    """An issuer that is asked, with a clock that stands still."""

    def __init__(self, *, keep_s: float = 10, name: str = ISSUER, prefix: str = "") -> None:
        self.answer: tuple[int, bytes] | Exception = (200, body(iss=name))
        self.takes_s = 0.0
        self.asked: list[str] = []
        self.clock, self.report = FixedClock(dt.datetime.fromtimestamp(NOW, dt.UTC)), Reports()
        self.issuer = OpaqueIssuer(
            Trust(issuer=name, audience=AUDIENCE),
            self._ask,
            keep_s=keep_s,
            timeout_s=5,
            clock=self.clock,
            report=self.report,
            prefix=prefix,
        )

    async def _ask(self, token: str) -> tuple[int, bytes]:
        self.asked.append(token)
        await asyncio.sleep(self.takes_s)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def says(self, **changes: Any) -> None:
        self.answer = (200, body(**changes))

    async def outcome(self, token: str = "opaque") -> str:
        try:
            return (await self.issuer.believed(token)).client_id
        except TokenError as exc:
            return str(exc)
        except Undecided as exc:
            return f"ask again after {exc.retry_after_s} s"


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def test_many_who_show_one_token_have_it_asked_about_once(asked: Asked) -> None:
    asked.takes_s = 0.01

    assert {"desk"} == set(await asyncio.gather(*(asked.outcome() for _ in range(50))))
    assert "desk" == await asked.outcome()
    assert ["opaque"] == asked.asked


async def test_a_token_that_is_revoked_is_believed_until_the_answer_is_forgotten_and_no_longer(asked: Asked) -> None:
    assert "desk" == await asked.outcome()
    asked.answer = (200, INACTIVE)

    asked.clock.advance(9.9)
    assert "desk" == await asked.outcome()
    asked.clock.advance(0.1)
    assert "it is not active" == await asked.outcome()


async def test_an_answer_counts_from_when_it_was_asked_for(asked: Asked) -> None:
    """
    What took three seconds to come may be three seconds old.
    """

    async def slowly(_: str) -> tuple[int, bytes]:
        asked.clock.advance(3)
        return 200, body()

    asked.issuer._ask = slowly
    assert "desk" == await asked.outcome()
    asked.clock.advance(7)
    asked.issuer._ask = asked._ask
    asked.answer = (200, INACTIVE)

    assert "it is not active" == await asked.outcome()


async def test_an_answer_does_not_outlive_its_token(asked: Asked) -> None:
    asked.says(exp=NOW + 4)
    assert "desk" == await asked.outcome()
    asked.clock.advance(4)
    asked.answer = (200, INACTIVE)

    assert "it is not active" == await asked.outcome()


async def test_where_nothing_is_to_be_remembered_each_is_asked_about() -> None:
    asked = Asked(keep_s=0)

    assert ["desk", "desk"] == [await asked.outcome(), await asked.outcome()]
    assert 2 == len(asked.asked)


async def test_a_no_is_remembered_for_seconds(asked: Asked) -> None:
    asked.answer = (200, INACTIVE)
    assert {"it is not active"} == {await asked.outcome() for _ in range(20)}
    assert 1 == len(asked.asked)

    asked.says()
    asked.clock.advance(REFUSED_S)
    assert "desk" == await asked.outcome()


async def test_invented_tokens_push_out_none_that_is_believed(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.access.tokens.opaque._MOST", 5)
    small = Asked()
    assert "desk" == await small.outcome()
    small.answer = (200, INACTIVE)
    for number in range(50):
        await small.outcome(f"invented{number}")
    before = len(small.asked)

    assert "desk" == await small.outcome()
    assert before == len(small.asked)


@pytest.mark.parametrize(
    "answer",
    [FetchError("it is away"), (500, b""), (302, b""), (401, b"{}"), (200, b"<html>"), (200, b'{"active": "true"}')],
)
async def test_while_it_says_nothing_nobody_is_believed_and_after_some_tries_it_is_left_alone(
    asked: Asked, answer: tuple[int, bytes] | Exception
) -> None:
    asked.answer = answer
    outcomes = [await asked.outcome(f"t{number}") for number in range(30)]

    assert FAILURES == len(asked.asked)
    assert all(each.startswith("ask again after") for each in outcomes)
    assert ["issuer_introspection_failed"] == [event for event, _ in asked.report.events]

    asked.says()
    assert "ask again after 2 s" == await asked.outcome()
    asked.clock.advance(PAUSE_S)
    assert "desk" == await asked.outcome()
    assert "issuer_introspection_answers_again" == asked.report.events[-1][0]


async def test_while_it_is_away_one_at_a_time_tries_whether_it_is_back(asked: Asked) -> None:
    asked.answer = FetchError("it is away")
    for number in range(FAILURES):
        await asked.outcome(f"t{number}")
    asked.clock.advance(PAUSE_S)
    asked.takes_s = 0.01
    asked.asked.clear()

    await asyncio.gather(*(asked.outcome(f"t{number}") for number in range(20)))

    assert 1 == len(asked.asked)


async def test_what_is_remembered_serves_while_it_is_away_and_not_a_moment_longer(asked: Asked) -> None:
    assert "desk" == await asked.outcome()
    asked.answer = FetchError("it is away")

    asked.clock.advance(9.9)
    assert "desk" == await asked.outcome()
    asked.clock.advance(0.1)
    assert "ask again after 1 s" == await asked.outcome()


async def test_whoever_leaves_takes_nobodys_answer_along(asked: Asked) -> None:
    asked.takes_s = 0.05
    first, second = (asyncio.create_task(asked.outcome()) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()

    assert "desk" == await second
    assert 1 == len(asked.asked)


async def test_so_many_are_asked_about_at_once_and_no_more(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.access.tokens.opaque._FLIGHTS", 40)
    asked.takes_s = 0.05

    tasks = [asyncio.create_task(asked.outcome(f"t{number}")) for number in range(60)]
    await asyncio.sleep(0.01)
    assert 32 == len(asked.asked)
    outcomes = await asyncio.gather(*tasks)

    assert (40, 20) == (outcomes.count("desk"), outcomes.count("ask again after 1 s"))


async def test_at_the_end_nothing_is_left_under_way(asked: Asked) -> None:
    asked.takes_s = 60
    waiting = asyncio.create_task(asked.outcome())
    await asyncio.sleep(0.01)

    async with asyncio.timeout(1):
        await asked.issuer.aclose()
        assert "ask again after 1 s" == await waiting


async def test_no_token_stands_in_its_memory_or_its_reports(asked: Asked) -> None:
    await asked.outcome("s3cret-token")
    asked.answer = FetchError("it is away")
    await asked.outcome("s3cret-other")

    assert "s3cret" not in repr(vars(asked.issuer)) + repr(asked.report.events) + repr(vars(asked.issuer._believed))


async def test_an_issuer_is_shown_only_what_begins_as_its_tokens_do() -> None:
    ours, theirs = Asked(name="https://a.example", prefix="a_"), Asked(name="https://b.example", prefix="b_")
    issuers = Issuers([], [ours.issuer, theirs.issuer])

    assert "https://b.example" == (await issuers.believed("b_1")).issuer
    with pytest.raises(TokenError, match="another issuer"):
        await issuers.believed("c_1")
    assert ([], ["b_1"]) == (ours.asked, theirs.asked)


async def test_without_that_each_is_asked_in_turn_and_one_who_is_away_leaves_it_open() -> None:
    ours, theirs = Asked(name="https://a.example"), Asked(name="https://b.example")
    issuers = Issuers([], [ours.issuer, theirs.issuer])
    ours.answer = (200, INACTIVE)

    assert "https://b.example" == (await issuers.believed("x")).issuer
    theirs.answer = FetchError("it is away")
    with pytest.raises(Undecided):
        await issuers.believed("y")
    ours.answer, theirs.answer = theirs.answer, ours.answer
    with pytest.raises(Undecided):
        await issuers.believed("z")
    await issuers.aclose()


async def test_a_signed_token_is_asked_about_only_where_its_issuer_publishes_no_keys(asked: Asked) -> None:
    issuers = Issuers([], [asked.issuer, Asked(name="https://b.example").issuer])

    assert "desk" == (await issuers.believed(token())).client_id
    with pytest.raises(TokenError, match="another issuer"):
        await issuers.believed(token(iss="https://evil.example"))
    assert 1 == len(asked.asked)


async def test_a_token_that_is_too_long_is_shown_to_nobody(asked: Asked) -> None:
    with pytest.raises(TokenError, match="too long"):
        await Issuers([], [asked.issuer]).believed("x" * 9000)

    assert [] == asked.asked


def test_what_an_issuer_answers_here_is_what_it_would_answer() -> None:
    assert json.loads(body())["active"] is True
