"""Rows that differ in what they leave out have one layout, unless they could be taken in two ways."""

import time

import hypothesis
import pytest
from hypothesis import strategies as st

from connectors.soap.learning import learned
from tests.connectors.soap import cut
from tests.connectors.soap.cut import bill, is_cut, line, outcome, reply

LEAVES = {
    "Number": ["<p:Number>1</p:Number>"],
    "Batch": ["<p:Batch>b</p:Batch>", "<p:Batch/>", '<p:Batch xsi:nil="true"/>'],
    "New": ["", "<p:New>1</p:New>", "<p:New/>", "<p:New><p:a>1</p:a></p:New>"],
    "Note": ["", "<p:Note>n</p:Note>", "<q:Note>n</q:Note>", "<p:Note> </p:Note>\n", '<p:Note xsi:nil="true"/>'],
    "Charge": ["<p:Charge>5</p:Charge>"],
    "Tax": ["", "<p:Tax>1</p:Tax>", "<p:Tax/>\n", "<p:Tax>3</p:Tax>\n"],
    "Size": ["", "<p:Size>ab</p:Size>", "<p:Size></p:Size>"],
    "Kind": ["<p:Kind>k</p:Kind>"],
}
ROWS = st.tuples(*map(st.sampled_from, LEAVES.values())).map(lambda leaves: f"<p:Line>{''.join(leaves)}</p:Line>")


@hypothesis.given(st.lists(st.lists(ROWS, max_size=5), min_size=1, max_size=5), st.booleans())
@hypothesis.settings(deadline=None)
def test_rows_that_leave_something_out_are_read_alike_both_ways(found, mixed):
    known = cut.new_cutter()
    documents = [reply(bill(*rows), bill(line("1"))) for rows in found]
    if mixed:
        documents += [each.replace('xmlns:q="urn:q"', "") for each in documents]
    for document in documents * 2:
        assert outcome(document, None) == outcome(document, known)


def test_rows_that_differ_in_what_they_leave_out_have_one_layout():
    known = cut.new_cutter()
    kinds = ["", "<p:Note>n</p:Note>", "<p:Tax>1</p:Tax>", "<p:Tax/>", "<p:Note>n</p:Note><p:Size>1</p:Size>"]
    document = reply(bill(*[line(str(at), kind) for at, kind in enumerate(kinds)]))
    for _ in range(8):
        outcome(document, known)

    # This one was never seen.
    other = reply(bill(line("1", "<p:Note>n</p:Note><p:Tax>1</p:Tax>")))

    assert [1, 1] == [len(each.layouts) for each in known._all[:2]]
    assert is_cut(other, known)
    assert outcome(other, None) == outcome(other, known)


@pytest.mark.parametrize(
    "other",
    [
        "<p:Line><p:Note>n</p:Note><p:Number>1</p:Number><p:Charge>5</p:Charge></p:Line>",
        "<p:Line><p:Number>1</p:Number><p:Note>n</p:Note><p:Charge>5</p:Charge><p:Number>1</p:Number></p:Line>",
        "<q:Line><p:Number>1</p:Number><p:Note>n</p:Note><p:Charge>5</p:Charge></q:Line>",
        "<p:Line><p:Number>1</p:Number><p:Note>\n<p:a/></p:Note><p:Charge>5</p:Charge></p:Line>",
        f"<p:Line>{''.join(f'<p:New{at}/>' for at in range(13))}<p:Charge>5</p:Charge></p:Line>",
    ],
)
def test_layouts_of_rows_that_could_be_taken_in_two_ways_stay_apart(other):
    wanted = {"leaves": frozenset({"Number", "Note", "Charge"}), "lists": frozenset()}
    row = "<p:Line><p:Number>1</p:Number><p:Note><p:a/></p:Note><p:Charge>5</p:Charge></p:Line>"
    first, _, _ = learned(row, 0, **wanted)
    second, _, _ = learned(other, 0, **wanted)

    assert first.merged(second) is None


def test_a_prefix_is_proved_where_a_row_may_use_it():
    known = cut.new_cutter()
    for more in ("", "<q:Note>n</q:Note>") * 2:
        outcome(reply(bill(line("1", more), more="")), known)

    with_it, without = (known.cut(reply(bill(line("1", more), more=""))) for more in ("<q:Note>n</q:Note>", ""))

    assert with_it is not None
    assert "<q:_/>" in with_it.rest
    assert without is not None
    assert "<q:_/>" not in without.rest


def test_many_rows_that_end_otherwise_than_they_might_take_no_longer_than_they_are_long():
    known = cut.new_cutter()
    kinds = [f"<p:New{at}>1</p:New{at}>" for at in range(9)]
    for at in [*range(9), 9]:
        outcome(reply(bill(line("1", "".join(kinds[:at])))), known)
    row = line("1", "".join(kinds)).replace("<p:Kind>", "<p:Odd/><p:Kind>")
    document = reply(bill(*[row] * (140_000 // len(row))))
    begin = time.process_time()
    for _ in range(3):
        assert known.cut(document) is None

    assert max(sum(part.optional for part in each.parts) for each in known._all[0].layouts) == 9
    assert time.process_time() - begin < 1
