"""The pretend operator's customer relationship system."""

from sandbox.crm.system import CRM

__all__ = ["CRM"]
