"""How much each client may ask: cost per minute, operations at once, calls to one system, and what it came to."""
