"""
Operations that an operator knows will come, read from files. Whether they are valid is not looked at here.

Documents are found again by their text, so an operation is given in the forms in which clients send it: as the file
has it, where it is alone in its file, and as GraphQL's own printer writes it, which is what most clients do.
"""

import dataclasses
import pathlib
from collections.abc import Iterable, Iterator

from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, parse, print_ast

from gateway.plan.outline import outline

SUFFIX = ".graphql"


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """An operation of a file, or with *why* a file that cannot be used."""

    file: pathlib.Path
    name: str = ""
    texts: tuple[str, ...] = ()
    why: str = ""


def known(paths: Iterable[pathlib.Path]) -> Iterator[Known]:
    """The operations of each of *paths*: a file, or a folder of which the files that end in SUFFIX are meant."""
    for path in paths:
        try:
            files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
            if not files:
                yield Known(path, why=f"no file in it ends in {SUFFIX}")
            for file in files:
                yield from _of_file(file)
        except OSError as exc:
            yield Known(path, why=f"cannot be read ({exc.strerror or type(exc).__name__})")


def _of_file(file: pathlib.Path) -> Iterator[Known]:
    try:
        text = file.read_text(encoding="utf-8")
        document = parse(text)
    except UnicodeDecodeError:
        yield Known(file, why="is not UTF-8 text")
    except GraphQLSyntaxError as exc:
        at = exc.locations[0].line if exc.locations else 1
        yield Known(file, why=f"is not valid GraphQL; look at line {at}")
    else:
        operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
        if not operations:
            yield Known(file, why="holds no operation")
        for operation in operations:
            written = (text, text.strip()) if len(operations) == 1 else ()
            name = operation.name.value if operation.name else ""
            yield Known(file, name, tuple(dict.fromkeys((*written, _printed(document, operation)))))


def _printed(document: DocumentNode, operation: OperationDefinitionNode) -> str:
    used = outline(document, operation).fragments
    parts = [
        found for found in document.definitions if found is operation or any(found is one for one in used.values())
    ]
    return print_ast(DocumentNode(definitions=tuple(parts)))
