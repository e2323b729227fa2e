"""Documents that are made to be expensive, by how many pieces they have."""

from collections.abc import Callable

CUSTOMER = 'customer(by: {id: "1"})'


def _chain(n: int, body: Callable[[int], str], last: str) -> str:
    """F0 spreads F1, and so on; *body* says how."""
    fragments = "".join(f"fragment F{i} on Query {{ {body(i + 1)} }} " for i in range(n))
    return f"{{ ...F0 }} {fragments}fragment F{n} on Query {{ {last} }}"


def bomb(fragments: int = 26) -> str:
    """Each fragment spreads the next one twice; 964 bytes and 2^25 ways through, and one field."""
    heads = "".join(f"fragment F{n} on Query {{...F{n + 1} ...F{n + 1}}}\n" for n in range(fragments - 1))
    return f"{{...F0}}{heads}fragment F{fragments - 1} on Query {{__typename}}\n"


def doubling(levels: int) -> str:
    """As the bomb, and every level really doubles the answer."""
    heads = "".join(f"fragment F{n} on __Type{{a:ofType{{...F{n + 1}}}b:ofType{{...F{n + 1}}}}}" for n in range(levels))
    return f'{{__type(name:"Line"){{...F0}}}}{heads}fragment F{levels} on __Type{{name}}'


MANY: dict[str, Callable[[int], str]] = {
    "aliases": lambda n: "{" + " ".join(f"a{i}: __typename" for i in range(n)) + "}",
    "aliases of objects": lambda n: (
        f"{{ {CUSTOMER} {{" + " ".join(f"a{i}: source {{ system }}" for i in range(n)) + "}}"
    ),
    "fields": lambda n: "{" + "__typename " * n + "}",
    "unknown fields": lambda n: "{" + " ".join(f"x{i}" for i in range(n)) + "}",
    "fields of one name": lambda n: f"{{ {CUSTOMER} {{" + "source { system } " * n + "}}",
    "fields of one name with arguments": lambda n: f"{{ {CUSTOMER} {{" + "bills(first: 1) { totalCount } " * n + "}}",
    "fields of one name that differ": lambda n: (
        f"{{ {CUSTOMER} {{" + " ".join(f"bills(first: {i}) {{ totalCount }}" for i in range(n)) + "}}"
    ),
    "directives at one place": lambda n: "{ __typename " + "@skip(if: false) " * n + "}",
    "unknown directives": lambda n: "{ __typename " + "@x " * n + "}",
    "directives at many places": lambda n: "{" + "__typename @skip(if: true) " * n + "}",
    "directives of an operation": lambda n: "query " + "@x " * n + "{ __typename }",
    "operations": lambda n: " ".join(f"query Q{i} {{ __typename }}" for i in range(n)),
    "nameless operations": lambda n: "{ __typename } " * n,
    "variables": lambda n: "query (" + " ".join(f"$v{i}: Int" for i in range(n)) + ") { __typename }",
    "unknown variables": lambda n: "{" + " ".join(f"line(by: $v{i}) {{ id }}" for i in range(n)) + "}",
    "fragments": lambda n: "{ __typename } " + "".join(f"fragment F{i} on Query {{ __typename }} " for i in range(n)),
    "fragments side by side": lambda n: (
        f"{{ {CUSTOMER} {{"
        + "".join(f"...F{i} " for i in range(n))
        + "}}"
        + "".join(f"fragment F{i} on Customer {{ id source {{ system freshness }} }} " for i in range(n))
    ),
    "fragments that all spread all": lambda n: (
        f"{{ {CUSTOMER} {{ ...F0 }} }}"
        + "".join(
            f"fragment F{i} on Customer {{ {' '.join(f'...F{j}' for j in range(i + 1, min(n, i + 40)))} id }} "
            for i in range(n)
        )
    ),
    "fragments in circles": lambda n: (
        "{ ...F0 }"
        + "".join(f"fragment F{i} on Query {{ {' '.join(f'...F{j}' for j in range(min(n, 40)))} }} " for i in range(n))
    ),
    "fragments in a chain": lambda n: _chain(n, lambda i: f"...F{i}", "__typename"),
    "inline fragments": lambda n: "{" + "... { __typename } " * n + "}",
    "inline fragments inside each other": lambda n: "{" + "... {" * n + "__typename" + "}" * n + "}",
    "spreads of one fragment": lambda n: "{" + "...F " * n + f"}} fragment F on Query {{ {CUSTOMER} {{ id }} }}",
    "arguments": lambda n: "{ line(" + " ".join(f"a{i}: 1" for i in range(n)) + ") { id } }",
    "arguments of one name": lambda n: "{ line(" + 'by: {id: "1"} ' * n + ") { id } }",
    "members of an object": lambda n: "{ line(by: {" + " ".join(f"a{i}: 1" for i in range(n)) + "}) { id } }",
    "enum values": lambda n: "{ line(by: [" + " ".join(f"E{i}" for i in range(n)) + "]) { id } }",
    "list items": lambda n: "{ customers(by: [" + '{id: "1"} ' * n + "]) { id } }",
    "lists inside each other": lambda n: "{ customers(by: " + "[" * n + "]" * n + ") { id } }",
    "objects inside each other": lambda n: "{ line(by: " + "{id: " * n + "1" + "}" * n + ") { id } }",
    "types inside each other": lambda n: "query ($x: " + "[" * n + "Int" + "]" * n + ") { __typename }",
    "fields inside each other": lambda n: "{ customer { " + "lines { " * n + "id" + "}" * n + "}}",
    "introspection inside itself": lambda n: (
        "{ __schema { types { " + "fields { type { " * n + "name" + "}}" * n + "}}}"
    ),
    "introspection beside itself": lambda n: (
        "{" + " ".join(f"a{i}: __schema {{ types {{ fields {{ name args {{ name }} }} }} }}" for i in range(n)) + "}"
    ),
    "roots": lambda n: "{" + " ".join(f'a{i}: line(by: {{id: "x"}}) {{ id }}' for i in range(n)) + "}",
    "mutations": lambda n: "mutation {" + " ".join(f"a{i}: refill(amount: 5) {{ id }}" for i in range(n)) + "}",
    "definitions of types": lambda n: "type A {" + " ".join(f"f{i}: Int" for i in range(n)) + "}",
    "definitions of enum values": lambda n: "enum A {" + " ".join(f"V{i}" for i in range(n)) + "}",
    "letters of a name": lambda n: "{ " + "a" * n + " }",
    "letters of an alias": lambda n: "{ " + "a" * n + ": __typename }",
    "letters of a text": lambda n: '{ line(by: {id: "' + "9" * n + '"}) { id } }',
    "letters of a comment": lambda n: "{ __typename } #" + "x" * n,
    "lines of a text": lambda n: '{ line(by: {id: """' + "\n" * n + '"""}) { id } }',
    "escapes": lambda n: '{ line(by: {id: "' + "\\u0041" * n + '"}) { id } }',
    "digits": lambda n: "{ line(by: {id: " + "9" * n + "}) { id } }",
    "digits behind a point": lambda n: "{ line(by: {id: 0." + "9" * n + "}) { id } }",
    "commas": lambda n: "{ __typename " + "," * n + "}",
    "comments": lambda n: "{ __typename " + "#\n" * n + "}",
}
"""Each with how many of something it has."""

HARMLESS = frozenset({"commas", "letters of a comment", "lines of a text"})
"""Ten thousand of these cost nothing and mean nothing."""
