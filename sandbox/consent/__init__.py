"""The pretend operator's consent system."""

from sandbox.consent.system import ConsentSystem

__all__ = ["ConsentSystem"]
