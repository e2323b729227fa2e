"""Pieces of JSON to put where something else is expected, written as they stand, whether they are JSON or not."""

import json

NUMBERS = (
    *("1e3", "1E400", "1e-400", "1e999999999", "NaN", "-Infinity", "Infinity", "-0", "-1", "0", "5.0", "5e0", "1.10"),
    *(
        "1.5",
        "007",
        "+1",
        "1_000",
        "0x10",
        "1,5",
        "1.",
        ".5",
        "--",
        "１２",
        "٣",
        "9" * 40,
        "9" * 200,
        "2147483648",
        "-2147483649",
        "9007199254740993",
        '"5"',
        '" 5"',
        '"１２"',
    ),
)
"""Tokens where a number is expected: numbers in odd forms, and what is none."""

VALUES = (
    "null",
    "true",
    "false",
    '""',
    '" "',
    '"x"',
    "0",
    "1",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    '{"id": "1"}',
    "",
)
"""Tokens of every type, for places where another type is expected."""

TEXTS = (
    '"\\ud800"',
    '"\\u0000"',
    '"\\u0041"',
    '"\\x41"',
    '"a\nb"',
    "'x'",
    '"',
    '"\ufeff"',
    '"Ａ"',
    '"1 "',
    '"01"',
    '"1140"',
    '"http://169.254.169.254/"',
)
"""Tokens where a text is expected."""

DATES = tuple(
    json.dumps(text)
    for text in (
        "2024-02-30T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00",
        "2024-01-01",
        "20240101T000000Z",
        "2024-01-01T00:00:00+2",
        "2024-01-01T00:00:00+23:00",
        "2024-01-01T00:00:00-0330",
        "2024-01-01T00:00Z",
        "2024-01-01t00:00:00.123456789z",
        "２024-01-01T00:00:00Z",
        "2024-W01-1T00:00:00Z",
        "2024-001T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "0000-00-00T00:00:00Z",
        "1704067200",
        "never",
    )
)
"""Tokens where a time is expected."""

STRANGERS: tuple[tuple[str, str], ...] = (
    ("@type", '"Organization"'),
    ("@type", '"individual"'),
    ("@type", "5"),
    ("@baseType", '"Newer"'),
    ("href", '"http://elsewhere.test/tmf-api/party/v4/organization/999"'),
    ("href", '"//[broken"'),
    ("@referredType", '"Organization"'),
    ("@referredType", '"individual"'),
    ("@schemaLocation", '"file:///etc/passwd"'),
    ("newer", '{"id": "1", "name": "newer"}'),
    ("__proto__", '{"id": "1"}'),
)
"""Members that an object does not have, or has already."""
