"""What a request to a system says: as httpx would say it, with what goes along, and never instead of what is ours."""

import urllib.parse

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.credentials import basic, bearer
from connectors.http1 import message
from connectors.http_request import RequestForm

BASE = "http://crm.example:8080/base"


def form(base: str = BASE, *, credential=None, **headers: str) -> RequestForm:
    return RequestForm(base, headers={"Accept": "*/*", **headers}, credential=credential)


def headers(form: RequestForm, own=None, outgoing=(), method: bytes = b"POST") -> dict[str, str]:
    written = form.request(method, "", headers=own or {}, content=b"hi", outgoing=outgoing).headers
    names = [name.lower() for name, _ in written]
    assert len(names) == len(set(names))
    return {name.decode().lower(): value.decode() for name, value in written}


@given(
    path=st.text("/.%aZ09-_~!$&'()*+,;=:@?#[]{}|\\^`\"<> é\x7f", max_size=12).map(lambda text: f"/{text}"),
    base=st.sampled_from(["http://crm.example", BASE, "https://[::1]:8443/a/b"]),
)
@example(path="/a/../b", base=BASE)
@example(path="/..", base=BASE)
@example(path="/...", base=BASE)
@example(path="/%2e%2E/%zz%4", base=BASE)
def test_a_target_is_what_httpx_would_make_of_the_address(path, base):
    try:
        right = httpx.URL(base + path).raw_path
    except httpx.InvalidURL:
        return

    assert right == form(base).target(path, None)


@given(params=st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=3))
def test_a_query_says_what_was_asked_for(params):
    try:
        target = form().target("/customer", params)
    except UnicodeEncodeError:
        return

    query = httpx.URL(target.decode("ascii")).query
    assert params == dict(httpx.QueryParams(query))


@given(params=st.dictionaries(*[st.text("aZ09-_.~,&=+ %/é\x00\n", max_size=8)] * 2, min_size=1, max_size=3))
def test_a_query_is_written_as_urllib_writes_it(params):
    right = urllib.parse.urlencode(params, quote_via=urllib.parse.quote, safe="")

    assert f"/base/customer?{right}".encode() == form().target("/customer", params)


@pytest.mark.parametrize("path", ["x", ".evil.example", "@evil.example", ":1/", "?x", "#x"])
def test_a_path_that_could_be_another_address_is_refused(path):
    with pytest.raises(ValueError, match="starts with /"):
        form().target(path, None)


@pytest.mark.parametrize(
    ("base", "target", "host"),
    [
        ("http://crm.example", b"/", "crm.example"),
        ("http://crm.example:80", b"/", "crm.example"),
        ("https://crm.example:443/x", b"/x", "crm.example"),
        ("https://[::1]:8443/x", b"/x", "[::1]:8443"),
    ],
)
def test_the_address_itself_is_an_empty_path(base, target, host):
    assert target == form(base).target("", None)
    assert host == headers(form(base))["host"]


def test_a_requests_own_headers_stand_instead_of_common_ones():
    written = headers(form(accept="common", X="common"), {"ACCEPT": "own"})

    assert ("own", "common") == (written["accept"], written["x"])


def test_a_body_has_a_length_and_a_question_without_one_has_none():
    assert "2" == headers(form())["content-length"]
    assert "content-length" not in headers(form(), method=b"GET")


def test_credentials_are_put_into_each_request_and_kept_out_of_sight():
    for credential, right in (
        (basic("Zoë", SecretStr("hunter2:x")), "Basic Wm/DqzpodW50ZXIyOng="),
        (bearer(SecretStr("hunter2")), "Bearer hunter2"),
    ):
        signed = form(credential=credential)
        assert right == headers(signed)["authorization"]
        assert "hunter2" not in repr(vars(signed))
        assert "hunter2" not in repr(signed.request(b"GET", "", headers={}))


