"""The words of the graph: what a customer, a line, a bill or a balance is. Strawberry types, no I/O."""
