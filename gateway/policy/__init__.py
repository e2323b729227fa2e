"""Who may read what: the policies of the graph's fields, and what they make of a caller's operation."""
