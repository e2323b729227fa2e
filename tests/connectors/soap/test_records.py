"""Compiled records: every kind of field, every refusal, and that they read what Node reads, in the same words."""

import datetime as dt

import hypothesis
import pytest
from hypothesis import strategies as st

from connectors.lexical import LexicalError
from connectors.soap.records import (
    Wording,
    attribute,
    children,
    compiled,
    element,
    entries,
    filled,
    named,
    present,
    record,
    wording,
)
from connectors.xml import Element, Node, XmlError, parse
from tests.connectors.soap.slowly import plain, read_slowly

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@record
class Key:
    id: str | None = element("Id")
    serial: int = element("Serial")


@record
class Line:
    number: str = element("Number")
    note: str | None = element("Note")
    charge: int = element("Charge", bits=64)
    tax: int | None = element("Tax", bits=64)


@record
class Bill:
    number: str = element("No")
    total: int | None = element("Total")
    begins: dt.date | None = element("Begins", read="day")
    due: dt.date = element("Due", read="day")
    batch: str = element("Batch", blank=True)
    has_batch: bool = present("Batch")
    key: Key = element("Key")
    other_key: Key | None = element("OtherKey")
    raw: Node | None = element("Raw")
    words: list[str] = children("Word")
    counts: list[int] = children("Count", bits=32)
    days: list[dt.date] = children("Day", read="day")
    keys: list[Key] = children("Keys")
    raws: list[Node] = children("Raws")
    lines: list[Line] = entries("Line", mark="Charge", beside="Beside")
    services: dict[str, Element] = named({"clip", "obo"})
    kind: str | None = attribute("kind")
    holds: bool = filled()
    said: Wording = wording()


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise LexicalError("no day") from None


USING = {"day": day}
read_bill = compiled(Bill, using=USING)
read_line = compiled(Line)
read_key = compiled(Key)

NEEDED = "<No>B1</No><Due>2026-11-22</Due><Batch/><Key><Serial>1</Serial></Key>"


def of(content: str, *, attributes: str = "") -> Element:
    return parse(f'<Row xmlns:a="urn:a" xmlns:b="urn:b" {XSI} {attributes}>{content}</Row>'.encode())


def bill(content: str = "", *, needed: str = NEEDED, attributes: str = "") -> Bill:
    return read_bill(of(needed + content, attributes=attributes))


def test_a_record_reads_its_fields():
    found = read_line(of("<a:Number> 7 </a:Number><b:Charge>-15</b:Charge><New/><Note>x &amp; y</Note>"))

    assert Line(number="7", note="x & y", charge=-15, tax=None) == found


def test_a_record_prints_nothing_of_its_content():
    assert "99960000042" not in repr(read_line(of("<Number>99960000042</Number><Charge>1</Charge>")))


def test_a_bill_reads_every_kind_of_field():
    found = bill(
        "<Begins>2026-01-31</Begins><OtherKey><Id>i</Id><Serial>2</Serial></OtherKey><Raw><x/></Raw>"
        "<Word>a</Word><Word>b</Word><Count>1</Count><Day>2026-02-01</Day><Keys><Serial>3</Serial></Keys><Raws/>"
        "<Line><Number>1</Number><Charge>5</Charge></Line><clip>1</clip>",
        attributes='kind="k"',
    )

    assert (dt.date(2026, 1, 31), dt.date(2026, 11, 22)) == (found.begins, found.due)
    assert ("", True) == (found.batch, found.has_batch)
    assert (Key(id=None, serial=1), Key(id="i", serial=2)) == (found.key, found.other_key)
    assert (["a", "b"], [1], [dt.date(2026, 2, 1)]) == (found.words, found.counts, found.days)
    assert [Key(id=None, serial=3)] == found.keys
    assert [Line(number="1", note=None, charge=5, tax=None)] == found.lines
    assert found.raw is not None
    assert ["x"] == [each.name for each in found.raw.elements()]
    assert (["Raws"], ["clip"]) == ([each.name for each in found.raws], list(found.services))
    assert ("k", True) == (found.kind, found.holds)


def test_what_is_absent_is_none_or_an_empty_list():
    found = bill()

    assert [None] * 5 == [found.total, found.begins, found.other_key, found.raw, found.kind]
    assert [[]] * 6 == [found.words, found.counts, found.days, found.keys, found.raws, found.lines]
    assert {} == found.services


@pytest.mark.parametrize(
    "nothing", ["<Total/>", "<Total> </Total>", '<Total xsi:nil="true"/>', '<Total xsi:nil=" 1 "> </Total>']
)
def test_what_is_empty_or_nil_is_none(nothing):
    assert bill(nothing).total is None


