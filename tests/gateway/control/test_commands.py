"""Commands are read strictly, and nothing that they say is repeated."""

import pytest

from connectors.guard.subject import SubjectKind
from gateway.control.commands import About, ForceBreaker, Invalidate, Refused, Reload, Status, read, written

NUMBER = "99960000001"


@pytest.mark.parametrize(
    "command",
    [
        Status(),
        Reload(),
        ForceBreaker(system="crm", state="auto"),
        Invalidate(subjects=(About(kind=SubjectKind.LINE, key=NUMBER),), system="crm"),
    ],
)
def test_what_was_written_is_read_again(command):
    assert command == read(written(command))


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"{",
        b'{"do": "stop"}',
        b'{"do": "invalidate"}',
        b'{"do": "invalidate", "subjects": [{"kind": "line"}]}',
        b'{"do": "invalidate", "subjects": [{"kind": "dog", "key": "99960000001"}]}',
        b'{"do": "invalidate", "subjects": [{"kind": "line", "key": 99960000001}]}',
        b'{"do": "invalidate", "system": "crm", "number": "99960000001"}',
        b'{"do": "breaker", "system": "crm", "state": "half_open"}',
    ],
)
def test_anything_else_is_refused_in_a_sentence_without_what_it_held(told):
    with pytest.raises(Refused) as caught:
        read(told)

    assert str(caught.value)
    assert NUMBER not in str(caught.value)


def test_no_number_is_printed():
    command = Invalidate(subjects=(About(kind=SubjectKind.LINE, key=NUMBER),))

    assert NUMBER not in f"{command!r} {command} {command.subjects[0].subject!r}"
