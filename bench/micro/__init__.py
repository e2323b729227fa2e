"""Measurements of one part in this process, against the library that does the same."""
