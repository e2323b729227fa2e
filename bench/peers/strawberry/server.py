"""The plain program's graph and its server. Environment: PORT, UPSTREAM, BILLING."""

import os
from typing import Any, NewType

import strawberry
import uvicorn
from strawberry.asgi import GraphQL
from strawberry.scalars import ID
from strawberry.schema.config import StrawberryConfig

from bench.peers.strawberry import types
from bench.peers.strawberry.systems import Systems, moment, opaque

_SYSTEMS = Systems()

MSISDN = NewType("MSISDN", str)


@strawberry.type
class Customer:
    """A customer."""

    id: ID
    customer_number: str
    name: str | None
    status: str | None
    status_reason: str | None
    valid_for: types.TimePeriod | None
    characteristics: list[types.Characteristic]
    credit_profiles: list[types.CreditProfile]
    account: strawberry.Private[str]

    @strawberry.field
    async def bills(self, first: int = 10) -> types.Bills | None:
        """Their bills."""
        return await _SYSTEMS.bills(self.account, first)


@strawberry.type
class Line:
    """A line."""

    id: ID
    msisdn: MSISDN

    @strawberry.field
    async def network(self) -> types.Network | None:
        """What the HSS knows of it."""
        return await _SYSTEMS.network(self.msisdn)

    @strawberry.field
    async def recharges(self, first: int = 10) -> types.Recharges | None:
        """Its recharges."""
        return await _SYSTEMS.recharges(self.msisdn, first)


@strawberry.input
class CustomerKey:
    """Which customer."""

    id: ID


@strawberry.input
class LineKey:
    """Which line."""

    msisdn: MSISDN


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def customer(self, by: CustomerKey) -> Customer | None:
        """One customer."""
        raw = await _SYSTEMS.customer(by.id)
        valid = raw["validFor"]
        return Customer(
            id=opaque("customer", raw["id"]),
            customer_number=raw["id"],
            name=raw["name"],
            status=raw["status"],
            status_reason=raw["statusReason"],
            valid_for=types.TimePeriod(start=moment(valid["startDateTime"]), end=moment(valid.get("endDateTime"))),
            characteristics=[
                types.Characteristic(name=each["name"], value=each["value"]) for each in raw["characteristic"]
            ],
            credit_profiles=[_credit(each) for each in raw["creditProfile"]],
            account=raw["account"][0]["id"],
        )

    @strawberry.field
    async def line(self, by: LineKey) -> Line | None:
        """One line."""
        return Line(id=opaque("line", by.msisdn), msisdn=by.msisdn)


def _credit(raw: dict[str, Any]) -> types.CreditProfile:
    judged, rating, score = (raw.get(name) for name in ("creditProfileDate", "creditRiskRating", "creditScore"))
    return types.CreditProfile(judged_at=moment(judged), risk_rating=rating, score=score)


_CONFIG = StrawberryConfig(scalar_map={MSISDN: strawberry.scalar(name="MSISDN", serialize=str, parse_value=str)})
app = GraphQL[None, None](strawberry.Schema(Query, config=_CONFIG), graphql_ide=None)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
