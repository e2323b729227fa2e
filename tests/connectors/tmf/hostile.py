"""Questions to a CRM whose answers are tampered with, and what may come of them: the right value, or an error."""

import dataclasses
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import httpx

from connectors.errors import BadData, ConnectorError
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.customer import Customer, PartyRef
from schema.parts import CustomerPart, PartyPart
from schema.party import PartyKind
from tests.connectors.support import environment, soon
from tests.connectors.tmf import facts, reader
from tests.connectors.tmf.fake import settings
from tests.connectors.tmf.reader import Facts, UnreadableError

CUSTOMER = frozenset(CustomerPart)
PARTY = frozenset(PartyPart)

Found: TypeAlias = "dict[str, Facts | ConnectorError | None] | list[Facts] | ConnectorError"
"""What came of a question: by id (None for nobody), or in a row, or an error for all of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """One answer of the CRM."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    media_type: str = "application/json"
    charset: str | None = None

    @property
    def content_type(self) -> str:
        return self.media_type + (f"; charset={self.charset}" if self.charset else "")


class TamperedCRM(httpx.AsyncBaseTransport):
    """Gives its answers in order, the last one again and again."""

    def __init__(self, answers: Sequence[Said]) -> None:
        self._answers = answers
        self.given: list[Said] = []
        self.asked: list[httpx.URL] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said = self._answers[min(len(self.asked), len(self._answers) - 1)]
        self.asked.append(request.url)
        self.given.append(said)
        said_in = {"Content-Type": said.content_type, **said.headers}
        headers = [(name.encode(), value.encode()) for name, value in said_in.items()]
        return httpx.Response(said.status, headers=headers, stream=httpx.ByteStream(said.body))


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """
    A question and how to judge its answer.

    *ask* is the connector's part, *read* the second reader's for one object; *heeds* says whether an object is one that
    was asked for, *wants* whether it is one that the caller gets.
    """

    ask: Callable[[TMFConnector], Awaitable[Found]]
    read: Callable[[Any], Facts]
    heeds: Callable[[Any], bool]
    wants: Callable[[Any], bool] = lambda _: True
    one: bool = False


async def put(question: Question, answers: Sequence[Said], **configured: Any) -> tuple[Found, TamperedCRM]:
    """What the connector makes of these answers."""
    crm = TamperedCRM(answers)
    connector = TMFConnector("crm", settings(**configured), environment(transport=crm))
    try:
        return await question.ask(connector), crm
    finally:
        await connector.aclose()


def judge(question: Question, found: Found, given: Sequence[Said]) -> None:
    """Fail unless *found* is what the second reader finds in the answers *given*, or an error of the right kind."""
    if isinstance(found, ConnectorError):
        assert type(found) is BadData, found
        return
    if isinstance(found, list):
        objects, whole = _objects(question, given)
        assert whole, "a part of the answer was taken for the whole"
        assert all(question.heeds(each) for each in objects), "somebody was taken who was not asked for"
        assert _distinct([question.read(each) for each in objects if question.wants(each)]) == found
        return
    for key, outcome in found.items():
        _judge_one(question, key, outcome, given)


def _judge_one(question: Question, key: str, outcome: Facts | ConnectorError | None, given: Sequence[Said]) -> None:
    if isinstance(outcome, ConnectorError):
        assert type(outcome) is BadData, outcome
        return
    objects, whole = _objects(question, given)
    same = [each for each in objects if isinstance(each, dict) and each.get("id") == key]
    if outcome is None:
        assert not question.one, "an answer with status 200 was taken for an absence"
        assert whole
        assert not same, "somebody who is there was left out"
        assert all(question.heeds(each) for each in objects), "the answer is to another question"
    else:
        assert [outcome] == _distinct([question.read(each) for each in same])


def _objects(question: Question, given: Sequence[Said]) -> tuple[list[Any], bool]:
    # All objects of all pages, and whether there are as many as the counts in the headers say.
    pages = [reader.document(said.body, said.charset) for said in given]
    if question.one:
        return pages, True
    if not all(isinstance(page, list) for page in pages):
        raise UnreadableError
    totals = {_count(said.headers["X-Total-Count"]) for said in given if "X-Total-Count" in said.headers}
    objects = [each for page in pages for each in page]
    return objects, totals <= {len(objects)}


def _count(header: str) -> int:
    if not re.fullmatch(r"\s*\+?[0-9]+\s*", header, re.ASCII):
        raise UnreadableError
    return int(header)


def _distinct(read: list[Facts]) -> list[Facts]:
    return [each for index, each in enumerate(read) if each not in read[:index]]


def customers_by_id(*ids: str) -> Question:
    """Customers by their ids."""

    async def ask(connector: TMFConnector) -> Found:
        outcomes = await connector.customers(ids, parts=CUSTOMER, within=soon())
        return {key: _outcome(outcomes.get(key), facts.of_customer) for key in ids}

    return Question(ask, reader.customer, lambda each: reader.required(each, "id") in ids, one=len(ids) == 1)


def parties_by_id(kind: PartyKind, *ids: str) -> Question:
    """Parties of one kind by their ids."""

    async def ask(connector: TMFConnector) -> Found:
        refs = {key: PartyRef(party_id=key, kind=kind) for key in ids}
        outcomes = await connector.parties(list(refs.values()), parts=PARTY, within=soon())
        return {key: _outcome(outcomes.get(ref), facts.of_party) for key, ref in refs.items()}

    read = reader.individual if kind is PartyKind.INDIVIDUAL else reader.organization
    return Question(ask, read, lambda each: reader.required(each, "id") in ids, one=len(ids) == 1)


def customers_of_party(party: str) -> Question:
    """Customers that a party is."""

    async def ask(connector: TMFConnector) -> Found:
        return await _row(connector.customers_of_party(party, parts=CUSTOMER, within=soon()))

    return Question(ask, reader.customer, lambda each: reader.required(each["engagedParty"], "id") == party)


def customers_of_accounts(*accounts: str) -> Question:
    """Customers that have one of these accounts."""

    async def ask(connector: TMFConnector) -> Found:
        return await _row(connector.customers_of_accounts(accounts, parts=CUSTOMER, within=soon()))

    return Question(
        ask,
        reader.customer,
        heeds=lambda each: any(reader.text(account, "id") in accounts for account in reader.items(each, "account")),
        wants=lambda each: not set(accounts).isdisjoint(reader.accounts(each)),
    )


def _outcome(
    outcome: "Answer[Any] | ConnectorError | None", tell: Callable[[Any], Facts]
) -> Facts | ConnectorError | None:
    return tell(outcome.value) if isinstance(outcome, Answer) else outcome


async def _row(asking: Awaitable[Answer[tuple[Customer, ...]]]) -> Found:
    try:
        return [facts.of_customer(each) for each in (await asking).value]
    except ConnectorError as error:
        return error
