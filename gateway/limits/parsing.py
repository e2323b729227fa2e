"""Text into a syntax tree, with its length known before the lexer sees it."""

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse

from gateway.limits.refusal import refusal, retold
from gateway.limits.settings import LimitSettings

# graphql-core has no error classes for its own limits; tests pin these words.
_TOO_MANY_TOKENS = "Document contains more than"
_TOO_DEEP = "Document is nested too deeply"


def parsed(text: str, limits: LimitSettings) -> DocumentNode:
    """The document of *text*. Raises GraphQLError for what is too long or no GraphQL."""
    if len(text) > limits.max_characters:
        raise refusal(f"The document is longer than {limits.max_characters} characters. Send a shorter one.")
    try:
        return parse(text, max_tokens=limits.max_tokens)
    except GraphQLSyntaxError as error:
        raise _told(error, limits) from None


def _told(error: GraphQLSyntaxError, limits: LimitSettings) -> GraphQLError:
    if _TOO_MANY_TOKENS in error.message:
        return refusal(f"The document has more than {limits.max_tokens} tokens. Ask for less, or in several requests.")
    if _TOO_DEEP in error.message:
        return refusal("The document is nested too deeply. Ask for less, or in several requests.")
    return retold(error, error.message)