def test_what_says_that_it_is_not_nil_is_read():
    assert 5 == bill('<Total xsi:nil="false">5</Total>').total


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<No>1</No><No>1</No>", "No occurs more than once"),
        ("<a:No>1</a:No><b:No>1</b:No>", "No occurs more than once"),
        ("", "No is missing or empty"),
        ("<No/>", "No is missing or empty"),
        ("<No> </No>", "No is missing or empty"),
        ('<No xsi:nil="true"/>', "No is missing or empty"),
        ('<No xsi:nil="true">1</No>', "No is nil and holds something"),
        ('<No xsi:nil="yes">1</No>', "xsi:nil of No is not true or false"),
        ("<No>1<x/></No>", "No holds more than text"),
        ("<No>1<!-- -->0</No>", "No holds more than text"),
        ("<No>1<?x y?>0</No>", "No holds more than text"),
    ],
)
def test_a_text_that_is_not_one_is_refused(content, said):
    with pytest.raises(XmlError, match=f"^{said}$"):
        bill(content, needed=NEEDED.replace("<No>B1</No>", ""))


@pytest.mark.parametrize("number", ["1e3", "NaN", "1_000", "٣", "1.0", "0x1", "--1", "+", "1 2", "²", "9" * 41])
def test_a_number_that_is_not_one_is_refused(number):
    with pytest.raises(XmlError, match=r"^Total is not a whole number$"):
        bill(f"<Total>{number}</Total>")


@pytest.mark.parametrize("number", ["+5", "0005", " 5\n"])
def test_a_number_may_be_written_in_every_way_of_its_type(number):
    assert 5 == bill(f"<Total>{number}</Total>").total


@pytest.mark.parametrize(("name", "bits"), [("Charge", 64), ("Tax", 64)])
def test_a_number_ends_where_its_type_ends(name, bits):
    def read(number: int) -> Line:
        values = {"Charge": "1", name: str(number)}
        return read_line(of("<Number>1</Number>" + "".join(f"<{key}>{text}</{key}>" for key, text in values.items())))

    assert [name] * 2 == [name for number in (2**63 - 1, -(2**63)) if read(number)]
    for number in (2**63, -(2**63) - 1, 10**30):
        with pytest.raises(XmlError, match=rf"^{name} is larger than its type allows$"):
            read(number)


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_a_shorter_type_ends_earlier(number):
    assert [2**31 - 1, -(2**31)] == bill(f"<Count>{2**31 - 1}</Count><Count>{-(2**31)}</Count>").counts
    with pytest.raises(XmlError, match=r"^Count is larger than its type allows$"):
        bill(f"<Count>{number}</Count>")


def test_a_function_says_what_a_text_is_not():
    with pytest.raises(XmlError, match=r"^Begins is no day$"):
        bill("<Begins>tomorrow</Begins>")


def test_a_function_may_find_nothing_where_nothing_is_needed():
    @record
    class Optional:
        at: int | None = element("At", read="never")

    @record
    class Needed:
        at: int = element("At", read="never")

    content = of("<At>2037</At>")
    assert compiled(Optional, using={"never": lambda _: None})(content).at is None
    with pytest.raises(XmlError, match=r"^At is missing or empty$"):
        compiled(Needed, using={"never": lambda _: None})(content)


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (NEEDED.replace("<Batch/>", ""), "Batch is missing"),
        (NEEDED.replace("<Key><Serial>1</Serial></Key>", ""), "Key is missing"),
        (NEEDED.replace("<Due>2026-11-22</Due>", ""), "Due is missing or empty"),
        (NEEDED.replace("<Serial>1</Serial>", ""), "Serial is missing or empty"),
        (NEEDED + "<Key><Serial>1</Serial></Key>", "Key occurs more than once"),
        (NEEDED + "<Word>a</Word><Word/>", "Word is missing or empty"),
        (NEEDED + "<Count/>", "Count is missing or empty"),
        (NEEDED + "<obo/><obo/>", "obo occurs more than once"),
    ],
)
def test_what_must_be_there_is_there_once(needed, said):
    with pytest.raises(XmlError, match=f"^{said}$"):
        bill(needed=needed)


@pytest.mark.parametrize(
    "hidden",
    [
        "<Charge>1</Charge>",
        "<Lines><Line/></Lines>",
        "<Renamed><Number>1</Number><Charge>5</Charge></Renamed>",
        "<a:Renamed><b:Charge/></a:Renamed>",
        "<Key2><Charge/></Key2>",
    ],
)
def test_an_entry_that_hides_is_refused(hidden):
    with pytest.raises(XmlError, match=r"^Line stands where none is expected, or under another name$"):
        bill(hidden)


