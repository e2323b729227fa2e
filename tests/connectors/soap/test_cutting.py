"""Rows that are cut out of a reply give the records that a parser's elements give, and what is refused stays refused."""

import functools
import re
import time

import hypothesis
import pytest
from hypothesis import strategies as st

from connectors.soap.cutting import RowsAreCut, demand_elements
from connectors.soap.layouts import MARK
from connectors.soap.learning import Odd, learned
from connectors.soap.records import cutter, element, entries, record
from connectors.xml import Node
from tests.connectors.soap import cut
from tests.connectors.soap.cut import SEEN, bill, credit, is_cut, line, outcome, reply, taught

ONE = line("1")


@functools.cache
def right_of_seen() -> list[object]:
    return [outcome(each, None) for each in SEEN]


@pytest.mark.parametrize("document", SEEN)
def test_a_row_of_a_known_layout_never_reaches_the_parser(document):
    known = taught()
    with cut.texts_parsed() as texts:
        found = outcome(document, known)

    assert outcome(document, None) == found
    assert len(texts) == 1
    assert "Number" not in texts[0]
    assert "Kind" not in texts[0]


def test_a_layout_is_learned_from_the_first_reply_that_has_it():
    known, document = cut.new_cutter(), reply(bill(line("1"), line("2")))

    assert [False, True] == [is_cut(document, known) for _ in range(2)]
    assert not is_cut(reply(), known)


def test_rows_keep_their_order_whatever_layouts_they_have():
    kinds = ["<p:Note>n</p:Note>", "", "<p:Tax>1</p:Tax><p:Size>ab</p:Size>", "<p:Size>-</p:Size>", "<!-- -->"]
    rows = [line(str(at), kinds[at % 4]) for at in range(12)]
    document = reply(bill(*rows[:5]), bill(*rows[5:9], number="8", more=""), bill(*rows[9:], number="9"))
    known = taught()

    found = outcome(document, known)

    assert is_cut(document, known)
    assert [str(at) for at in range(12)] == [row["number"] for each in found["bills"] for row in each["lines"]]


