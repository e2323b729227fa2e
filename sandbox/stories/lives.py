"""The nine told lives and three supporting ones, as fixed traits of the first customers. All else follows."""

import datetime as dt
from collections.abc import Callable
from typing import Final

from sandbox.population.names import Address, family_first_name, latin_name
from sandbox.population.numbering import LineKey
from sandbox.population.purses import MAX_RECHARGES
from sandbox.population.traits import Addition, Charge, PaymentMode, Segment, Status, Traits

PREPAID, POSTPAID, HYBRID = PaymentMode.PREPAID, PaymentMode.POSTPAID, PaymentMode.HYBRID

RECYCLED_NUMBER: Final = 7
FORMER_OWNER: Final = 9
TWO_PROVINCES: Final = 10
SUPERVISION_EXPIRED: Final = 11
SERVICE_FEE_EXPIRED: Final = 12
CAST: Final = 12
"""How many of the first customers are fixed; a population is at least this large."""

VOICEMAIL_OFFERING: Final = 700_123
CONTENT_OFFERING: Final = 812_450


def fixed_traits(index: int, today: dt.date) -> Traits | None:
    """The traits a story fixes for customer *index* on that day, or None."""
    life = _LIVES.get(index)
    return life(today) if life else None


def _years_ago(today: dt.date, years: float) -> dt.date:
    return today - dt.timedelta(days=int(years * 365.25))


def _unexplained_charge(today: dt.date) -> Traits:
    """A content subscription confirmed by SMS, and a proration after a change of tariff, both on the newest bill."""
    home = Address(street="14 Lime Walk", city="Port Meridian", postcode="1004")
    last_month = today.replace(day=1) - dt.timedelta(days=12)
    return Traits(
        name=latin_name(given="Adaeze", family="Obi-Laurent", latin="adaeze.obilaurent"),
        since=_years_ago(today, 6),
        address=home,
        moved_in=_years_ago(today, 4),
        modes=(HYBRID,),
        one_account=True,
        least_recharges=24,
        charges_on_newest_bill=(
            Charge(category="C06", code="C_CONTENT_SUBSCRIPTION", amount=499),
            Charge(category="C01", code="C_RENT_PRORATION", amount=1161),
        ),
        additions=(Addition(offering_id=CONTENT_OFFERING, since=last_month),),
    )


def _free_voicemail_ends(today: dt.date) -> Traits:
    """A free voicemail, used for years, that ends in a week."""
    ends = today + dt.timedelta(days=7)
    return Traits(
        name=latin_name(given="Tomás", family="Ó Briain", latin="tomas.obriain"),
        since=_years_ago(today, 9),
        address=Address(street="3 Old Ferry Road", city="Oldhaven", postcode="2310"),
        moved_in=_years_ago(today, 8),
        modes=(PREPAID,),
        additions=(Addition(offering_id=VOICEMAIL_OFFERING, since=_years_ago(today, 6), ends=ends),),
    )


def _data_nearly_used(today: dt.date) -> Traits:
    """A data allowance with 42 MB left. The line is hybrid, so every system has something to say of it."""
    return Traits(
        name=family_first_name(given="小明", family="王", latin="wang.xiaoming"),
        since=_years_ago(today, 5),
        address=Address(street="201 Kanaalkade", city="Villaclara", postcode="7702"),
        moved_in=_years_ago(today, 3),
        modes=(HYBRID,),
        data_left_bytes=42_000_000,
    )


def _vip_outage(today: dt.date) -> Traits:
    """A very important customer with three lines."""
    return Traits(
        name=latin_name(given="Zoë", family="van der Berg", latin="zoe.vanderberg"),
        segment=Segment.VIP,
        since=_years_ago(today, 11),
        address=Address(street="1 Rue de l'Étang", city="Saint-Aubrey", postcode="9001"),
        moved_in=_years_ago(today, 7),
        modes=(POSTPAID, POSTPAID, POSTPAID),
    )


def _fibre_moved_in(today: dt.date) -> Traits:
    """Someone who moved two weeks ago into a building with fibre."""
    return Traits(
        name=latin_name(given="Søren", family="Šimić", latin="soren.simic"),
        since=_years_ago(today, 4),
        address=Address(street="77 Mühlenweg", city="Neubrück", postcode="4420"),
        moved_in=today - dt.timedelta(days=14),
        modes=(POSTPAID,),
    )


