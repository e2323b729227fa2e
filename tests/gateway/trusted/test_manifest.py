"""Manifests: the forms that frontends' tools write, and every way in which one is wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trusted import manifest
from gateway.trusted.digest import digest_of
from gateway.trusted.manifest import FORMAT, ManifestError, Registered, name_of, read, write

SHOP = "query Shop { __typename }"
PAY = "mutation Pay { pay }"
SECRET = '{ line(by: {msisdn: "447700900123"}) { id } }'


def apollo(*operations: Any, **changes: Any) -> bytes:
    return json.dumps({"format": FORMAT, "version": 1, "operations": list(operations), **changes}).encode()


def operation(text: str, **changes: Any) -> dict[str, Any]:
    return {"id": digest_of(text), "name": name_of(text), "type": "query", "body": text, **changes}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({digest_of(SHOP): SHOP, digest_of(PAY): PAY}).encode(),
        json.dumps({f"sha256:{digest_of(SHOP)}": SHOP, digest_of(PAY): PAY}).encode(),
        json.dumps({digest_of(each): {"name": name_of(each), "source": each} for each in (SHOP, PAY)}).encode(),
        apollo(operation(SHOP), operation(PAY)),
        apollo(operation(SHOP, clientName="web"), operation(PAY, id=f"sha256:{digest_of(PAY)}")),
        apollo(operation(SHOP), operation(SHOP, name="Shop"), operation(PAY, name=None)),
    ],
    ids=["Relay", "prefixed", "Apollo Kotlin", "Apollo", "Apollo of clients", "twice"],
)
def test_every_form_is_read(data: bytes) -> None:
    found = read(data)

    assert {(digest_of(SHOP), SHOP, "Shop"), (digest_of(PAY), PAY, "Pay")} == {
        (each.digest, each.text, each.name) for each in found
    }
    assert [False, True] == [each.may_be_mutation for each in found]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no form"),
        (b'"x"', "no form"),
        (b"null", "no form"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a": "1", "a": "2"}', "twice"),
        (json.dumps({digest_of(SHOP): 1}).encode(), "no form"),
        (json.dumps({digest_of(SHOP): " "}).encode(), "no form"),
        (json.dumps({digest_of(SHOP): {"name": "Shop"}}).encode(), "no form"),
        (json.dumps({digest_of(PAY): SHOP}).encode(), "not its own"),
        (json.dumps({digest_of(SHOP).upper(): SHOP}).encode(), "capital letters"),
        (json.dumps({"7c2b3b6ee1b2d3d9f5ba1a1c6a1f9a6e": SHOP}).encode(), "MD5"),
        (json.dumps({"a" * 40: SHOP}).encode(), "SHA-1"),
        (json.dumps({"a" * 65: SHOP}).encode(), "another number of digits"),
        (json.dumps({"Shop": SHOP}).encode(), "something else"),
        (json.dumps({digest_of(SHOP): "\ud800"}).encode(), "UTF-8"),
        (apollo(operation(SHOP), version=2), "version 1"),
        (apollo(operation(SHOP), version="1.0"), "version 1"),
        (apollo(operation(SHOP), format="other"), "version 1"),
        (apollo(operations={}), "no list"),
        (apollo("x"), "no object"),
        (apollo({}), "no form"),
        (apollo(operation(SHOP, id=None)), "something else"),
        (apollo(operation(SHOP, id=[1])), "something else"),
        (apollo(operation(SHOP, body=PAY)), "not its own"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(ManifestError, match=why) as told:
        read(data)

    assert ";" in str(told.value)


def test_an_operation_is_named_and_its_document_not_quoted() -> None:
    for name in ("Line", 'query { a(b: "447700900123") }', "x" * 5000, 7):
        with pytest.raises(ManifestError) as told:
            read(apollo(operation(SECRET, id="0" * 64, name=name)))

        assert ("Line" in str(told.value)) == (name == "Line")
        assert "447700900123" not in str(told.value)
        assert len(str(told.value)) < 300
    assert "447700900123" not in repr(Registered(digest_of(SECRET), SECRET))


def test_there_are_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ManifestError, match="bytes"):
        read(b" " * (manifest.MAX_BYTES + 1))
    monkeypatch.setattr(manifest, "MAX_OPERATIONS", 1)
    with pytest.raises(ManifestError, match="more than 1 documents"):
        read(apollo(operation(SHOP), operation(PAY)))


_texts = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


@given(st.lists(_texts, unique=True))
def test_what_is_written_is_read_again(texts: list[str]) -> None:
    documents = [Registered(digest_of(each), each, name_of(each)) for each in texts]

    assert set(documents) == set(read(write(documents).encode()))
    assert write(documents) == write(reversed(documents))


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
    )
)
def test_whatever_stands_there_is_read_or_told(data: Any) -> None:
    try:
        found = read(data if isinstance(data, bytes) else json.dumps(data).encode())
    except ManifestError:
        return
    assert all(digest_of(each.text) == each.digest for each in found)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{ a }", ""),
        ("query { a }", ""),
        ("query A { a }", "A"),
        ("# query B\nquery A($x: Int) { a }", "A"),
        ("fragment F on T { a }\nsubscription S { a }", "S"),
        ("query " + "x" * 5000 + " { a }", "x" * 100),
    ],
)
def test_names_are_found_at_a_glance(text: str, name: str) -> None:
    assert name == name_of(text)
