"""`switchboard schema --against`: what has changed since an earlier graph, in a file or in git."""

import pathlib
import subprocess

from graphql import GraphQLSyntaxError

from gateway.evolution.changes import breaks, changes
from resolvers.graph import build

COMMITTED = "schema/schema.graphql"
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PATIENCE_S = 30


class AgainstError(Exception):
    """There is no earlier graph to compare with. The text says why and what to do."""


def since(against: str) -> tuple[str, bool]:
    """
    What has changed since the graph in the file, or at the git ref, *against*; and whether something is to be refused.

    Raises AgainstError.
    """
    try:
        found = changes(_earlier(against), build().as_str())
    except GraphQLSyntaxError as exc:
        at = exc.locations[0].line if exc.locations else 1
        raise AgainstError(f"{against}: is no GraphQL schema; look at line {at}.") from None
    return "\n".join(map(str, found)) or "Nothing has changed that clients could notice.", breaks(found)


def _earlier(against: str) -> str:
    path = pathlib.Path(against)
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else _committed(against)
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as exc:
        raise AgainstError(f"{against}: cannot be read ({type(exc).__name__}).") from exc


def _committed(ref: str) -> str:
    # `~0` is the commit itself: without any ref git would show what is staged.
    shown = subprocess.run(  # noqa: S603 - git itself tells a ref from an option
        ["git", "show", "--end-of-options", f"{ref}~0:{COMMITTED}"],  # noqa: S607 - the git of whoever runs this
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if shown.returncode != 0:
        raise AgainstError(f"{ref}: is no file, and no git ref with a {COMMITTED}; name one of the two.")
    return shown.stdout
