"""Stores that the floors below ask for by Protocol."""
