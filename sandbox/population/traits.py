"""The few facts that decide a customer's life, drawn by chance or fixed by a story. All else follows from them."""

import dataclasses
import datetime as dt
import enum
import random

from sandbox.population import names
from sandbox.population.provinces import has_second_home


class PaymentMode(enum.IntEnum):
    """How a line is paid; the values are billing's PaymentMode codes."""

    PREPAID = 0
    POSTPAID = 1
    HYBRID = 2


class Segment(enum.StrEnum):
    """How the operator values a customer."""

    MASS = "mass"
    GOLD = "gold"
    VIP = "vip"
    BUSINESS = "business"


class Status(enum.StrEnum):
    """CRM's status of a customer."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One charge on a bill, tax included; amounts in 1/100."""

    category: str
    code: str
    amount: int
    discount: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A supplementary offering of a customer's first line; *ends* is None when it never does."""

    offering_id: int
    since: dt.date
    ends: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What decides one customer's life."""

    name: names.PersonName
    company: str | None = None
    segment: Segment = Segment.MASS
    status: Status = Status.ACTIVE
    since: dt.date
    address: names.Address
    moved_in: dt.date
    modes: tuple[PaymentMode, ...]
    """How each line at home is paid, wherever home is."""

    island_modes: tuple[PaymentMode, ...] = ()
    """How each line on the islands is paid, of a customer whose home is the mainland."""

    one_account: bool = False
    """Whether a hybrid line's bill and balance hang on one account instead of two."""

    least_recharges: int = 0
    in_billing: bool = True
    name_in_billing: str | None = None
    charges_on_newest_bill: tuple[Charge, ...] = ()
    additions: tuple[Addition, ...] = ()
    data_left_bytes: int | None = None
    prepaid_response_code: int = 0
    contact_number: str | None = None

    @property
    def display_name(self) -> str:
        """The company's name, or the person's."""
        return self.company or self.name.full


def renamed(traits: Traits, name: str) -> Traits:
    """The same life under another name, in every system."""
    given, _, family = name.partition(" ")
    person = dataclasses.replace(traits.name, given=given, family=family, full=name)
    return dataclasses.replace(traits, name=person, company=name if traits.company else None, name_in_billing=None)


def draw_traits(draw: random.Random, *, customer: int, today: dt.date) -> Traits:
    """The traits of an ordinary customer; every tenth is an organisation, every fortieth or so is suspended."""
    company = names.company_name(draw) if customer % 10 == 0 else None
    since = today - dt.timedelta(days=draw.randint(27 * 31, 12 * 365))
    return Traits(
        name=names.person_name(draw),
        company=company,
        segment=Segment.BUSINESS if company else draw.choices((Segment.MASS, Segment.GOLD, Segment.VIP), (90, 8, 2))[0],
        status=Status.SUSPENDED if customer % 40 == 7 else Status.ACTIVE,
        since=since,
        address=names.address(draw),
        moved_in=since + (today - since) * draw.random(),
        modes=_draw_modes(draw),
        additions=_draw_additions(draw, since, today),
        # Drawn last: what was drawn before must stay what it was.
        island_modes=_draw_modes(draw) if has_second_home(customer) else (),
    )


def _draw_modes(draw: random.Random) -> tuple[PaymentMode, ...]:
    """Modes of 1 to 3 lines; about 7 lines in 10 are prepaid, few are hybrid."""
    count = draw.choices((1, 2, 3), (70, 20, 10))[0]
    kind = draw.choices(("prepaid", "postpaid", "hybrid", "mixed"), (68, 18, 2, 12))[0]
    match kind:
        case "prepaid":
            return (PaymentMode.PREPAID,) * count
        case "postpaid":
            return (PaymentMode.POSTPAID,) * count
        case "hybrid":
            return (PaymentMode.HYBRID,)
        case _:
            return (PaymentMode.POSTPAID, *(PaymentMode.PREPAID,) * max(1, count - 1))


def _draw_additions(draw: random.Random, since: dt.date, today: dt.date) -> tuple[Addition, ...]:
    """Up to three supplementary offerings; one in five has an end, some time in the coming year."""
    return tuple(
        Addition(
            offering_id=600_000 + draw.randrange(40),
            since=since + (today - since) * draw.random(),
            ends=today + dt.timedelta(days=draw.randint(1, 365)) if draw.random() < 1 / 5 else None,
        )
        for _ in range(draw.randint(0, 3))
    )
