"""Project Wycheproof's JSON web signatures: none that is wrong is believed, and all that are right and for us are."""

import json
import pathlib
from typing import Any

import pytest

from gateway.access.tokens.claims import TokenError, object_of
from gateway.access.tokens.compact import parts
from gateway.access.tokens.keys import KeysError, keys_of
from gateway.access.tokens.token import _key_name
from tests.dialects import dialects_folder

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


def vectors() -> pathlib.Path:
    file = dialects_folder().parent / "vectors" / "json_web_signature_test.json"
    if not file.is_file():
        pytest.skip("the published vectors are not here")
    return file


def _is_believed(jws: str, key: dict[str, Any], algorithm: str) -> bool:
    """Whether the signature is, whatever kind of token it is."""
    try:
        keys = keys_of(json.dumps({"keys": [key]}).encode(), algorithms=[algorithm])  # type: ignore[list-item]
        header, _, signature = parts(jws)
        said = object_of(header, "header")
        found = keys.find(_key_name(type(said)({**said.members, "typ": "at+jwt"})))
    except (KeysError, TokenError):
        return False
    return found is not None and found.accepts(signature, jws.rpartition(".")[0].encode())


def test_every_vector_is_refused_or_believed_as_it_is_to_be():
    wrong, believed = [], 0
    for group in json.loads(vectors().read_bytes())["testGroups"]:
        key = group.get("public") or group["private"]
        for test in group["tests"]:
            for algorithm in ALGORITHMS:
                if not _is_believed(test["jws"], key, algorithm):
                    continue
                believed += 1
                if test["result"] != "valid":
                    wrong.append((test["tcId"], algorithm, test["comment"]))

    assert not wrong
    assert believed > 20


# Without claims it is no token; and where a key says that it is for another algorithm, or for one that there is not, it
# verifies by none (RFC 8725, 3.1).
STRICTER = {"emptyPayload", "Figure20", "Figure27"}


def test_what_is_right_and_signed_by_a_private_key_is_believed():
    refused, right = set(), 0
    for group in json.loads(vectors().read_bytes())["testGroups"]:
        key = group.get("public") or group["private"]
        for test in group["tests"]:
            if test["result"] == "valid" and key["kty"] != "oct":
                right += 1
                if not any(_is_believed(test["jws"], key, each) for each in ALGORITHMS):
                    refused.add(test["comment"])

    assert right > 30
    assert refused == STRICTER
