"""Made-up people, companies and addresses to draw from. None of them is anybody."""

import dataclasses
import random
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name; *full* is in the order its bearer uses, *latin* is plain ASCII for e-mail addresses."""

    given: str
    family: str
    full: str
    latin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in a country that does not exist."""

    street: str
    city: str
    postcode: str
    country: str = "Sandonia"


# (as written, in ASCII)
_GIVEN: Final = (
    ("Aisha", "aisha"), ("Zoë", "zoe"), ("José", "jose"), ("Siobhán", "siobhan"), ("Kwame", "kwame"),
    ("Łucja", "lucja"), ("Björn", "bjorn"), ("Renée", "renee"), ("Tomás", "tomas"), ("Priya", "priya"),
    ("Nguyễn", "nguyen"), ("Émile", "emile"), ("Fatima", "fatima"), ("Ivo", "ivo"), ("Chidi", "chidi"),
    ("Marta", "marta"), ("Søren", "soren"), ("Noor", "noor"), ("Grace", "grace"), ("Anaïs", "anais"),
)  # fmt: skip
_FAMILY: Final = (
    ("O'Neill", "oneill"), ("García", "garcia"), ("Müller", "mueller"), ("D'Angelo", "dangelo"),
    ("Okafor", "okafor"), ("Šimić", "simic"), ("Ó Briain", "obriain"), ("Fernández-López", "fernandezlopez"),
    ("van der Berg", "vanderberg"), ("Çelik", "celik"), ("Novák", "novak"), ("Nkemelu", "nkemelu"),
    ("L'Écuyer", "lecuyer"), ("Ferreira", "ferreira"), ("Sharma", "sharma"), ("Kowalski", "kowalski"),
)  # fmt: skip
_CHINESE_GIVEN: Final = (
    ("小明", "xiaoming"), ("丽华", "lihua"), ("建国", "jianguo"), ("雪", "xue"), ("志强", "zhiqiang"),
    ("欣怡", "xinyi"),
)  # fmt: skip
_CHINESE_FAMILY: Final = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("欧阳", "ouyang"), ("陈", "chen"),
)  # fmt: skip
_COMPANY: Final = (
    "Bridge & Bell", "Nordlicht", "Casa Olmo", "Harbour Lane", "Ateliér Kvítek", "Müller & Söhne", "海风",
    "Quill <Print>", "O'Hara Freight", "Green Kettle",
)  # fmt: skip
_FORM: Final = ("Ltd", "GmbH", "S.A.", "B.V.", "Cooperative")
_STREET: Final = ("Lime Walk", "Calle del Faro", "Mühlenweg", "Rue de l'Étang", "Kanaalkade", "Old Ferry Road")
_CITY: Final = ("Port Meridian", "Oldhaven", "Villaclara", "Neubrück", "Saint-Aubrey", "Kettlewick")


def person_name(draw: random.Random) -> PersonName:
    """A person's name; about one in six is Chinese."""
    if draw.random() < 1 / 6:
        return _chinese(draw)
    given, family = draw.choice(_GIVEN), draw.choice(_FAMILY)
    return latin_name(given=given[0], family=family[0], latin=f"{given[1]}.{family[1]}")


def latin_name(*, given: str, family: str, latin: str) -> PersonName:
    """A name whose given part comes first."""
    return PersonName(given=given, family=family, full=f"{given} {family}", latin=latin)


def family_first_name(*, given: str, family: str, latin: str) -> PersonName:
    """A name whose family part comes first, without a space, as in Chinese."""
    return PersonName(given=given, family=family, full=family + given, latin=latin)


def company_name(draw: random.Random) -> str:
    """A company's name."""
    return f"{draw.choice(_COMPANY)} {draw.choice(_FORM)}"


def address(draw: random.Random) -> Address:
    """A postal address."""
    street = f"{draw.randint(1, 240)} {draw.choice(_STREET)}"
    return Address(street=street, city=draw.choice(_CITY), postcode=f"{draw.randint(1000, 9999)}")


def _chinese(draw: random.Random) -> PersonName:
    given, family = draw.choice(_CHINESE_GIVEN), draw.choice(_CHINESE_FAMILY)
    return family_first_name(given=given[0], family=family[0], latin=f"{family[1]}.{given[1]}")