def test_a_neighbour_may_have_the_mark_by_right():
    assert [] == bill("<Beside><Charge/></Beside><!-- x --><Unknown><x/></Unknown>").lines


def test_doubled_elements_have_equal_wordings():
    one, same, other = (bill(f"<Total>{text}</Total>").said for text in ("1", "1", " 1"))

    assert one == same
    assert len({one, same, other}) == 2


def test_rows_of_many_shapes_are_read_alike():
    """
    More than are remembered, in turn, and longer ones than are remembered at all.
    """
    for extra in range(600):
        row = of("<x/>" * extra + "<Number>1</Number>" + "<y/>" * (extra % 7) + f"<Charge>{extra}</Charge>")
        assert extra == read_line(row).charge
    assert 1 == read_line(of(f"<{'n' * 20_000}/><Number>1</Number><Charge>1</Charge>")).charge


def test_invented_names_are_not_kept():
    from connectors.soap import shapes

    for number in range(10_000):
        read_line(of(f"<n{number}/><Number>1</Number><Charge>1</Charge>"))

    assert len(shapes._local_names) <= 4096


def test_the_same_code_serves_other_functions():
    """
    Each connector binds its own time zone to the same record.
    """

    @record
    class Stamped:
        at: str = element("At", read="time")

    def ending(end):
        return compiled(Stamped, using={"time": lambda text: text + end})

    assert ("xa", "xb") == (ending("a")(of("<At>x</At>")).at, ending("b")(of("<At>x</At>")).at)


def test_a_record_without_its_function_is_not_compiled():
    with pytest.raises(TypeError, match="without a function for day"):
        compiled(Bill)


def test_a_declaration_that_cannot_be_read_is_refused_at_once():
    @record
    class Both:
        one: str = element("X")
        many: list[str] = children("X")

    @record
    class NoList:
        many: str = children("X")

    @record
    class Strange:
        value: float = element("X")

    @record
    class Bare:
        value: str

    for wrong, said in (
        (Both, "both as one and as many"),
        (NoList, "declared as one"),
        (Strange, "cannot be read"),
        (Bare, "does not say where"),
        (int, "is not a record"),
    ):
        with pytest.raises(TypeError, match=said):
            compiled(wrong)


TEXTS = st.sampled_from(
    [
        "",
        " ",
        "1",
        " 1 ",
        "-2",
        "x",
        "2026-11-22",
        "٣",
        str(2**63),
        "1<!-- -->2",
        "1<x/>",
        "<x/>",
        "<Serial>1</Serial>",
        "<Number>n</Number><Charge>3</Charge>",
        "<Number>n</Number><Charge>3</Charge><Note> </Note><Tax>4</Tax>",
        "<Line/>",
        "<Charge/>",
    ]
)
NAMES = st.sampled_from(
    [
        "No",
        "Total",
        "Begins",
        "Due",
        "Batch",
        "Key",
        "OtherKey",
        "Raw",
        "Word",
        "Count",
        "Day",
        "Keys",
        "Raws",
        "Line",
        "Beside",
        "Unknown",
        "clip",
        "obo",
        "Charge",
        "Number",
        "Note",
        "Tax",
        "Serial",
        "Id",
    ]
)
NILS = st.sampled_from(["", "", "", "", ' xsi:nil="true"', ' xsi:nil="0"', ' xsi:nil="no"', ' nil="true"'])


@st.composite
def elements(draw) -> str:
    name, prefix = draw(NAMES), draw(st.sampled_from(["", "a:", "b:"]))
    return f"<{prefix}{name}{draw(NILS)}>{draw(TEXTS)}</{prefix}{name}>{draw(st.sampled_from(['', '', ' ', '<!-- x -->', 'text']))}"


@hypothesis.given(st.lists(elements(), max_size=9), st.permutations([NEEDED, ""]), st.sampled_from([Bill, Line, Key]))
def test_what_is_compiled_reads_what_is_read_slowly(content, needed, cls):
    read = {Bill: read_bill, Line: read_line, Key: read_key}[cls]
    row = of(needed[0] + "".join(content))

    assert outcome(lambda: read_slowly(cls, Node(row), USING)) == outcome(lambda: plain(read(row)))


def outcome(work):
    try:
        return work()
    except XmlError:
        # Which of several errors is met first is another question.
        return "refused"
