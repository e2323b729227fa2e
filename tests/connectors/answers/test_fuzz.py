"""Whatever becomes of a SOAP answer on its way, the connector gives the right value or an error (FAULTS 6, 40-42)."""

import pytest
from hypothesis import given
from lxml import etree

from tests.connectors.answers.cases import QUESTIONS, place
from tests.connectors.mutants import Effect, Mutant, any_harm, truncations
from tests.connectors.mutants.encodings import recoded
from tests.connectors.trial import running

# They differ from the postpaid one in what they hold, not in what is read of it, and are as long.
_LONG = {
    f"cbs: the published {name}" for name in ("prepaid customer", "customer without a bundle", "customer without usage")
}
_EACH = [pytest.param(name, marks=[pytest.mark.soak] if name in _LONG else []) for name in QUESTIONS]


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_was_not_harmed_is_read_right(name, tmp_path):
    question = QUESTIONS[name]
    whole = Mutant(kind="nothing", effect=Effect.SAME, body=question.case.body, charset="utf-8")
    with question.tried(tmp_path) as trial, running() as run:
        assert trial.right == run(trial.outcome(whole))


@pytest.mark.parametrize("name", _EACH)
def test_a_damaged_answer_is_read_right_or_refused(name, tmp_path):
    question = QUESTIONS[name]
    case = question.case
    with question.tried(tmp_path) as trial, running() as run:

        @given(any_harm(case.body, reads=case.reads, others=case.others))
        def judged(mutant):
            run(trial.judge(mutant))

        judged()


@pytest.mark.parametrize("name", _EACH)
def test_an_answer_that_was_cut_off_is_refused(name, tmp_path):
    question = QUESTIONS[name]
    with question.tried(tmp_path) as trial, running() as run:
        for cut in truncations(question.case.body.rstrip()):
            found = run(trial.outcome(Mutant(kind="cut off", effect=Effect.OTHER, body=cut)))
            assert "BadData" == type(found).__name__, len(cut)


@pytest.mark.parametrize("person", ["Zoë Núñez", "陈小明", "Ана Ω"])
def test_a_name_in_any_encoding_is_read_right_or_refused(person, tmp_path):
    question = QUESTIONS["cbs: the published postpaid customer"]
    root = question.tree()
    next(each for each in root.iter() if place(each) == "AcctBasicInfo/AcctName").text = person
    body = etree.tostring(root, encoding="utf-8")
    with question.tried(tmp_path) as trial, running() as run:
        whole = Mutant(kind="nothing", effect=Effect.SAME, body=body, charset="utf-8")
        assert [person] == [account["name"] for account in run(trial.outcome(whole))["accounts"]]

        @given(recoded(body))
        def judged(mutant):
            run(trial.judge(mutant))

        judged()
