"""Foreign XML: what is accepted, what is refused, and that nothing is fetched or unfolded."""

import time
from unittest import mock

import hypothesis
import pytest
from hypothesis import strategies as st
from lxml import etree

from connectors import xml
from connectors.xml import Node, XmlError, local_name, parse
from tests.bars import bar

BOMB = (
    '<!DOCTYPE a [<!ENTITY e0 "lollollollol">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + ']><a x="&e9;">&e9;</a>'
).encode()


def node(text: str) -> Node:
    return Node(parse(text.encode()))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a/>text",
        b"<a>&undefined;</a>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<a x='1' x='2'/>",
        b"<p:a/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" * 100_000,
        b"<html><body>Log in<br></body></html>",
    ],
    ids=lambda body: body[:12].decode(errors="replace"),
)
def test_what_is_not_one_whole_document_is_refused(body):
    with pytest.raises(XmlError):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a PUBLIC "x" "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x "1">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "1">]><a>&x;</a>'.encode("utf-16"),
        BOMB,
    ],
    ids=["bare", "system", "public", "entity", "file", "parameter", "utf-16", "bomb"],
)
def test_a_document_type_is_refused_at_once(body):
    began = time.perf_counter()

    with pytest.raises(XmlError):
        parse(body)

    assert time.perf_counter() - began < bar(0.1)


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le"])
@pytest.mark.parametrize("before", [b"", b" ", b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="utf-8"?>\n'])
@pytest.mark.parametrize("document", ["<a>e</a>", '<!DOCTYPE a [<!ENTITY x "1">]><a>&x;</a>'])
def test_the_parser_is_never_left_to_find_another_encoding_than_what_was_said(document, before, encoding):
    for charset in ("utf-8", "us-ascii", *(["utf-16-be", "utf-16-le"] if "32" in encoding else [])):
        with pytest.raises(XmlError):
            parse(before + document.encode(encoding), charset=charset)


@pytest.mark.parametrize("at", range(len("<a>e</a>") + 1))
def test_a_nul_is_refused_wherever_it_stands(at):
    body = b"<a>e</a>"

    with pytest.raises(XmlError):
        parse(body[:at] + b"\0" + body[at:])


def test_an_inclusion_is_an_element_like_any_other():
    root = parse(b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>')

    assert ["include"] == [local_name(child) for child in root]
    assert not list(root.itertext())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"])
def test_the_declared_encoding_is_honoured(encoding):
    declared = encoding.removesuffix("-sig")

    assert "王小明" == parse(f'<?xml version="1.0" encoding="{declared}"?><a>王小明</a>'.encode(encoding)).text


def test_a_transport_and_a_document_that_contradict_each_other_are_refused():
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode()

    with pytest.raises(XmlError, match="two different charsets"):
        parse(body, charset="utf-8")


def test_they_may_contradict_each_other_about_letters_that_are_the_same_in_both():
    assert "e" == parse(b'<?xml version="1.0" encoding="iso-8859-1"?><a>e</a>', charset="utf-8").text


@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml version='1.0'?>",
        '<?xml version="1.0" standalone="yes"?>',
        "<?xml\n version = '1.1'\tencoding='UTF-8' standalone='no' ?>\n",
    ],
)
def test_a_declaration_may_be_written_in_every_way_of_the_standard(declaration):
    assert "é" == parse(f"{declaration}<a>é</a>".encode()).text


@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml?>",
        '<?xml encoding="utf-8"?>',
        '<?xml version="2.0"?>',
        '<?xml version="1.0" encoding=""?>',
        '<?xml version="1.0" encoding="8-utf"?>',
        '<?xml version="1.0" encoding="utf-8" encoding="gbk"?>',
        '<?xml version="1.0" standalone="yes" encoding="utf-8"?>',
        '<?xml version="1.0" standalone="maybe"?>',
        ' <?xml version="1.0"?>',
        '<?xml version="1.0"?><?xml version="1.0"?>',
        f'<?xml version="1.0"{" " * 2000}?>',
    ],
)
def test_a_declaration_that_is_none_is_refused(declaration):
    with pytest.raises(XmlError):
        parse(f"{declaration}<a>é</a>".encode())


