"""The benchmark's question as a plain Strawberry program: what one writes from the libraries' own documentation."""
