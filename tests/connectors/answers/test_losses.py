"""
An element of an answer that is lost makes the answer poorer or makes it an error, and never makes it another answer.

Most elements may be absent by the definitions, so a loss cannot always be seen. What a loss may then do is here in one
place: a value becomes null, or a list whose entries nothing counts becomes shorter by one.
"""

import pytest
from lxml import etree

from connectors.errors import BadData, NotKnown
from tests.connectors.answers.cases import QUESTIONS, Tree, mutant, place
from tests.connectors.mutants.xml import name_of
from tests.connectors.trial import running

UNCOUNTED = {
    *("lines", "offerings", "account_keys", "accounts", "purses", "credits", "unbilled", "outstanding", "overdue"),
    *("services", "apns", "call_forwarding"),
}
"""Lists without a count beside them: that a whole entry was removed shows nowhere."""

OPEN = {"services", "apns", "call_forwarding", "account_keys"}
"""Of these, lists whose entries are known by their names alone: another name is another, unknown thing."""

NEVER_NULL = {"expires_at", "voucher_batch", "unlimited", "status", "currency"}
"""Fields whose null would be a claim of its own; `status` and `currency` are optional for some, so named below."""

OPTIONAL = {
    "InvoiceInfo/InvoiceID": "the bill is known by its number",
    "RechargeLog/Currency": "the definition lets records leave it out: the configured currency holds",
    "BalanceList/Prepayment": "a purse less",
    "BalanceList/DepositAmount": "a purse less",
    "caw/ts10": "a state of one group of services becomes one of all groups",
    "PaymentInfo/Status": "null",
    "SubscriberInfo/Status": "null",
    "PrimaryOffering/Status": "null",
    "SupplementaryOffering/Status": "null",
    "AcctInfo/CurrencyID": "null",
}
"""Places whose loss shows nowhere and does more than the rest, and what it does."""

OPTIONAL_ONCE = {
    ("RechargeLog/Batch", "emptied"): "a voucher that says nothing is no voucher",
    ("RechargeLog/Sequence", "emptied"): "the same",
    ("VoucherRechargeEnquiryResult/RechargeLog", "removed"): "AcctMgr counts nothing: a recharge is missing",
    ("VoucherRechargeEnquiryResultMsg/VoucherRechargeEnquiryResult", "emptied"): "that means no recharges",
}

NOBODY = {"QueryCustomerInfoResultMsg/QueryCustomerInfoResult", "Body/SearchResponse", "SearchResponse/MOId"}
"""Places whose emptiness means, by both definitions, that nobody was found."""


def removed(element: Tree) -> None:
    _parent(element).remove(element)


def renamed(element: Tree) -> None:
    element.tag = f"{element.tag}x"


def emptied(element: Tree) -> None:
    element[:] = []
    element.text = ""


def wrapped(element: Tree) -> None:
    wrapper = etree.Element("Extension")
    _parent(element).replace(element, wrapper)
    wrapper.append(element)


def nested(element: Tree) -> None:
    outer = etree.Element(element.tag)
    _parent(element).replace(element, outer)
    outer.append(element)


def unwrapped(element: Tree) -> None:
    parent = _parent(element)
    at = parent.index(element)
    parent[at : at + 1] = list(element)


def _parent(element: Tree) -> Tree:
    parent = element.getparent()
    assert parent is not None
    return parent


LOSSES = (removed, renamed, emptied, wrapped, nested, unwrapped)
ALWAYS = {removed, renamed}
SAME_READING = ("customer", "page", "by IMSI")  # Long, or read as another one is.


def _soak(rare: object) -> list[pytest.MarkDecorator]:
    return [pytest.mark.soak] if rare else []


@pytest.mark.parametrize("how", [pytest.param(how, marks=_soak(how not in ALWAYS)) for how in LOSSES])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_soak(any(word in name for word in SAME_READING))) for name in QUESTIONS]
)
def test_an_answer_that_lost_an_element_is_poorer_or_refused(name, how, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for index, element in enumerate(question.tree().iterdescendants()):
            where = place(element)
            if name_of(element) not in question.case.reads:
                continue
            root = question.tree()
            how(list(root.iterdescendants())[index])

            found = run(trial.outcome(mutant(root, f"{where} {how.__name__}")))

            if isinstance(found, NotKnown):
                assert where in NOBODY, where
            elif not isinstance(found, BadData) and not {where, (where, how.__name__)} & ALLOWED:
                shorter = UNCOUNTED if how is removed else OPEN
                assert poorer(found, trial.right, shorter=shorter), (where, how.__name__)


ALLOWED = OPTIONAL.keys() | OPTIONAL_ONCE.keys()


def poorer(found: object, right: object, *, shorter: set[str], field: str = "") -> bool:
    """Whether *found* says nothing that *right* does not say, and leaves out only what may be left out."""
    if found == right:
        return True
    if isinstance(found, dict) and isinstance(right, dict):
        return found.keys() == right.keys() and all(
            poorer(found[key], right[key], shorter=shorter, field=key) for key in found
        )
    if isinstance(found, list) and isinstance(right, list):
        may_be_shorter = field in shorter and len(found) < len(right)
        fits = all(any(poorer(one, other, shorter=shorter) for other in right) for one in found)
        return fits and (may_be_shorter or len(found) == len(right))
    return found is None and field not in NEVER_NULL
