"""
One operation as one text, whatever its document looks like, and the hash of that text.

The text is what graphql-js prints for the operation followed by the fragments it uses, by name, and then strips of
ignored characters (`stripIgnoredCharacters(print(...))`), so that other tools can work out the same hash.
"""

import hashlib
from collections.abc import Iterable, Iterator

from graphql import ExecutableDefinitionNode, FragmentDefinitionNode, OperationDefinitionNode, Token, TokenKind
from graphql.language.block_string import print_block_string
from graphql.language.print_string import print_string

_BARE = frozenset({TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT})
_TEXT = frozenset({TokenKind.STRING, TokenKind.BLOCK_STRING})


def canonical(operation: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]) -> str:
    """
    *operation* with the *fragments* it uses: without white space, comments and descriptions, in a fixed order.

    Aliases, literals and the order of fields stay. The documents must have been parsed with locations.
    """
    definitions = [operation, *sorted(fragments, key=lambda fragment: fragment.name.value)]
    return _joined(token for definition in definitions for token in _tokens(definition))


def digest(text: str) -> str:
    """The SHA-256 of a canonical text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _tokens(definition: ExecutableDefinitionNode) -> Iterator[tuple[TokenKind, str]]:
    if definition.loc is None:
        return
    token: Token | None = definition.loc.start_token
    if definition.description is not None and definition.description.loc is not None:
        token = definition.description.loc.end_token.next
    if token is not None and _shortens(definition, token):
        token = token.next
    while token is not None:
        if token.kind is not TokenKind.COMMENT:
            yield token.kind, _written(token)
        token = None if token is definition.loc.end_token else token.next


def _shortens(definition: ExecutableDefinitionNode, token: Token) -> bool:
    # `query { a }` is printed as `{ a }`: the word says nothing unless something stands before the brace.
    following = token.next
    while following is not None and following.kind is TokenKind.COMMENT:
        following = following.next
    return (
        isinstance(definition, OperationDefinitionNode)
        and token.value == "query"
        and following is not None
        and following.kind is TokenKind.BRACE_L
    )


def _written(token: Token) -> str:
    if token.kind is TokenKind.STRING:
        return print_string(token.value or "")
    if token.kind is TokenKind.BLOCK_STRING:
        return print_block_string(token.value or "", minimize=True)
    return token.value if token.value is not None else token.kind.value


def _joined(tokens: Iterable[tuple[TokenKind, str]]) -> str:
    parts: list[str] = []
    after_word = False
    for kind, written in tokens:
        word = kind in _BARE or kind in _TEXT
        # A spread after a number would be read as its point.
        if after_word and (word or kind is TokenKind.SPREAD):
            parts.append(" ")
        parts.append(written)
        after_word = word
    return "".join(parts)
