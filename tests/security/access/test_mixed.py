"""Callers of all kinds at once about the same people (FAULTS 13): each is given what it alone would be, to the letter."""

import asyncio
import dataclasses
import json
import os
import random
from typing import Any

import httpx

from tests.conftest import PLAIN
from tests.security.access.people import People, Person
from tests.security.access.world import ALL, FRAUD, SERVICE, UNMASKED, Asker, World, own

READS = 10_000 if os.environ.get("SWITCHBOARD_SOAK") else 1000
AT_ONCE = 24

NARROW = ("customer:read", "line:read")
KINDS = {
    "agent": Asker("desk"),
    "agent in clear": Asker("desk", scopes=(*ALL, *UNMASKED)),
    "agent with little": Asker("desk", scopes=NARROW),
    "agent for a purpose": Asker("desk", purpose=FRAUD),
    "agent with another subject": Asker("desk", subject="another-subject"),
    "operator": Asker("platform"),
    "operator in clear": Asker("platform", scopes=(*ALL, *UNMASKED)),
    "partner": Asker("shop", purpose=FRAUD),
    "partner with little": Asker("shop", scopes=NARROW, purpose=FRAUD),
    "partner for something else": Asker("shop", purpose=SERVICE),
    "partner without purpose": Asker("shop"),
    "partner who wants more": Asker("shop", scopes=(*ALL, *UNMASKED), purpose=FRAUD),
    "another partner": Asker("other", purpose=SERVICE),
    "strict partner": Asker("strict", scopes=NARROW, purpose=FRAUD),
}
MASKED = {"agent for a purpose", "operator"} | {name for name in KINDS if "partner" in name}

QUESTIONS = {
    "who": """query ($by: CustomerKey!) { customer(by: $by) FRESH { id customerNumber name status
        party { partyId name birthDate contactMedia { emailAddress phoneNumber street } } } }""",
    "money": """query ($by: CustomerKey!) { customer(by: $by) FRESH { accounts { accountNumber name }
        bills(first: 2) { nodes { id billNumber accountNumber amount { amount } } pageInfo { endCursor } }
        lines { nodes { id msisdn balances { name money { amount } } } } } }""",
    "line": """query ($line: LineKey!) { line(by: $line) FRESH { id msisdn account { accountNumber }
        recharges(first: 2) { nodes { id amount { amount } } } } }""",
    "both": """query ($by: CustomerKey!, $too: CustomerKey!) {
        customers(by: [$too, $by, $too]) { id name party { birthDate } } viewer { clientId scopes purposes unmasked } }""",
}
FRESH = ("", "", "", "@fresh(maxAge: 0)", "@fresh(maxAge: 60)")
HEADERS: tuple[dict[str, str], ...] = ({}, {}, {}, {"Cache-Control": "no-cache"}, {"Cache-Control": "max-age=30"})


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """One question of one caller about one person."""

    kind: str
    who: Asker
    question: str
    about: Person
    beside: Person

    def body(self, fresh: str, *, sources: bool) -> dict[str, Any]:
        found = {"by": self.about.keys["msisdn"], "too": self.beside.keys["id"], "line": self.about.line_keys["msisdn"]}
        if self.who.client not in {"desk", "platform", "app"}:
            found["too"] = {"id": self.beside.number}  # Ids are a partner's own.
        text = QUESTIONS[self.question]
        variables = {name: value for name, value in found.items() if f"${name}:" in text}
        return {"query": text.replace("FRESH", fresh), "variables": variables, "extensions": {"sources": sources}}


def _cases(people: People) -> list[Case]:
    everybody = [people.a, people.b, people.withdrawn]
    kinds = dict(KINDS)
    for place, person in enumerate(everybody):
        kinds[f"customer {place}"] = own(person.number)
        kinds[f"customer {place} with little"] = own(person.number, scopes=NARROW)
    return [
        Case(kind, who, question, about, everybody[(place + 1) % 3])
        for kind, who in kinds.items()
        for question in QUESTIONS
        for place, about in enumerate(everybody)
    ]


def _of_the_answer(answer: Any) -> str:
    errors = [[each.get("path"), each["extensions"]["code"]] for each in answer.get("errors", [])]
    return json.dumps([answer.get("data", "nothing"), sorted(errors, key=repr)], sort_keys=True, ensure_ascii=False)


async def test_everybody_is_given_what_is_theirs(world: World, people: People) -> None:
    cases = _cases(people)
    chance = random.Random(23)
    wrong: list[str] = []
    async with httpx.AsyncClient(
        base_url=str(world.http.base_url),
        trust_env=False,
        verify=PLAIN,
        timeout=30,
        limits=httpx.Limits(max_connections=AT_ONCE),
    ) as http:

        async def answer(case: Case, body: dict[str, Any], headers: dict[str, str]) -> str:
            response = await http.post("/graphql", json=body, headers={**world.headers(case.who), **headers})
            assert response.status_code in {200, 400}, response.text  # 400: refused as a whole, as its client wants it.
            return _of_the_answer(world.noted(response).json())

        # Alone, one after another, and with nothing that is kept.
        alone = {
            case: await answer(case, case.body("", sources=False), {"Cache-Control": "no-cache"}) for case in cases
        }
        _is_as_it_should_be(people, alone)

        async def reader() -> None:
            while left:
                left.pop()
                case = chance.choice(cases)
                body, headers = case.body("", sources=False), {}
                if len(left) < READS / 2:
                    # Until then everybody takes what is kept; from now on some want it anew, and so it is for all.
                    body, headers = (
                        case.body(chance.choice(FRESH), sources=chance.random() < 0.2),
                        chance.choice(HEADERS),
                    )
                if chance.random() < 0.05:
                    # Somebody hangs up whose calls others share.
                    gone = asyncio.create_task(http.post("/graphql", json=body, headers=world.headers(case.who)))
                    await asyncio.sleep(chance.random() * 0.01)
                    gone.cancel()
                    await asyncio.gather(gone, return_exceptions=True)
                    continue
                if (found := await answer(case, body, headers)) != alone[case]:
                    wrong.append(f"{case.kind}, {case.question}: {found} instead of {alone[case]}")

        left = [None] * READS
        await asyncio.gather(*(reader() for _ in range(AT_ONCE)))

    assert not wrong, (len(wrong), wrong[:3])


def _is_as_it_should_be(people: People, alone: dict[Case, str]) -> None:
    """What is expected, held against who may see what: nobody else's, and nothing in clear for whom it is masked."""
    for case, text in alone.items():
        everybody = {person.number: person.values for person in (people.a, people.b, people.withdrawn)}
        values = set().union(*everybody.values())
        if case.kind in MASKED:
            assert not {each for each in values if each in text}, case.kind
        elif case.who.customer is not None:
            assert not {each for each in values - everybody[case.who.customer] if each in text}, case.kind
        elif case.kind == "agent in clear":
            assert {each for each in everybody[case.about.number] if each in text}, text
        birth = case.about.customer["party"]["birthDate"]
        if case.kind != "agent in clear" and birth and "customer" not in case.kind and case.kind != "operator in clear":
            assert birth not in text
    assert any('"CONSENT_REQUIRED"' in text for text in alone.values())
    assert 4 < len({text for case, text in alone.items() if case.question == "who" and case.about is people.a})
