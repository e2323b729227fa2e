"""Every number and time that is read of a SOAP answer, in every form it may arrive in (FAULTS 40): that value, or an error."""

import copy
import os
import re

import pytest

from connectors.errors import BadData
from tests.connectors.answers.cases import QUESTIONS, Question, mutant, place
from tests.connectors.mutants import Mutant
from tests.connectors.mutants.xml import INSIDE, MALFORMED, put
from tests.connectors.trial import running

AMOUNTS = (
    "InvoiceAmount OpenAmount TaxAmount DiscountAmount DisputeAmount ChargeAmount DiscountAmt Amount TotalAmount "
    "TotalCreditAmount TotalUsageAmount TotalRemainAmount OutStandingAmount Prepayment AvailableCreditLimit DepositAmount "
    "UnbilledAmount OverDueAmount RechargeAmt OldBalance NewBalance"
)
COUNTS = "TotalRowNum BeginRowNum FetchRowNum CurrencyID baseSequenceId obo obr ts21 clir provisionState prov"
TIMES = (
    "BillCycleBeginTime BillCycleEndTime InvoiceDate DueDate PaymentTime TradeTime ActivationTime EffectiveTime "
    "ExpirationTime BillCycleOpenDate BillCycleEndDate"
)
HOLDERS = (
    "InvoiceInfo InvoiceDetail PaymentInfo BalanceResult AccountCredit UnbilledResult BalanceList RechargeLog "
    "QueryInvoiceResult QueryPaymentLogResult LoginResponse getResponseSubscription caw nam cfb cfnry"
)
HOLDERS_IN_A_CUSTOMER = "AcctInfo SubscriberInfo PrimaryOffering SupplementaryOffering"
UNREAD = {"InvoiceDetail/DisputeAmount", "SupplementaryOffering/ActivationTime"}
"""Places of elements with a name that is read elsewhere."""

WHOLE = (
    "0",
    "1250",
    "-1250",
    "+1250",
    "001250",
    " 1250 ",
    "\n1250\t",
    "-0",
    "12<![CDATA[50]]>",
    "&#49;250",
    "&#x31;250",
)
"""Forms of a whole number: XSD 1.0 part 2, 3.3.13, in text as XML allows it to be written."""

EDGES = ("9223372036854775807", "-9223372036854775808")
"""The ends of xsd:long."""

NOT_TIMES = (
    *("20240230000000", "20230229000000", "20261301000000", "20260001000000", "20261100000000", "20261101240000"),
    *("20261101126000", "20261101120060", "00000101000000", "00260101000000", "20370199000000", "19700101990000"),
    *("2026110100000", "202611010000000", "20261101", "2026-11-01T00:00:00", "2026-11-01 00:00:00", "2026-11-01"),
    *("20261101000000Z", "20261101000000+02", "2026110100000Z", "+2026110100000", "-2026110100000", "2026 1101000000"),
    *(
        "２０２６１１０１００００００",
        "٢٠٢٦١١٠١٠٠٠٠٠٠",
        "२०२६११०१००००००",
        "2026110100000²",
        "1793491200",
        "never",
        "0",
        "-1",
        "NaN",
    ),
    *(
        "01112026000000",
        "20261101T00000",
        "2026.110100000",
        "2026110100000\u00a0",
        "\u200b20261101000000",
        "99999999999999",
    ),
)
TIMES_TOLD = (
    "20261101000000",
    " 20261101000000\n",
    "20240229235959",
    "20261101<![CDATA[000000]]>",
    "&#50;0261101000000",
)
NO_TIMES = ("20370101000000", "20370101020000", "19700101000000", "19700101020000")
"""Never and unset: no time, so an error where there must be one."""

_LONG = re.compile(r"[ \n\t]*[+-]?[0-9]{1,18}[ \n\t]*", re.ASCII)
SHAPES = tuple(
    change("2026110", "1000000")
    for name, change in INSIDE.items()
    if not {"section", "sections", "references"} & set(name.split()) and name != "white space around"
)
UNSIGNED = ("LoginResponse/baseSequenceId", "9223372036854775808")
"""The one place that holds an xsd:unsignedLong, and a form that is one."""

