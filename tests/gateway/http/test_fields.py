"""Headers by name."""

import pytest

from gateway.http.fields import fields, text


def test_a_header_on_several_lines_is_one_list() -> None:
    scope = {"headers": [(b"accept", b"a/b"), (b"x", b"1"), (b"accept", b"c/d")]}

    assert {b"accept": b"a/b,c/d", b"x": b"1"} == fields(scope)


@pytest.mark.parametrize(("name", "value"), [(b"x", "\xe9"), (b"y", None)])
def test_a_value_is_text(name: bytes, value: str | None) -> None:
    assert value == text({"headers": [(b"x", b"\xe9")]}, name)


def test_the_list_is_walked_once() -> None:
    scope: dict[str, list[tuple[bytes, bytes]]] = {"headers": [(b"x", b"1")]}

    assert fields(scope) is fields(scope)
