"""The doors: HTTP, settings, stores, the command line. Wires the floors below together and nothing else does."""
