"""Whom the CRM's answers name, as far as the parts that were asked for tell. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.guard import Subject, subject
from connectors.tmf.collection import Batch
from schema.customer import Customer
from schema.parts import ABSENT


def named_together(batch: Batch[Any]) -> Iterator[Subject]:
    """Whom customers or parties name that were asked for by their ids."""
    return named(batch.found.values())


def named(found: Iterable[Any]) -> Iterator[Subject]:
    """The customers among what was *found*, their accounts, and who they are. A party names nobody but itself."""
    for each in found:
        if isinstance(each, Customer):
            yield from _customer(each)


def _customer(customer: Customer) -> Iterator[Subject]:
    yield subject.customer(customer.customer_number)
    if customer.party_ref is not ABSENT and customer.party_ref is not None:
        yield subject.party(customer.party_ref.party_id)
    if customer.account_numbers is not ABSENT:
        yield from map(subject.account, customer.account_numbers)
