"""The edges of the graph: how one thing leads to another, and how a key becomes a customer."""
