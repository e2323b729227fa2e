"""A pretend telecom operator: legacy systems that speak their real protocols, for development, demos and tests."""

from sandbox.app import Sandbox
from sandbox.settings import Settings, free_ports
from sandbox.stories import Story

__all__ = ["Sandbox", "Settings", "Story", "free_ports"]
