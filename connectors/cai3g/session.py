"""One CAI3G session: its id and the numbers that its calls carry. No I/O, no pool."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What Login answers. The id is as good as a password while it lives and is not printed."""

    session_id: str = dataclasses.field(repr=False)
    base_sequence_id: int


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """What one call carries in its SOAP headers."""

    session_id: str = dataclasses.field(repr=False)
    transaction_id: int
    sequence_id: int


class SessionGone(Exception):
    """
    The system refused the session of a call, not the call.

    *still_open* tells that the session lives on at the system and holds its licence: only its numbering was refused.
    """

    def __init__(self, *, still_open: bool) -> None:
        super().__init__("the session was refused")
        self.still_open = still_open


class Session:
    """A session and the last SequenceId used in it. Each ticket has a greater one, whatever became of the last call."""

    __slots__ = ("_id", "_sequence_id")

    def __init__(self, opened: Opened) -> None:
        self._id = opened.session_id
        self._sequence_id = opened.base_sequence_id

    def ticket(self, transaction_id: int) -> Ticket:
        """The headers of the next call. The first one is above baseSequenceId, which some systems count as used."""
        self._sequence_id += 1
        return Ticket(session_id=self._id, transaction_id=transaction_id, sequence_id=self._sequence_id)
