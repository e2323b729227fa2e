"""Answers that are about somebody else, or belong to another call, are refused wherever they say so (FAULTS 41)."""

import copy
import re

import pytest
from lxml import etree

from connectors.errors import BadData
from tests.connectors.answers.cases import QUESTIONS, Tree, mutant, place
from tests.connectors.mutants.xml import name_of
from tests.connectors.trial import running

ECHOES = {
    "cbs: the published bill": {"InvoiceInfo/AcctCode": "88710351"},
    "cbs: bills, the first page": {"InvoiceInfo/AcctCode": "A1000043"},
    "cbs: bills, the last page": {"InvoiceInfo/AcctCode": "A1000043"},
    "cbs: the published payments": {"PaymentInfo/AcctKey": "acct88810005"},
    "cbs: payments, the last page": {"PaymentInfo/AcctKey": "9"},
    "cbs: the published sum": {"QuerySumBalanceAndCreditResult/AcctKey": "V4292102"},
    "cbs: the published total": {"QueryTotalBalanceResult/AccountCode": "V0011698"},
    "cbs: balances of the charging system": {"AcctList/AcctKey": "8"},
    "cbs: the published postpaid customer": {"SubIdentity/SubIdentity": "889399900"},
    "acctmgr: one record": {"RechargeLog/SubscriberNo": "889399974", "ResultHeader/TransactionId": "77"},
    "acctmgr: several records": {"RechargeLog/SubscriberNo": "889399974", "ResultHeader/TransactionId": "77"},
    "acctmgr: no record": {"ResultHeader/TransactionId": "77"},
    "cai3g: a profile by number": {
        "MOId/msisdn": "99960000043",
        "getResponseSubscription/msisdn": "99960000043",
        "Header/SessionId": "session2",
        "Header/TransactionId": "78",
        "Header/SequenceId": "87",
    },
    "cai3g: a profile by IMSI": {"getResponseSubscription/imsi": "999700060000043"},
    "cai3g: a search": {"MOId/imsi": "999700060000043", "Header/TransactionId": "78"},
}
"""Per question, where its answer repeats what was asked, and another value that is as well formed."""

HARMLESS = {("cbs: the published postpaid customer", 1), ("cbs: balances of the charging system", 1)}
"""A second number of the customer, and an account of the subscriber that was not asked about, may be any."""

EACH = [(name, where) for name, echoes in ECHOES.items() for where in echoes]


HOWS = ("away", "empty", "inside another", "elsewhere")
MAY_BE_MISSING = {"Header/SessionId", "Header/TransactionId", "Header/SequenceId", "MOId/msisdn", "MOId/imsi"} | {
    "getResponseSubscription/msisdn",  # MOId repeats it.
    "getResponseSubscription/imsi",  # Its attribute does.
}
MAY_BE_EMPTY = {"ResultHeader/TransactionId"}
"""What the definitions let a system leave out or empty."""


def may_be_missing(where: str, how: str) -> bool:
    return where in MAY_BE_MISSING or (where in MAY_BE_EMPTY and how == "empty")


def told(root: Tree, where: str) -> list[Tree]:
    return [element for element in root.iter() if place(element) == where]


@pytest.mark.parametrize(("name", "where"), EACH)
def test_another_one_in_any_single_place_is_refused(name, where, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for index in range(len(told(question.tree(), where))):
            root = question.tree()
            told(root, where)[index].text = ECHOES[name][where]

            found = run(trial.outcome(mutant(root, "another one")))

            if (name, index) not in HARMLESS:
                assert type(found) is BadData, index
                assert not re.search(r"\d{6,}", str(found))


@pytest.mark.parametrize(("name", "where"), EACH)
def test_the_right_one_beside_another_is_refused(name, where, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for before in (True, False):
            root = question.tree()
            echo = told(root, where)[0]
            other = copy.deepcopy(echo)
            other.text = ECHOES[name][where]
            echo.addprevious(other) if before else echo.addnext(other)

            assert type(run(trial.outcome(mutant(root, "both")))) is BadData


@pytest.mark.parametrize(
    ("name", "where", "how"), [(*each, how) for each in EACH for how in HOWS if not may_be_missing(each[1], how)]
)
def test_one_that_is_missing_or_stands_in_the_wrong_place_is_refused(name, where, how, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        root = question.tree()
        misplace(told(root, where)[0], how)

        assert type(run(trial.outcome(mutant(root, how)))) is BadData


def misplace(echo: Tree, how: str) -> None:
    parent = echo.getparent()
    assert parent is not None
    if how == "empty":
        echo.text = ""
    elif how == "inside another":
        wrapper = etree.SubElement(parent, "Extension")
        wrapper.append(echo)
    elif how == "elsewhere":
        echo.getroottree().getroot().append(echo)
    else:
        parent.remove(echo)


# Payments repeat nothing but the account's key, which the caller has to compare (`tests/resolvers/test_payments.py`).
UNTOLD = {"cbs: the published payments", "acctmgr: no record"}


@pytest.mark.parametrize("name", [name for name in ECHOES if "page" not in name and name not in UNTOLD])
def test_a_whole_answer_about_another_one_is_refused(name, tmp_path):
    """Everything in it is right and consistent, but it is somebody else's."""
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        root = question.tree()
        others = {told(root, where)[0].text: other for where, other in ECHOES[name].items() if "Header" not in where}
        for element in root.iter():
            if name_of(element) and element.text in others:
                element.text = others[element.text]
            element.attrib.update({key: others[value] for key, value in element.attrib.items() if value in others})

        assert type(run(trial.outcome(mutant(root, "somebody else's")))) is BadData
