"""How the graph changes from release to release."""
