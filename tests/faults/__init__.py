"""Faults of the network between the gateway and its systems."""
