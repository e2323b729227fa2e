"""What a caller gets whose operation may put so many calls to a system: the fields within, and an error for the rest."""

from connectors.guard.record import recorded
from resolvers.errors import present
from tests.connectors.support import Reports
from tests.gateway.guarded import World
from tests.resolvers.support import MSISDN

ANOTHER = MSISDN[:-1] + str((int(MSISDN[-1]) + 1) % 10)
BOTH = f"""{{
  one: line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ imsi }} }}
  two: line(by: {{msisdn: "{ANOTHER}"}}) {{ network {{ imsi }} }}
  customer(by: {{id: "1000042"}}) {{ name }}
}}"""


async def test_fields_beyond_are_null_with_a_code_and_a_system_and_the_others_are_there():
    world, lines = World(fresh_s=0), Reports()
    with recorded(most_calls=1) as record:
        outcome = await world.run(BOTH)

    shown = present(outcome.errors, request_id="r", report=lines)
    assert record.was_refused
    assert {"hss": 1, "crm": 1} == record.asked
    assert "Customer 1000042" == outcome.data["customer"]["name"]
    assert [("TOO_COSTLY", "hss")] == [(e["extensions"]["code"], e["extensions"]["system"]) for e in shown]
    assert 1 == sum(bool(outcome.data[each] and outcome.data[each]["network"]) for each in ("one", "two"))
    assert [] == lines.events


async def test_what_is_kept_is_given_whatever_was_asked_before():
    world = World(fresh_s=60)
    whole = await world.run(BOTH)
    with recorded(most_calls=1) as record:
        again = await world.run(BOTH)

    assert whole.data == again.data
    assert not record.was_refused
