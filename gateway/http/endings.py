"""The log of connections that the server itself ends: one line a second for each reason, however many there are."""

from gateway.log import logger

EVERY_S = 1.0


class Endings:
    """Counts them over all connections. A stranger must not be able to fill the disk with lines."""

    def __init__(self) -> None:
        self._quiet_until: dict[str, float] = {}
        self._untold: dict[str, int] = {}

    def note(self, why: str, *, now: float) -> None:
        """One more for the reason *why*, a constant of ours, at *now* seconds of any steady clock."""
        count = self._untold.get(why, 0) + 1
        if now < self._quiet_until.get(why, now):
            self._untold[why] = count
            return
        self._untold[why] = 0
        self._quiet_until[why] = now + EVERY_S
        # Those that got no line of their own are told with the next one.
        logger().info("connections_ended", why=why, count=count)
