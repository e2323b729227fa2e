"""HTTP: the GraphQL-over-HTTP view, the page for people, health, and the checks on who may knock."""
