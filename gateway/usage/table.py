"""The usage of all processes as a table for people. Pure: from what each of them said to lines of text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.control.answers import Said
from gateway.control.status_table import name_of

Row = tuple[str, ...]


def lines(said: Iterable[Said]) -> Iterator[str]:
    """Numbers added up over the processes; whoever did not answer is told first."""
    answers = []
    for each in said:
        if "answer" in each:
            answers.append(each["answer"])
        else:
            yield f"{name_of(each)}: NOT DONE: {each['error']}"
    if answers:
        yield from _told(answers)


def together(answers: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What all processes say together. Counted in full is what came after the last of them had started."""
    found: dict[str, Any] = {"since": max(each["since"] for each in answers), "days": answers[0]["days"]}
    found["left_out"] = sum(each["left_out"] for each in answers)
    if "unused" in answers[0]:
        nowhere = set.intersection(*({name for name, _ in each["unused"]} for each in answers))
        found["unused"] = [[name, gone] for name, gone in answers[0]["unused"] if name in nowhere]
    for part in ("clients", "fields"):
        if part in answers[0]:
            found[part] = _added(row for each in answers for row in each[part])
    return found


def _added(rows: Iterable[list[Any]]) -> list[list[Any]]:
    """One row for each name: operations added up, the last day, and of the rest the most that a process knows."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        before = found.get(row[0])
        if before is None:
            found[row[0]] = list(row)
        else:
            operations = before[1] + row[1]
            before[1:] = [operations, *(max(pair) for pair in zip(before[2:], row[2:], strict=True))]
    return sorted(found.values(), key=lambda row: (-row[1], row[0]))


def _told(answers: list[Mapping[str, Any]]) -> Iterator[str]:
    found = together(answers)
    since = str(found["since"]).replace("T", " ").replace("+00:00", " UTC")
    yield f"counted since {since}, for {found['days']} days at most"
    if found["left_out"]:
        yield f"{found['left_out']:,} operations were not counted, for want of place"
    yield ""
    yield from _aligned(list(_rows(found)))


def _rows(found: Mapping[str, Any]) -> Iterator[Row]:
    if "unused" in found:
        yield "not used", ""
        yield from ((name, "deprecated" if gone else "") for name, gone in sorted(found["unused"]))
    elif "fields" in found:
        yield "field", "operations", "last", ""
        for name, operations, last, gone in found["fields"]:
            yield name, f"{operations:,}", last, "deprecated" if gone else ""
    else:
        yield "client", "operations", "fields", "last"
        for name, operations, fields, last in found["clients"]:
            yield name, f"{operations:,}", str(fields), last


def _aligned(rows: list[Row]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
