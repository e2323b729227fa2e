"""What end-to-end tests know of a running gateway: where it is."""

from typing import Protocol


class Gateway(Protocol):
    """What the fixture `running_gateway` yields."""

    @property
    def url(self) -> str:
        """The graph's address, such as http://127.0.0.1:8000/graphql."""
        ...
