"""The point of control as a GraphQL graph of its own, on a port of its own, for operators with a token."""
