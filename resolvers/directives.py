"""
The directives with which a caller says until when it waits and how old values may be, as the graph describes them.

What they mean is read from an operation's document once (`gateway.plan.wishes`). They are added to graphql-core's
schema and not given to Strawberry, whose own directives take every field off its fast path.
"""

from graphql import DirectiveLocation, GraphQLArgument, GraphQLDirective, GraphQLInt, GraphQLNonNull, GraphQLSchema

from schema.freshness import FreshElse

WITHIN = "within"
FRESH = "fresh"


def add_to(schema: GraphQLSchema) -> None:
    """Let documents use the directives. *schema* must know `FreshElse` already."""
    schema.directives = (*schema.directives, _within(), _fresh(schema))


def _within() -> GraphQLDirective:
    return GraphQLDirective(
        name=WITHIN,
        locations=[DirectiveLocation.QUERY],
        args={
            "ms": GraphQLArgument(
                GraphQLNonNull(GraphQLInt), description="Milliseconds from when the question is begun; at least 1."
            )
        },
        description="Answer by then with what has arrived. What is missing is null, with the error DEADLINE; calls "
        "that are under way go on, so that asking again finds their answers where they are kept. It cannot prolong the "
        "time that a question has anyway.",
    )


def _fresh(schema: GraphQLSchema) -> GraphQLDirective:
    return GraphQLDirective(
        name=FRESH,
        locations=[DirectiveLocation.QUERY, DirectiveLocation.FIELD],
        args={
            "maxAge": GraphQLArgument(GraphQLNonNull(GraphQLInt), description="Seconds; 0 asks the systems."),
            "else": GraphQLArgument(
                schema.type_map[FreshElse.__name__],  # type: ignore[arg-type] # An enum can be given.
                default_value=FreshElse.ERROR,
                description="What is given when the systems cannot answer.",
            ),
        },
        description="Use no kept value that is older: ask the systems again. At a field it holds for the calls of that "
        "field and of everything below it, and not for those that led to it. Where several hold, the lowest age does, "
        "and ERROR if one of them says so.",
    )
