"""Which fields of the graph each client asks, and which nobody does: what a change of the graph would break."""
