"""Who may knock: this machine by its own names, and pages of our own origin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from gateway.http.front import Front
from gateway.http.loopback import host_of, is_loopback, refusal
from tests.gateway.support import call

APP = Front(PlainTextResponse("inside"), refuse=refusal)


async def _status(*headers: tuple[str, str], query: bytes = b"") -> int:
    return (await call(APP, headers=headers, query=query)).status


class TestHost:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "localhost:8000",
            "LocalHost:8000",
            "127.0.0.1",
            "127.0.0.1:9",
            "127.1.2.3",
            "[::1]",
            "[::1]:8000",
            "[0:0::1]:1",
        ],
    )
    async def test_that_is_this_machine_is_let_in(self, host: str) -> None:
        assert 200 == await _status(("host", host))

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "evil.com",
            "evil.com:8000",
            "127.0.0.1.evil.com",
            "localhost.evil.com",
            "evil.com.localhost.",
            "notlocalhost",
            "10.0.0.1",
            "0.0.0.0",
            "192.168.1.1:8000",
            "[::]",
            "[fe80::1]",
            "::1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "localhost:8000:8000",
            "localhost:",
            "localhost:port",
            "localhost:8000/evil",
            "localhost/evil.com",
            "localhost?evil.com",
            "localhost#evil.com",
            "evil.com@localhost",
            "localhost@evil.com",
            "localhost, evil.com",
            "local host",
            " localhost",
            "[localhost]",
            "[::1",
            "[::1]evil.com",
            "ｌｏｃａｌｈｏｓｔ".encode().decode("latin-1"),
        ],
    )
    async def test_that_is_anything_else_is_refused(self, host: str) -> None:
        assert 403 == await _status(("host", host))

    async def test_that_is_missing_is_refused(self) -> None:
        assert 403 == await _status()

    async def test_that_comes_twice_is_refused(self) -> None:
        assert 403 == await _status(("host", "localhost"), ("host", "localhost"))
        assert 403 == await _status(("host", "localhost"), ("host", "evil.com"))

    async def test_refused_is_told_in_the_form_of_a_graphql_response(self) -> None:
        answered = await call(APP, headers=[("host", "evil.com")])

        assert "FORBIDDEN" == answered.json["errors"][0]["extensions"]["code"]
        assert b"inside" not in answered.body


class TestOrigin:
    @pytest.mark.parametrize(
        ("host", "origin"),
        [
            ("localhost:8000", "http://localhost:8000"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("[::1]:8000", "http://[::1]:8000"),
            ("localhost", "http://localhost"),
            ("LOCALHOST:8000", "http://localhost:8000"),
        ],
    )
    async def test_that_is_the_page_we_served_is_let_in(self, host: str, origin: str) -> None:
        assert 200 == await _status(("host", host), ("origin", origin))

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "",
            "http://evil.com",
            "https://localhost.evil.com:8000",
            "http://localhost:9000",
            "http://127.0.0.1:8000",
            "http://localhost:8000@evil.com",
            "http://evil.com#localhost:8000",
            "file://localhost:8000",
            "chrome-extension://localhost:8000",
            "localhost:8000",
            "//localhost:8000",
            "http://[",
        ],
    )
    async def test_that_is_any_other_page_is_refused(self, origin: str) -> None:
        assert 403 == await _status(("host", "localhost:8000"), ("origin", origin))

    async def test_that_comes_twice_must_be_ours_twice(self) -> None:
        ours, foreign = ("origin", "http://localhost:8000"), ("origin", "http://evil.com")

        assert 403 == await _status(("host", "localhost:8000"), ours, foreign)

    async def test_is_not_needed_from_programs(self) -> None:
        assert 200 == await _status(("host", "localhost:8000"))


class TestEmbedding:
    """What a page embeds is asked for by GET without an Origin, and browsers say of which site that page is."""

    HERE = ("host", "localhost:8000")

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize("mode", ["no-cors", "cors", "navigate", "websocket"])
    async def test_a_question_of_any_other_page_is_refused(self, site: str, mode: str) -> None:
        said = ("sec-fetch-site", site), ("sec-fetch-mode", mode)

        assert 403 == await _status(self.HERE, *said, query=b"query={__typename}")
        assert (200 if mode == "navigate" else 403) == await _status(self.HERE, *said)

    async def test_what_comes_twice_is_no_way_in(self) -> None:
        twice = ("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "no-cors")

        assert 403 == await _status(self.HERE, ("sec-fetch-site", "cross-site"), *twice)

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    async def test_our_own_page_and_whoever_types_an_address_are_let_in(self, site: str) -> None:
        assert 200 == await _status(self.HERE, ("sec-fetch-site", site), query=b"query={__typename}")


@given(st.text())
def test_no_host_is_too_odd(text: str) -> None:
    host = host_of(text)

    assert host is None or host == host.lower()
    assert isinstance(is_loopback(text), bool)
