"""What a gateway leaves behind in its sinks, and who could be found there."""

from collections.abc import Mapping

from tests.security.access.people import People
from tests.security.access.world import World


def left(world: World) -> dict[str, bytes]:
    """Everything that is in each sink until now."""
    records = (each for each in world.records.parent.iterdir() if each.is_file())
    return {
        "log": "".join(world.gateway.log.kept).encode(),
        "metrics": world.http.get("/metrics").content,
        "spans": world.spans.raw,
        "records": b"".join(each.read_bytes() for each in records),
        "refusals": "\n".join(world.refusals).encode(),
    }


def canaries(world: World, people: People) -> set[bytes]:
    """Whatever identifies the people who were asked about, and what callers are believed by."""
    found = {value for person in (people.a, people.b, people.withdrawn) for value in person.values}
    found |= {f"5{person.number[1:]}" for person in (people.a, people.b, people.withdrawn)}
    found |= {who.subject for who in world.tokens}
    for token in world.tokens.values():
        found |= {part[:40] for part in token.split(".")[1:]}
    return {value.encode() for value in found if len(value) > 6}


def search(sinks: Mapping[str, bytes], canaries: set[bytes]) -> dict[str, list[bytes]]:
    """Those of *canaries* that are in each of the *sinks*, with what stands around the first."""
    found = {name: [each for each in canaries if each in content] for name, content in sinks.items()}
    return {name: [_around(sinks[name], each) for each in some] for name, some in found.items() if some}


def _around(content: bytes, canary: bytes) -> bytes:
    place = content.index(canary)
    return content[max(0, place - 100) : place + 100]