def _two_names(today: dt.date) -> Traits:
    """Someone whom billing still has under an older, shorter name."""
    return Traits(
        name=latin_name(given="María José", family="O'Neill García", latin="mariajose.oneill"),
        since=_years_ago(today, 8),
        address=Address(street="58 Calle del Faro", city="Kettlewick", postcode="3195"),
        moved_in=_years_ago(today, 2),
        modes=(POSTPAID,),
        name_in_billing="M J ONEIL GARCIA",
    )


def _recycled_number(today: dt.date) -> Traits:
    """Someone who got, ten weeks ago, a number that had been another's; CRM still lists it for that other."""
    return Traits(
        name=latin_name(given="Kwame", family="Nkemelu", latin="kwame.nkemelu"),
        since=today - dt.timedelta(weeks=10),
        address=Address(street="9 Lime Walk", city="Port Meridian", postcode="1004"),
        moved_in=today - dt.timedelta(weeks=10),
        modes=(PREPAID,),
    )


def _former_owner(today: dt.date) -> Traits:
    """The other: gone for two years, known to CRM alone."""
    return Traits(
        name=latin_name(given="Renée", family="L'Écuyer", latin="renee.lecuyer"),
        status=Status.INACTIVE,
        since=_years_ago(today, 10),
        address=Address(street="120 Old Ferry Road", city="Oldhaven", postcode="2311"),
        moved_in=_years_ago(today, 9),
        modes=(),
        in_billing=False,
        contact_number=LineKey(RECYCLED_NUMBER, 0).msisdn,
    )


def _family(today: dt.date) -> Traits:
    """A parent with a contract and two children with prepaid lines: three lines, two accounts."""
    return Traits(
        name=latin_name(given="Priya", family="Fernández-López", latin="priya.fernandezlopez"),
        segment=Segment.GOLD,
        since=_years_ago(today, 7),
        address=Address(street="31 Calle del Faro", city="Villaclara", postcode="7711"),
        moved_in=_years_ago(today, 5),
        modes=(POSTPAID, PREPAID, PREPAID),
    )


def _two_provinces(today: dt.date) -> Traits:
    """A ferry company with an office on either side: lines, bills and recharges in both provinces."""
    return Traits(
        name=latin_name(given="Marta", family="Šimić", latin="marta.simic"),
        company="Tern & Harbour Ferries Ltd",
        segment=Segment.BUSINESS,
        since=_years_ago(today, 8),
        address=Address(street="2 Old Ferry Road", city="Port Meridian", postcode="1001"),
        moved_in=_years_ago(today, 8),
        modes=(POSTPAID, PREPAID),
        island_modes=(POSTPAID, PREPAID),
        # As many as there can be, so that the newest on the list are from both.
        least_recharges=MAX_RECHARGES,
    )


def _period_expired(response_code: int) -> Callable[[dt.date], Traits]:
    """A prepaid line that UCIP answers with 1 or 2: a period has passed, and the call succeeds all the same."""

    def life(today: dt.date) -> Traits:
        return Traits(
            name=latin_name(given="Ivo", family="Novák", latin=f"ivo.novak{response_code}"),
            since=_years_ago(today, 3),
            address=Address(street=f"{response_code} Kanaalkade", city="Neubrück", postcode="4421"),
            moved_in=_years_ago(today, 3),
            modes=(PREPAID,),
            prepaid_response_code=response_code,
        )

    return life


_LIVES: Final[dict[int, Callable[[dt.date], Traits]]] = {
    1: _unexplained_charge,
    2: _free_voicemail_ends,
    3: _data_nearly_used,
    4: _vip_outage,
    5: _fibre_moved_in,
    6: _two_names,
    RECYCLED_NUMBER: _recycled_number,
    8: _family,
    FORMER_OWNER: _former_owner,
    TWO_PROVINCES: _two_provinces,
    SUPERVISION_EXPIRED: _period_expired(1),
    SERVICE_FEE_EXPIRED: _period_expired(2),
}
