"""How much a caller may ask. One value per kind of caller; the defaults are for the operator's own frontends."""

from pydantic import BaseModel, ConfigDict, Field


def _most(default: int, description: str, *, least: int = 1) -> int:
    found: int = Field(default=default, ge=least, description=description)
    return found


class LimitSettings(BaseModel):
    """The bounds of one caller's questions. A question beyond one of them is refused before any system is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # The lexer is pure Python and takes about a second for a megabyte, so characters are counted before tokens.
    max_characters: int = _most(50_000, "Characters of a GraphQL document.", least=100)
    max_tokens: int = _most(4000, "Words and signs of a GraphQL document, comments included.", least=100)

    max_operations: int = _most(20, "Operations of a document.")
    max_fragments: int = _most(100, "Fragments of a document.", least=0)
    max_spreads: int = _most(500, "Places of a document where a fragment is spread or written inline.", least=0)
    max_variables: int = _most(50, "Variables that one operation declares.", least=0)
    max_directives: int = _most(100, "Directives of a document.", least=0)
    max_directives_per_place: int = _most(4, "Directives at one place of a document.", least=0)
    max_arguments: int = _most(20, "Arguments of one field or directive.", least=0)
    max_items: int = _most(200, "Items of one list, or members of one object, written into a document.", least=0)
    max_value_depth: int = _most(10, "Lists and objects inside each other, in a document, a type or the variables.")
    max_name_characters: int = _most(100, "Characters of a name or an alias.")
    max_text_characters: int = _most(4000, "Characters of one text, in a document or in the variables.")
    max_values: int = _most(10_000, "Names and values in the variables, all counted.", least=0)
    max_query_string: int = _most(16_000, "Bytes behind the `?` of an address.", least=100)

    # Standard introspection, as GraphiQL sends it, is 13 to 15 deep.
    max_depth: int = _most(20, "Fields inside each other, fragments followed.")
    max_root_fields: int = _most(20, "Fields at the root of one operation, fragments followed.")
    max_aliases: int = _most(50, "Aliases of a document.", least=0)
    max_written_fields: int = _most(1000, "Fields written in a document.")
    max_selected_fields: int = _most(3000, "Fields that one operation selects, fragments followed.")
    max_comparisons: int = _most(10_000, "Work to find out whether fields that are written twice mean the same.")

    max_cost: int | None = Field(
        default=None,
        ge=1,
        description="What one operation may cost, counted before anything is asked. Not given: no bound.",
    )

    suggestions: bool = Field(default=False, description="Whether mistakes are answered with names that are alike.")
    introspection: bool | None = Field(
        default=None,
        description="Whether callers may see the graph itself and its words. Not given: as graphiql.enabled.",
    )