PROLOGUES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", " ", "\ufeff", "<!-- -->"]),
        st.sampled_from(["", '<?xml version="1.0"?>', '<?xml version="1.1"?>', "<?xml version='1.0'?>", "<?xml?>"])
        | st.sampled_from(["utf-8", "UTF-8", "utf8", "utf-16", "gbk", "iso-8859-1", "x", ""]).map(
            '<?xml version="1.0" encoding="{}"?>'.format
        ),
        st.sampled_from(["", "\n", " ", "\x00", "\ufeff", "é", "<", "<?xml version='1.0'?>", "\n<?p?>"]),
    ),
)


@hypothesis.given(
    prologue=PROLOGUES,
    letters=st.sampled_from(
        [b"<a>e</a>", "<a>é</a>".encode(), "<a>é</a>".encode("latin-1"), "<a>王</a>".encode("gbk")]
    ),
    charset=st.sampled_from([None, "utf-8", "UTF-8", "utf-16", "gbk", "iso-8859-1", "x", ""]),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-16-le"]),
)
def test_the_short_way_to_the_text_of_a_document_comes_to_the_same(prologue, letters, charset, encoding):
    body = prologue.encode(encoding) + letters

    usual = text_or_error(body, charset)
    with mock.patch.object(xml, "_USUAL_CHARSETS", frozenset()):
        assert usual == text_or_error(body, charset)


def text_or_error(body, charset):
    try:
        return xml.document_text(body, charset=charset)
    except XmlError as exc:
        return exc.args


def test_256_levels_are_read_and_one_more_is_refused():
    parse(b"<a>" * 256 + b"</a>" * 256)
    with pytest.raises(XmlError):
        parse(b"<a>" * 257 + b"</a>" * 257)


@pytest.mark.parametrize("innermost", [b"<b/>", b"<b x='/'/>", b"<!-- </b> -->", b"<?b </b> ?>", b"<b></b>"])
def test_levels_are_counted_whatever_the_last_of_them_is(innermost):
    parse(b"<a>" * 255 + innermost + b"</a>" * 255)
    with pytest.raises(XmlError, match="too many levels"):
        parse(b"<a>" * 256 + innermost + b"</a>" * 256)


def test_only_nesting_counts_as_levels():
    assert 1000 == len(parse(b"<a>" + b"<b></b>" * 1000 + b"</a>"))


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" + b"<b/>" * 150_000 + b"</a>",
        b"<a " + b" ".join(b"a%d=''" % n for n in range(150_000)) + b"/>",
        b"<!-- -->" * 150_001 + b"<a/>",
        b"<!-- -->" * 101 + b"<a/>",
    ],
    ids=["elements", "attributes", "comments", "comments before the root"],
)
def test_a_flood_of_tiny_parts_is_refused(body):
    with pytest.raises(XmlError, match="too m"):
        parse(body)


@pytest.mark.parametrize(
    "content", ["\x01", "\x7f\x00", "&#0;", "&#1;", "&#xFFFE;", "&#xD800;", "\ufffe", "\uffff", "&#x110000;", "&nbsp;"]
)
def test_what_is_no_character_of_xml_is_refused(content):
    with pytest.raises(XmlError):
        parse(f"<a>{content}</a>".encode())


def test_an_error_quotes_nothing_and_carries_no_cause_that_does():
    with pytest.raises(XmlError) as caught:
        parse(b"<m99960000042>secret</a>")

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "9996" not in str(caught.value)


def test_names_that_an_answer_invents_do_not_stay_in_memory():
    import asyncio
    import functools
    import itertools
    import pathlib

    from connectors.offload import worked_out

    memory = pathlib.Path("/proc/self/statm")
    if not memory.exists():
        pytest.skip("memory is measured through Linux's /proc")
    numbers = itertools.count()

    def invented() -> bytes:
        return b"<a>" + b"".join(b"<n%d%s/>" % (next(numbers), b"x" * 90) for _ in range(50_000)) + b"</a>"

    def length(body: bytes) -> int:
        return len(parse(body))

    async def read(times: int) -> int:
        for _ in range(times):
            body = invented()
            assert 50_000 == await worked_out(functools.partial(length, body), size=len(body))
        return int(memory.read_text().split()[1]) * 4096

    before = asyncio.run(read(3))
    assert asyncio.run(read(10)) - before < 40_000_000  # Kept, they would be 70 million bytes.