REFUSED = (*(form for form in MALFORMED if form.strip(" ") and not _LONG.fullmatch(form)), *SHAPES)
MUST_BE_TIMES = {"PaymentInfo/PaymentTime", "RechargeLog/TradeTime"}


_READ_ELSEWHERE = ("page", "by IMSI", "one record")  # Their places are those of another answer.
_LEFT_OUT = ("prepaid", "without", "no record", "search")
TRIED = [
    pytest.param(name, marks=[pytest.mark.soak] if any(word in name for word in _READ_ELSEWHERE) else [])
    for name in QUESTIONS
    if not any(word in name for word in _LEFT_OUT)
]


def places(question: Question, names: str) -> dict[str, int]:
    """Where elements called so stand that are read, the first of each kind, and which element of the tree it is."""
    holders = (HOLDERS_IN_A_CUSTOMER if "AcctInfo" in question.case.reads else HOLDERS).split()
    found: dict[str, int] = {}
    for index, element in enumerate(question.tree().iter()):
        holder, _, name = place(element).partition("/")
        if holder in holders and name in names.split() and name in question.case.reads:
            found.setdefault(place(element), index)
    return {where: index for where, index in found.items() if where not in UNREAD}


def some(forms: tuple[str, ...], turn: int) -> tuple[str, ...]:
    """All forms in the full run; else every sixth, other ones for each place, so that together they are all."""
    return forms if os.environ.get("SWITCHBOARD_SOAK") else forms[turn % 6 :: 6]


def changed(question: Question, index: int, form: str) -> Mutant:
    """The answer with *form* as the content of one element."""
    root = question.tree()
    put(list(root.iter())[index], form)
    return mutant(root, f"{form!a:.40} at element {index}")


@pytest.mark.parametrize("name", TRIED)
def test_what_is_no_whole_number_is_refused_wherever_one_is_read(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for turn, (where, index) in enumerate(places(question, f"{AMOUNTS} {COUNTS}").items()):
            for form in some(REFUSED, turn):
                found = run(trial.outcome(changed(question, index, form)))
                assert type(found) is BadData or (where, form) == UNSIGNED, (where, form)


@pytest.mark.parametrize("name", TRIED)
def test_every_form_of_a_whole_number_is_read_as_that_amount(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for turn, (where, index) in enumerate(places(question, AMOUNTS).items()):
            for form in some((*WHOLE, *EDGES), turn):
                told = changed(question, index, form)
                assert trial.facts(told) == run(trial.outcome(told)), (where, form)


@pytest.mark.parametrize("name", TRIED)
def test_what_is_no_time_is_refused_wherever_one_is_read(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for turn, (where, index) in enumerate(places(question, TIMES).items()):
            for form in some((*NOT_TIMES, *SHAPES), turn):
                found = run(trial.outcome(changed(question, index, form)))
                assert type(found) is BadData, (where, form)


@pytest.mark.parametrize("name", TRIED)
def test_a_time_is_read_in_every_form_and_never_and_unset_as_none(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for where, index in places(question, TIMES).items():
            for form in (*TIMES_TOLD, *NO_TIMES):
                told = changed(question, index, form)
                found = run(trial.outcome(told))
                if form in NO_TIMES and where in MUST_BE_TIMES:
                    assert type(found) is BadData, (where, form)
                else:
                    assert trial.facts(told) == found, (where, form)


@pytest.mark.parametrize("name", TRIED)
def test_a_number_or_time_told_twice_is_refused_also_when_both_agree(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for where, index in places(question, f"{AMOUNTS} {COUNTS} {TIMES}").items():
            for other in (None, "7"):
                root = question.tree()
                leaf = list(root.iter())[index]
                leaf.addnext(copy.deepcopy(leaf))
                if other:
                    leaf.text = other
                found = run(trial.outcome(mutant(root, "told twice")))
                assert type(found) is BadData, (where, other)
