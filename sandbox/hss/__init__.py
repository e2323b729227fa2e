"""The pretend operator's subscriber database."""

from sandbox.hss.sessions import Sessions
from sandbox.hss.system import HSS

__all__ = ["HSS", "Sessions"]
