"""Whom a query is about: billing's access codes, each a choice of several keys, resolved to population records."""

import contextlib
import dataclasses
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from sandbox import xmlread
from sandbox.billing.messages import AR_COMMON, BC_COMMON, RefusedError
from sandbox.population import Account, Customer, Line, Residents, numbering
from sandbox.xmlread import Element


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A customer and those of their lines and accounts that a query concerns."""

    customer: Customer
    lines: tuple[Line, ...]
    accounts: tuple[Account, ...]


def by_query_object(people: Residents, parent: Element, namespace: str) -> Found:
    """What the choice inside QueryObj names; RefusedError when it is malformed or names nobody."""
    query = xmlread.child(parent, namespace, "QueryObj")
    for name, resolve in _CHOICES.items():
        code = xmlread.child(query, namespace, name)
        if code is not None:
            return resolve(people, code)
    raise RefusedError.missing("QueryObj")


def by_account_code(people: Residents, code: Element) -> Found:
    """The account of an AcctAccessCode, with every line that uses it. Bare text is taken as an account number."""
    kind, value = _choice(code)
    match kind:
        case "PrimaryIdentity":
            line = people.line_by_national(value)
            account = people.account(line.accounts[0]) if line else None
        case "AccountKey":
            account = people.account(numbering.account_of_key(value))
        case _:
            account = people.account(numbering.account_of_code(value))
    if account is None:
        raise RefusedError.unknown()
    owner = people.owner(account.key)
    return Found(customer=owner, lines=owner.lines_of(account.key), accounts=(account,))


def by_subscriber_code(people: Residents, code: Element) -> Found:
    """The line of a SubAccessCode, with its account or accounts."""
    kind, value = _choice(code)
    by_key = kind == "SubscriberKey"
    line = people.line(numbering.line_of_subscriber_key(value)) if by_key else people.line_by_national(value)
    if line is None:
        raise RefusedError.unknown()
    owner = people.owner(line.key)
    accounts = tuple(account for account in owner.accounts if account.key in line.accounts)
    return Found(customer=owner, lines=(line,), accounts=accounts)


def by_customer_code(people: Residents, code: Element) -> Found:
    """The customer of a CustAccessCode, with all that is theirs."""
    kind, value = _choice(code)
    if kind == "PrimaryIdentity":
        line = people.line_by_national(value)
        owner = people.owner(line.key) if line else None
    else:
        owner = people.customer(numbering.customer_of_key(value, people.province))
    if owner is None or not owner.traits.in_billing:
        raise RefusedError.unknown()
    return Found(customer=owner, lines=owner.lines, accounts=owner.accounts)


def number_asked_about(people: Residents, body: bytes) -> str:
    """The number of the subscriber a request is about, for faults that tell too much; "unknown" if there is none."""
    for kind, value in _ANY_KEY.findall(body.decode("utf-8", "replace")):
        resolve = _BY_KIND.get(kind, by_account_code)
        code = _code(kind, value)
        with contextlib.suppress(RefusedError):
            return resolve(people, code).lines[0].msisdn
    return "unknown"


def _code(kind: str, value: str) -> Element:
    """An access code as a request would have brought it."""
    code = etree.Element("Code")
    key = code if kind == "AcctAccessCode" else etree.SubElement(code, f"{{{BC_COMMON}}}{kind}")
    key.text = value
    return code


def _choice(code: Element) -> tuple[str, str]:
    """The name and text of the one key inside an access code; bare text counts as an AccountCode."""
    keys = [entry for entry in code if xmlread.local_name(entry) in _KINDS]
    if len(keys) > 1 or (keys and xmlread.namespace_of(keys[0]) not in {AR_COMMON, BC_COMMON}):
        raise RefusedError.missing(xmlread.local_name(code))
    kind = xmlread.local_name(keys[0]) if keys else "AccountCode"
    value = xmlread.text_of(keys[0] if keys else code)
    if value is None:
        raise RefusedError.missing(xmlread.local_name(code))
    return kind, value


_KINDS: Final = ("PrimaryIdentity", "SubscriberKey", "AccountKey", "AccountCode", "CustomerKey", "CustomerCode")
_ANY_KEY: Final = re.compile(rf"({'|'.join(_KINDS)}|AcctAccessCode)\s*>\s*([A-Z0-9]+)\s*<")
_BY_KIND: Final[dict[str, Callable[[Residents, Element], Found]]] = {
    "PrimaryIdentity": by_subscriber_code,
    "SubscriberKey": by_subscriber_code,
    "CustomerKey": by_customer_code,
    "CustomerCode": by_customer_code,
}
_CHOICES: Final[dict[str, Callable[[Residents, Element], Found]]] = {
    "CustAccessCode": by_customer_code,
    "SubAccessCode": by_subscriber_code,
    "AcctAccessCode": by_account_code,
}
