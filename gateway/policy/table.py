"""
The policies as a table that people review: one line for each coordinate, one column for each audience.

It is committed beside the printed graph. What is enforced never reads it, so that a change of policy shows as a change
of the table, and tests hold what is enforced against what was reviewed.
"""

from collections.abc import Iterator

from graphql import GraphQLSchema

from gateway.policy.policies import policies_of
from gateway.policy.rights import CLEAR
from schema.policy import Audience, DataClass, Policy

ABSENT = "-"
READ = "read"
MASKED = "masked"

HEADER = ("coordinate", "class", "mask", "scopes", *(each.value for each in Audience))


def table(schema: GraphQLSchema) -> str:
    """
    The table of *schema*, tab-separated, sorted by coordinate.

    For each audience: `-` where the field is not there for it, `read` or `masked` for a token that has the scopes and
    no scope to unmask. In `scopes`, all that are separated by blanks are needed, and of those separated by `|` any.
    """
    rows = sorted(_rows(schema))
    return "".join("\t".join(row) + "\n" for row in (HEADER, *rows))


def _rows(schema: GraphQLSchema) -> Iterator[tuple[str, ...]]:
    for coordinate, policy in policies_of(schema).items():
        scopes = " ".join("|".join(sorted(group)) for group in policy.scopes)
        form = policy.form.value if policy.form else ""
        yield coordinate, policy.data.name.lower(), form, scopes, *(_seen(policy, each) for each in Audience)


def _seen(policy: Policy, audience: Audience) -> str:
    if audience not in policy.audiences or policy.data is DataClass.SECRET:
        return ABSENT
    return MASKED if policy.form is not None and policy.data not in CLEAR[audience] else READ