ODD = {
    "an empty text": line(""),
    "a blank text": line(" "),
    "a text with white space that may be absent": line("1", "<p:Note> n\t</p:Note>"),
    "a blank text that may be absent": line("1", "<p:Note>\n</p:Note>"),
    "a value with white space": line("1", "<p:Tax>1</p:Tax><p:Size> ab </p:Size>"),
    "an empty value": line("1", "<p:Tax></p:Tax><p:Size></p:Size>"),
    "a blank number": line("1", "<p:Tax> </p:Tax>"),
    "a text with white space": line(" 1\n\t"),
    "a bad number": line(charge="x"),
    "a large number": line(charge=str(2**63)),
    "a number too large for its type": line("1", "<p:Tax>2147483648</p:Tax><p:Size>ab</p:Size>"),
    "a number with white space": line(charge=" 5 "),
    "a text that its function refuses": line("1", "<p:Tax>1</p:Tax><p:Size>abcd</p:Size>"),
    "a text of which its function makes nothing": ONE.replace(">k<", ">-<"),
    "a text twice": line("1", "<p:Note>n</p:Note><p:Note>n</p:Note>"),
    "no text that must be there": ONE.replace("<p:Number>1</p:Number>", ""),
    "another order": line("1", "").replace("<p:Number>1</p:Number>", "").replace("<p:Kind>", "<p:Number>1</p:Number><p:Kind>"),
    "an unknown leaf": line("1", "<p:New>n</p:New>"),
    "a leaf with an element": line("1", "<p:Note>n<p:b/></p:Note>"),
    "a comment": line("1<!-- -->0"),
    "a comment around a row": f"<!--{ONE}-->{ONE}",
    "a comment's end within a row": f"<!--{line('1-->')}-->",
    "CDATA": line("<![CDATA[1]]>"),
    "CDATA around a row": f"<![CDATA[{ONE}]]>{ONE}",
    "an instruction": line("1<?x y?>0"),
    "an instruction around a row": f"<?x {ONE}?>{ONE}",
    "an entity": line("&lt;"),
    "an unknown entity": line("&x;"),
    "a character by its number": line("&#49;"),
    "an ampersand": line("a & b"),
    "a greater sign": line("a > b"),
    "the end of CDATA": line("]]>"),
    "a bracket": line("]"),
    "a carriage return": line("a\rb"),
    "carriage return and newline": line("a\r\nb"),
    "a zero": line("\0"),
    "a control character": line("\x08"),
    "a control character of C1": line("\x85"),
    "no character": line("\uffff"),
    "a mark of byte order": line("\ufeff"),
    "letters beyond ASCII": line("é€\U0001f600"),
    "nil": line("1", '<p:Note xsi:nil="true"/>'),
    "nil that is one": line("1", '<p:Note xsi:nil="1"/>'),
    "nil that is false": line("1", '<p:Note xsi:nil="false"/>'),
    "nil that holds something": line("1", '<p:Note xsi:nil="true">n</p:Note>'),
    "nil of another namespace": line("1", '<p:Note q:nil="true"/>'),
    "nil of no namespace": line("1", '<p:Note u:nil="true"/>'),
    "a nil row": ONE.replace("<p:Line>", '<p:Line xsi:nil="true">'),
    "an attribute of a row": ONE.replace("<p:Line>", '<p:Line a="b">'),
    "a space in a tag": ONE.replace("<p:Line>", "<p:Line >"),
    "a prefix that is not bound": ONE.replace("p:", "u:"),
    "a prefix of a leaf that is not bound": ONE.replace("p:Note", "u:Note"),
    "the prefix of bindings": ONE.replace("p:Note", "xmlns:Note"),
    "the prefix of XML": ONE.replace("p:Note", "xml:Note"),
    "a binding that looks like nil": line("1", '<p:Note xmlns:nil="true"/>'),
    "a prefix of a leaf that is bound": ONE.replace("p:Note", "q:Note"),
    "a prefix that is bound to something else": ONE.replace("<p:Line>", '<p:Line xmlns:p="urn:other">'),
    "a row without a prefix": ONE.replace("p:", ""),
    "a row without a prefix in a namespace": ONE.replace("p:", "").replace("<Line>", '<Line xmlns="urn:d">'),
    "an empty row": "<p:Line/>",
    "a row with nothing": "<p:Line></p:Line>",
    "a row with text": ONE.replace("<p:Line>", "<p:Line>x"),
    "a row within a row": line("1", ONE),
    "a row within a leaf": line(ONE),
    "a row within something": f"<p:Box>{ONE}</p:Box>",
    "a row's part under another name": ONE.replace("p:Line", "p:Other"),
    "a row's part alone": "<p:Charge>1</p:Charge>",
    "a row without an end": ONE[:-9],
    "a row cut in the middle": ONE[:40],
    "a row in a tag": f"<p:New {ONE}/>",
    "a row in an attribute": f"<p:New a='{ONE}'/>",
    "another tag's end": ONE.replace("</p:Number>", "</p:Nummer>"),
    "a bill within a bill": bill(ONE),
    "a credit within a bill": credit(),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", ["line", "bill", "result", "before", "after", "leaf"])
def test_whatever_a_row_looks_like_and_wherever_it_stands_both_ways_say_the_same(odd, place):
    documents = {
        "line": reply(bill(ONE, odd, line("9"))),
        "bill": reply(bill(ONE, number="6"), odd, bill(ONE)),
        "result": reply(bill(ONE), credit(), odd),
        "before": reply(bill(ONE), before=odd),
        "after": reply(bill(ONE), after=odd),
        "leaf": reply(bill(ONE), bill(number=odd)),
    }
    right, known = outcome(documents[place], None), taught()

    assert [right] * 3 == [outcome(documents[place], known) for _ in range(3)]
    # What was learned from it does no harm to others.
    assert right_of_seen() == [outcome(each, known) for each in SEEN]


@pytest.mark.parametrize("document", SEEN[2:])
@pytest.mark.parametrize("prefix", ["q", "xsi"])
@pytest.mark.parametrize("binding", ['{}="urn:other"', '{}=""', 'r="urn:q"'])
def test_a_prefix_means_what_it_means_where_the_row_stands(document, prefix, binding):
    known = taught()
    changed = re.sub(f'xmlns:{prefix}="[^"]*"', f"xmlns:{binding.format(prefix)}", document)

    assert changed != document
    assert outcome(changed, None) == outcome(changed, known)


def test_what_is_learned_from_a_comment_is_nothing_that_a_parser_would_refuse():
    row = ONE.replace("p:Note", "xmlns:Note")
    known = cut.new_cutter()
    for document in [reply(bill(ONE), before=f"<!--{row}-->"), reply(bill(row)), reply(bill(row, ONE))] * 2:
        assert outcome(document, None) == outcome(document, known)


@pytest.mark.parametrize("number", ["0", "1", "99", "x", ""])
def test_an_element_that_pretends_to_stand_for_a_row_is_none(number):
    forged = reply(bill(ONE, f"<p:Line>{MARK}{number}</p:Line>"), bill(ONE))

    assert outcome(forged, None) == outcome(forged, taught())


@pytest.mark.parametrize("odd", ["<p:Charge>1</p:Charge>", "<p:Line/>"])
def test_a_line_does_not_hide_in_a_row_that_nobody_reads(odd):
    known = taught()
    document = reply(bill(ONE, more=f"<p:More>{odd}</p:More>"))

    assert ["Line stands where none is expected, or under another name"] * 3 == [
        outcome(document, by) for by in (None, known, known)
    ]


@pytest.mark.parametrize("odd", ["<p:No>1</p:No>", bill(ONE)])
def test_an_entry_of_one_list_does_not_hide_in_a_row_of_another(odd):
    known = taught()
    document = reply(bill(ONE), credit("3</p:Amount>" + odd + "<p:x>").replace("<p:x></p:Amount>", ""))

    assert ["Bill stands where none is expected, or under another name"] * 3 == [
        outcome(document, by) for by in (None, known, known)
    ]


def test_a_fault_is_a_fault_whatever_rows_it_holds():
    body = f"<s:Fault><faultcode>s:Server</faultcode><faultstring/><detail>{bill(ONE)}</detail></s:Fault>"
    document = reply(bill(ONE))
    document = f"{document[: document.index('<p:AnswerMsg>')]}{body}</s:Body></s:Envelope>"

    right = outcome(document, None)

    assert "Server" == right[0]
    assert right == outcome(document, taught())


def test_a_mapping_that_wants_elements_gets_them():
    def wants_elements(body: Node) -> list[int]:
        answer = body.require("Answer")
        demand_elements(answer.element)
        return [len(each.element) for each in answer.children("Bill")]

    document, known = reply(bill(ONE), bill(ONE, ONE)), taught()

    assert [4, 5] == cut.read(document, known).mapped(wants_elements)
    with pytest.raises(RowsAreCut):
        demand_elements(cut.read(document, known).body.require("Answer").element)


@pytest.mark.parametrize("letter", ["\ud800", "\uffff", "\0", "&", "]"])
def test_what_a_parser_would_not_take_as_it_stands_is_left_to_it(letter):
    found = taught().cut(reply(bill(ONE), bill(line(letter))))

    assert found is not None
    assert letter in found.rest


def test_a_long_document_is_left_to_the_parser_which_gives_way_to_others():
    document, known = reply(*[bill(line(str(at))) for at in range(1000)]), taught()

    assert len(document) > 150_000
    assert not is_cut(document, known)


@pytest.mark.parametrize(
    "piece",
    ["<p:Line>", "<p:Bill><p:No>", "<p:Line><p:Number>1</p:Number>", line()[:-9], "<p:Line>" + MARK[:-1]],
    ids=[
        "begun",
        "bill",
        "number",
        "unfinished",
        "mark",
    ],  # The mark is another in every process, a test's name is not.
)
def test_what_begins_like_a_row_again_and_again_takes_no_longer_than_it_is_long(piece):
    known, document = taught(), reply(piece * (140_000 // len(piece)))
    begin = time.process_time()
    for _ in range(3):
        assert known.cut(document) is None
        known.learn(document, None)

    assert time.process_time() - begin < 1


def test_layouts_are_few_and_not_learned_for_ever():
    known = cut.new_cutter()
    for number in range(400):
        document = reply(bill(line("1", f"<p:New{number}>1</p:New{number}>")))
        assert outcome(document, None) == outcome(document, known)

    assert all(len(each.layouts) <= 8 for each in known._all)
    learned_last = max(number for number in range(400) if f"New{number}>" in known._all[0].layouts[-1].pattern.pattern)
    assert learned_last < 300


@pytest.mark.parametrize("inner", ["<Row/>", "<Row>1</Row>", "<Row><a/></Row>", "<List/>", "<List><a/></List>"])
@pytest.mark.parametrize("around", ["{}", "<Box>{}</Box>"])
def test_a_row_that_holds_rows_has_no_layout(inner, around):
    with pytest.raises(Odd):
        learned(f"<Row><a>1</a>{around.format(inner)}</Row>", 0, leaves=frozenset({"a"}), lists=frozenset({"List"}))


@pytest.mark.parametrize("row", ["<Row></Row>", "<Row/>", "<Row>x</Row>", "<Row>x<a/></Row>", "<Row><a></Row></a>"])
def test_what_is_no_row_has_no_layout(row):
    with pytest.raises(Odd):
        learned(row, 0, leaves=frozenset({"a"}), lists=frozenset())


def test_no_row_is_lost_within_another():
    layout, _, _ = learned("<Row><a>1</a></Row>", 0, leaves=frozenset({"a"}), lists=frozenset())

    assert layout.take("<Row><a>2</a></Row>") is not None
    assert layout.take(f"<Row><a>{MARK}2</a></Row>") is None


@pytest.mark.parametrize("row", ["<Row>" + "<a>" * 9 + "</a>" * 9 + "</Row>", "<Row>" + "<a/>" * 300 + "</Row>"])
def test_a_row_with_too_many_tags_or_levels_has_no_layout(row):
    with pytest.raises(Odd):
        learned(row, 0, leaves=frozenset(), lists=frozenset())


def test_a_record_without_rows_or_with_two_lists_of_one_name_cannot_be_cut():
    @record
    class Empty:
        total: int = element("Total")

    @record
    class Row:
        number: int = element("Number")

    @record
    class Outer:
        number: int = element("Number")
        rows: list[Row] = entries("Row", mark="Number")

    @record
    class Twice:
        outer: list[Outer] = entries("Outer", mark="Row")
        rows: list[Row] = entries("Row", mark="Number")

    for odd in (Empty, Twice):
        with pytest.raises(TypeError, match="has no lists of rows, or two of one name"):
            cutter(odd, at=())


PIECES = st.one_of(
    st.sampled_from(
        [*ODD.values(), ONE, bill(), bill(ONE), credit(), "<", ">", "</p:Line>", "<p:Line>", " ", "\n", "x"]
    ),
    st.text(max_size=3),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Replies of which something is changed, left out, doubled or moved."""
    lines = st.lists(st.one_of(st.just(ONE), st.sampled_from([*ODD.values()])), max_size=4)
    rows = st.one_of(lines.map(lambda each: bill(*each)), st.just(credit()), st.sampled_from(SEEN[0].split("<Answer>")))
    document = draw(st.one_of(st.sampled_from(SEEN), st.lists(rows, max_size=3).map(lambda each: reply(*each))))
    tags = [at for at, letter in enumerate(document) if letter in "<>"] + list(range(0, len(document), 17))
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.sampled_from(tags))
        end = begin + draw(st.sampled_from([0, 0, 1, 9, 60]))
        document = document[:begin] + draw(PIECES) + document[end:]
    return document


@hypothesis.given(st.lists(documents(), min_size=1, max_size=4), st.booleans())
@hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
def test_in_whatever_order_replies_come_both_ways_say_the_same(found, warm):
    known = taught() if warm else cut.new_cutter()
    for document in [*found, *found, *SEEN]:
        assert outcome(document, None) == outcome(document, known)