@pytest.mark.parametrize("token", ["one\ntwo", "\ufeffone", "é", "x\r\nY: z"])
def test_a_credential_that_cannot_stand_in_a_header_is_refused_and_not_shown(token):
    with pytest.raises(ValueError, match="on one line, in ASCII") as refused:
        form(credential=bearer(SecretStr(token)))

    assert token not in str(refused.value)
    assert refused.value.__cause__ is None


NAMES = st.sampled_from(["Accept", "X", "x", "SOAPAction", "Host", "traceparent", "X Y", "X\r\nY", "é", ""])
VALUES = st.sampled_from(["a", "b c", "", " a", "a\r\nY: b", "a\x00", "é", "0" * 55])


@given(
    method=st.sampled_from([b"GET", b"POST"]),
    path=st.sampled_from(["", "/customer", "/a b"]),
    params=st.sampled_from([None, {}, {"fields": "id,name"}]),
    own=st.dictionaries(NAMES, VALUES, max_size=2),
    outgoing=st.lists(st.tuples(NAMES, VALUES), max_size=3),
    credential=st.sampled_from([None, bearer(SecretStr("x")), basic("Zoë", SecretStr("x\r\nY: z"))]),
)
def test_what_is_sent_is_the_request_as_it_would_be_written_header_by_header(
    method, path, params, own, outgoing, credential
):
    asked = form(credential=credential)

    def written(*, as_it_is: bool) -> bytes | None:
        said = {"params": params, "headers": own, "content": b"hi", "outgoing": outgoing}
        try:
            if as_it_is:
                return asked.message(method, path, **said)
            request = asked.request(method, path, **said)
            return message(request.method, request.target, request.headers, request.content)
        except httpx.LocalProtocolError:
            return None

    assert written(as_it_is=False) == written(as_it_is=True) == written(as_it_is=True)


def test_headers_go_along():
    written = headers(form(), outgoing=[("traceparent", "00-0af7-b7ad-01"), ("X-Correlation-Id", "a b")])

    assert "00-0af7-b7ad-01" == written["traceparent"]
    assert "a b" == written["x-correlation-id"]


@pytest.mark.parametrize(
    "name",
    [
        *("Accept", "ACCEPT", "SOAPAction", "Host", "Content-Length", "Authorization", "Transfer-Encoding", "Cookie"),
        *(
            "Expect",
            "Upgrade",
            "TE",
            "Trailer",
            "Accept-Encoding",
            "Proxy-Authorization",
            "Connection",
            "Content-Encoding",
        ),
    ],
)
@pytest.mark.parametrize("credential", [None, bearer(SecretStr("x"))])
def test_what_goes_along_never_stands_instead_of_ours(name, credential):
    signed = form(credential=credential)

    assert headers(signed, {"SOAPAction": '"x"'}) == headers(signed, {"SOAPAction": '"x"'}, [(name, "theirs")])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nY: b"),
        ("X", "a\nb"),
        ("X", "a\x00"),
        ("X", " a"),
        ("X", "a "),
        ("X", ""),
        ("X", "é"),
        ("X", "a" * 9000),
        ("X Y", "a"),
        ("X:", "a"),
        ("X\r\nY", "a"),
        ("é", "a"),
        ("", "a"),
    ],
)
def test_what_is_no_header_does_not_go_along_and_does_not_cost_the_call(name, value):
    assert headers(form()) == headers(form(), outgoing=[(name, value)])


def test_the_same_header_goes_along_once():
    assert "a" == headers(form(), outgoing=[("X", "a"), ("x", "b")])["x"]


def test_a_header_of_ours_that_is_not_ascii_is_not_sent():
    with pytest.raises(httpx.LocalProtocolError):
        headers(form(), {"X": "é"})


def test_blocks_of_headers_are_remembered_up_to_a_bound():
    asked = form()

    for number in range(1000):
        assert str(number) == headers(asked, {"X": str(number)})["x"]

    assert 100 > len(asked._blocks)
