"""Measurements that a stranger can repeat: what a question costs here, and in the servers one would take instead."""
