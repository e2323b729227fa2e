"""The graph as a subgraph: composed with another one, and behind public routers."""
