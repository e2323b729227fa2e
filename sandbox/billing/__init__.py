"""The pretend operator's billing system."""

from sandbox.billing.system import Billing

__all__ = ["Billing"]
