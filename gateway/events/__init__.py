"""What systems tell of themselves: that something has changed, so that it is not given from what was kept."""

from gateway.events.events import Events

__all__ = ["Events"]
