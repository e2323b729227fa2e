"""The neighbours: one folder per legacy dialect, the guard every call passes, and the capabilities resolvers know."""