def test_a_large_document_is_read():
    assert 9_000_000 == len(parse(b"<a>" + b"x" * 9_000_000 + b"</a>").text or "")


@pytest.mark.parametrize(
    "content",
    ["10<?x y?>0.05", "10<!-- -->0.05", "10<b/>", "<b>10</b>", "1<b>0</b>0"],
)
def test_a_leaf_that_holds_more_than_text_is_not_read(content):
    with pytest.raises(XmlError, match="amount"):
        node(f"<a><amount>{content}</amount></a>").text("amount")


def test_text_in_sections_is_whole_text():
    assert "10.05" == node("<a><amount>10<![CDATA[.0]]>5</amount></a>").text("amount")


def test_absent_empty_and_nil_are_none():
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    found = node(f'<a {schema}><b/><c> </c><d xsi:nil=" true "> </d><e xsi:nil="0">x</e></a>')

    assert [None, None, None, None, "x"] == [found.text(name) for name in ("absent", "b", "c", "d", "e")]


@pytest.mark.parametrize(
    "nil", ['xsi:nil="true">5', 'xsi:nil="1"><b/>', 'xsi:nil="yes">', 'xsi:nil="">5', 'xsi:nil="TRUE">']
)
def test_what_is_nil_and_is_something_is_refused(nil):
    with pytest.raises(XmlError, match="d"):
        node(f'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><d {nil}</d></a>').text("d")


@pytest.mark.parametrize(
    "nil",
    ['x:nil="true">5', 'x:nil="1"><b/>', 'x:nil="yes">5', 'x:nil="yes">'],
    ids=["text", "child", "text and a word", "a word"],
)
@pytest.mark.parametrize(
    "name", ["http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/&#88;MLSchema-instance"]
)
def test_the_text_of_what_is_nil_and_is_something_is_no_value(nil, name):
    """
    Readers of many values look at attributes only where there is a child, or no text.
    """
    root = parse(f'<a xmlns:x="{name}"><d {nil}</d></a>'.encode())

    assert len(root[0])
    with pytest.raises(XmlError, match="d"):
        Node(root).text("d")


def test_what_is_nil_and_nothing_else_stays_as_it_is():
    root = parse(b'<a xmlns:x="http://www.w3.org/2001/XMLSchema-instance"><b x:nil="1"> </b><c x:nil="0">1</c></a>')

    assert [0, 0] == [len(child) for child in root]


PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<b x='1'>",
        "</b>",
        "<c/>",
        "text",
        " ",
        "&amp;",
        "&#65;",
        "&#1;",
        "&x;",
        "<!-- c -->",
        "<!--",
        "-->",
        "<?p i?>",
        "<?xml version='1.0'?>",
        "<![CDATA[",
        "]]>",
        "<x:d xmlns:x='urn:x' x:y='2'/>",
        "<x:d/>",
        "xmlns=''",
        "<e xmlns='urn:e'>",
        "</e>",
        "<!DOCTYPE a>",
        "é",
        "\ufffe",
        "<e xml:lang='de' y='1' y='2'/>",
    ]
)


@hypothesis.given(st.lists(PIECES, max_size=12), st.booleans())
def test_what_is_read_is_what_another_parser_reads(pieces, wrapped):
    """
    libxml2 is the other one: what we read, it reads, and alike. We may refuse more, and do not read less.
    """
    text = "".join(pieces)
    document = (f"<a>{text}</a>" if wrapped else text).encode()
    try:
        ours = parse(document)
    except XmlError:
        ours = None
    try:
        theirs = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        theirs = None
    if theirs is None or theirs.getroottree().docinfo.internalDTD is not None:
        assert ours is None
    else:
        assert alike(theirs) == alike(ours)


def alike(element):
    tag = element.tag if isinstance(element.tag, str) else element.tag.__name__
    content = (element.text or "", element.tail or "", dict(element.attrib) if isinstance(element.tag, str) else {})
    return (tag, *(content if isinstance(element.tag, str) else content[1:2]), [alike(child) for child in element])
