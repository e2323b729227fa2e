"""The JSON reader: exact values or an error that names the member and shows nothing of the text."""

import contextlib
import json
import math
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.json import JsonError, as_object, as_objects, parse
from tests.bars import bar

SECRET = "99960000042"

# What is text to us: every character that XML 1.0 can carry.
text = st.text(
    st.characters(exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n")
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=30,
)


@given(trees)
def test_what_was_written_is_read_back(tree):
    for ascii_only in (True, False):
        assert tree == parse(json.dumps(tree, ensure_ascii=ascii_only).encode())


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_a_fraction_keeps_every_digit(number):
    text = format(number, "f")

    found = parse(text.encode())

    assert isinstance(found, Decimal)
    assert text == str(found) or number == 0


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_json_error(body):
    with contextlib.suppress(JsonError):
        parse(body)


@given(trees, st.data())
def test_a_text_cut_off_anywhere_is_an_error(tree, data):
    body = json.dumps({"value": tree}).encode()
    end = data.draw(st.integers(0, len(body) - 1))

    with pytest.raises(JsonError):
        parse(body[:end])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"[1,]",
        b"{'a': 1}",
        b'{"a": 1} {}',
        b"01",
        b"+1",
        b"1.",
        b".5",
        b"0x10",
        b"1_000",
        "１２".encode(),
        b'"\x01"',
        b'{"a": 1, "a": 1}',
        b'{"deep": {"a": 1, "a": 2}}',
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b'{"a": ["\\ud83d x"]}',
        b"[\x00]\x00",
        b"\xef\xbb\xbf\xef\xbb\xbf[]",
        b"\xff\xfe\x00\x00[\x00\x00\x00]\x00\x00\x00",
        b'"\\u0000"',
        b'{"a\\b": 1}',
        b'["\\uFFFE"]',
        '"\uffff"'.encode(),
        b'"\xe9"',
        b'"\xed\xa0\x80"',
        b"1e101",
        b"1e-999999999",
        b"1E99999999999999999999999",
        b"9" * 101,
        b"0." + b"3" * 200,
        b"//\n1",
    ],
)
def test_what_is_not_clean_json_is_refused(body):
    with pytest.raises(JsonError):
        parse(body)


def test_a_number_python_would_read_as_a_float_is_exact():
    assert [Decimal("0.10"), Decimal("1E+2"), 9007199254740993] == parse(b"[0.10, 1e2, 9007199254740993]")


def test_a_byte_order_mark_is_passed_over():
    assert {"name": "王小明"} == parse(b"\xef\xbb\xbf" + '{"name": "王小明"}'.encode())


def test_a_declared_charset_is_honoured_when_the_bytes_are_nothing_else():
    assert "王小明" == parse('"王小明"'.encode("gbk"), charset="GBK")
    assert "José" == parse('"José"'.encode("latin-1"), charset="ISO-8859-1")


def test_utf_16_is_read_when_declared_or_marked():
    assert "王小明" == parse('"王小明"'.encode("utf-16"), charset="utf-16")
    assert "王小明" == parse('"王小明"'.encode("utf-16-be"), charset="utf-16be")
    assert "王小明" == parse('"王小明"'.encode("utf-16"))


def test_utf_8_declared_as_something_else_is_an_error_and_no_mojibake():
    with pytest.raises(JsonError, match="the bytes are UTF-8"):
        parse('"José"'.encode(), charset="ISO-8859-1")


@pytest.mark.parametrize("charset", ["no-such-charset", "rot13", "hex", "utf-16"])
def test_a_charset_that_does_not_fit_is_an_error(charset):
    with pytest.raises(JsonError):
        parse('"José"'.encode("latin-1"), charset=charset)


def test_a_surrogate_pair_is_one_character():
    assert "😀" == parse(b'"\\ud83d\\ude00"')


def test_an_escaped_backslash_before_u_is_not_a_surrogate():
    assert "\\ud800" == parse(b'"\\\\ud800"')


@pytest.mark.parametrize("depth", [1, 63, 64])
def test_nesting_up_to_the_limit_is_read(depth):
    value = parse(b"[" * depth + b"]" * depth)

    for _ in range(depth - 1):
        assert isinstance(value, list)
        value = value[0]
    assert [] == value


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [65, 500, 100_000])
def test_nesting_beyond_the_limit_is_an_error(opening, closing, depth):
    middle = b"1" if opening != b"[" else b""
    started = time.monotonic()

    with pytest.raises(JsonError):
        parse(opening * depth + middle + closing * depth)
    with pytest.raises(JsonError):
        parse(opening * depth)

    assert bar(2) > time.monotonic() - started


