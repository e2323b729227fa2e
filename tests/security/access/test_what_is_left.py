"""Nobody is found in what the gateway leaves behind (FAULTS 43): log, metrics, spans, records and refusals."""

import json
import time

from tests.security.access.left import canaries, left, search
from tests.security.access.people import People, met
from tests.security.access.world import AGENT, KNOWS_ALL, SHOP, Asker, World, own


def test_names_and_numbers_are_kept_out_wherever_a_caller_writes_them(world: World, people: People) -> None:
    """In operation names, aliases, variables, headers, addresses and broken bodies; asked by all audiences."""
    person = people.a
    number, name = person.line["msisdn"], "".join(each for each in person.customer["name"] if each.isalpha())
    secret = "subject-of-a-canary"
    for who in (SHOP, own(person.number, subject=secret), AGENT, Asker("platform"), Asker("nobody"), None):
        headers = {
            **world.headers(who),
            "X-Request-Id": number,
            "traceparent": f"00-{number:0>32}-00f067aa0ba902b7-01",
            "tracestate": f"crm=msisdn:{number},{number}@app={person.number}",
            "baggage": f"msisdn={number}",
            "User-Agent": f"app/{number} {person.customer['accounts'][0]['accountNumber']}",
            "Referer": f"https://app.example/?msisdn={number}",
            "X-Deadline-Ms": "5000",
            "Accept-Language": f"en;q=0.5, {number}",
        }
        texts = (
            f"query Q{number}{name} ($v{number}: CustomerKey!) {{ a{number}: customer(by: $v{number}) {{ ...F{number} }} }} fragment F{number} on Customer {{ status nothing{number} }}",
            f'query Q{number}{name} {{ a{number}: customer(by: {{msisdn: "{number}"}}) {{ status x{name}: name }} }}',
            f'{{ customer(by: {{msisdn: "{number} "}}) {{ status }} }}',
            f"{{ customer(by: {{msisdn: {number}}}) {{ {name}{number} }} }}",
            f'{{ line(by: {{imsi: "{person.line["network"]["imsi"]}x"}}) {{ id }} }} # {name}',
            f'{{ customer(by: {{partyId: "{person.customer["party"]["partyId"]}"}}) {{ name }} ',
        )
        for text in texts:
            world.http.post(
                "/graphql", json={"query": text, "variables": {f"v{number}": {"id": number}}}, headers=headers
            )
            world.http.post("/graphql", json={"query": text, "operationName": f"Q{number}{name}"}, headers=headers)
            world.http.get("/graphql", params={"query": text}, headers=headers)
        world.http.post("/graphql", content=json.dumps({"query": number, name: number})[:-2], headers=headers)
        world.http.get(f"/graphql/{number}", headers=headers)
        world.http.get(f"/customer/{person.number}?name={name}", headers=headers)
        world.http.request("DELETE", f"/graphql?msisdn={number}", headers=headers)
        world.http.post(
            "/graphql", json={"extensions": {"persistedQuery": {"version": 1, "sha256Hash": number}}}, headers=headers
        )
    for kind in ("503", "fault", "garbage", "html"):
        for system in ("crm", "billing", "recharge", "hss", "consent"):
            world.gateway.fault(system, kind)
        for who in (SHOP, own(person.number), KNOWS_ALL):
            text = "query ($by: CustomerKey!) { customer(by: $by) { name bills { totalCount } lines { nodes { balances { name } } } } }"
            for key in person.keys.values():
                world.post(
                    who, text, variables={"by": key}, headers={"Cache-Control": "no-cache", "X-Deadline-Ms": "300"}
                )
        world.gateway.heal()
    met(world)
    end = time.monotonic() + 10
    while not world.spans.raw and time.monotonic() < end:
        time.sleep(0.1)

    sinks = left(world)

    assert {"log", "metrics", "spans", "records", "refusals"} == sinks.keys()
    assert all(sinks.values()), {name: len(each) for name, each in sinks.items()}
    assert {} == search(sinks, canaries(world, people) | {secret.encode()})
