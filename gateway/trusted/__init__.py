"""Trusted operations: which documents a client may ask, found by their hash, and how they are registered."""