def test_brackets_inside_strings_do_not_count_as_nesting():
    assert ["[" * 500] == parse(b'["' + b"[" * 500 + b'"]')


def test_a_key_that_is_the_same_once_unescaped_occurs_twice():
    with pytest.raises(JsonError, match="twice"):
        parse(b'{"amount": 1, "am\\u006funt": 2}')


def test_a_flood_of_escapes_is_an_error():
    with pytest.raises(JsonError, match="too many escapes"):
        parse(b'"' + b"\\u738b" * 600_000 + b'"')


def test_a_forbidden_character_is_found_wherever_in_a_long_string_it_is():
    for at in (0, 65_535, 65_536, 99_999):
        with pytest.raises(JsonError, match="a character that is none"):
            parse(b'["' + b"x" * at + b"\\u0000" + b"x" * (99_999 - at) + b'"]')


@pytest.mark.parametrize("value", [b"[]", b'""', b"{}", b"1"])
def test_a_flood_of_tiny_values_is_an_error_before_it_is_read(value):
    started = time.monotonic()

    with pytest.raises(JsonError, match="too many values"):
        parse(b"[" + (value + b",") * 1_000_000 + value + b"]")

    assert bar(1) > time.monotonic() - started


def test_many_shallow_objects_are_not_deep():
    assert 1000 == len(as_objects(parse(b"[" + b",".join([b'{"a": {"b": []}}'] * 1000) + b"]")))


@pytest.mark.parametrize(
    ("body", "read", "message"),
    [
        (b'{"n": 1}', lambda it: it.text("n"), "n is not text"),
        (b'{"n": {"m": true}}', lambda it: it.child("n").text("m"), "n.m is not text"),
        (b"{}", lambda it: it.require_text("n"), "n is missing or empty"),
        (b'{"n": ""}', lambda it: it.require_text("n"), "n is missing or empty"),
        (b'{"n": "1"}', lambda it: it.integer("n"), "n is not a number"),
        (b'{"n": true}', lambda it: it.integer("n"), "n is not a number"),
        (b'{"n": 1.5}', lambda it: it.integer("n"), "n is not a whole number"),
        (b'{"n": 1e-30}', lambda it: it.integer("n"), "n is not a whole number"),
        (b'{"n": 1}', lambda it: it.boolean("n"), "n is not true or false"),
        (b'{"n": "true"}', lambda it: it.boolean("n"), "n is not true or false"),
        (b'{"n": []}', lambda it: it.child("n"), "n is not an object"),
        (b"{}", lambda it: it.require_child("n"), "n is missing"),
        (b'{"n": {}}', lambda it: it.children("n"), "n is not an array"),
        (b'{"n": [null]}', lambda it: it.children("n"), "n is not an object"),
        (b'{"n": [{"m": 1}]}', lambda it: it.children("n")[0].text("m"), "n.m is not text"),
    ],
)
def test_a_member_of_another_type_is_named(body, read, message):
    with pytest.raises(JsonError) as caught:
        read(as_object(parse(body)))

    assert message == str(caught.value)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null"])
def test_an_answer_that_is_no_object_is_refused(body):
    with pytest.raises(JsonError, match="the answer is not an object"):
        as_object(parse(body))


def test_null_and_absent_are_the_same():
    found = as_object(parse(b'{"n": null}'))

    for name in ("n", "m"):
        assert found.text(name) is None
        assert found.integer(name) is None
        assert found.decimal(name) is None
        assert found.boolean(name) is None
        assert found.child(name) is None
        assert () == found.children(name)


@given(st.integers(-(10**60), 10**60), st.integers(0, 30))
def test_a_whole_number_is_whole_however_it_is_written(number, zeroes):
    for text in (f"{number}", f"{number}.{'0' * (zeroes + 1)}", f"{number * 10**zeroes}e-{zeroes}"):
        assert number == as_object(parse(f'{{"n": {text}}}'.encode())).integer("n")


@pytest.mark.parametrize("body", [f'{{"a": "{SECRET}"', f'{{"{SECRET}": NaN}}', f'{{"a": [{SECRET}, "{SECRET}]}}'])
def test_an_error_shows_nothing_of_the_text(body):
    with pytest.raises(JsonError) as caught:
        parse(body.encode())

    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_object_does_not_print_its_members():
    assert SECRET not in repr(as_object({"msisdn": SECRET}))


def test_python_alone_would_have_let_these_through():
    """The reasons this reader exists, pinned: should Python become strict, some of it may go."""
    assert math.isnan(json.loads("NaN"))
    assert {"a": 2} == json.loads('{"a": 1, "a": 2}')
    assert "\ud800" == json.loads('"\\ud800"')
    assert 0.1 + 0.2 != json.loads("0.3")
