"""
Takes from a syntax tree what only its parser and its validation needed, so that remembering it costs less.

The garbage collector looks at every object that is remembered. Tokens are a quarter of them, and as each one knows its
neighbours, a tree that is dropped would stay until the collector comes by. The places of names are another fifth;
errors of execution are told with the places of fields and values.
"""

from graphql import DocumentNode, NameNode, Node, Token, TokenKind

_KEYS: dict[type[Node], tuple[str, ...]] = {}
_NOWHERE = Token(TokenKind.SOF, 0, 0, 0, 0)


def keys(kind: type[Node]) -> tuple[str, ...]:
    """The attributes of nodes of *kind*. Their own `keys` look through the fields of the class at each reading."""
    found = _KEYS.get(kind)
    if found is None:
        found = _KEYS[kind] = kind.keys
    return found


def slim(document: DocumentNode) -> None:
    """Drop the tokens of *document* and the places of its names. Lines and columns of all else stay."""
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, NameNode):
            # Nodes are frozen so that nobody changes a document that others hold; nobody holds this one yet.
            object.__setattr__(node, "loc", None)
            continue
        if node.loc is not None:
            node.loc.start_token = node.loc.end_token = _NOWHERE
        for key in keys(type(node)):
            below = getattr(node, key, None)
            if isinstance(below, tuple):
                stack.extend(below)
            elif isinstance(below, Node):
                stack.append(below)
