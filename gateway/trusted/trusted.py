"""
From a request to the document it asks: by its text, by a hash, or by both, as its client may.

Three ways to name a document by its hash are known: Apollo's `extensions.persistedQuery`, with its error contract; the
`documentId` of GraphQL over HTTP (Appendix A, Persisted Documents); and either beside the text, which has the document
remembered. A hash beside a text is believed only when it is the text's own.
"""

import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from connectors.environment import Reporter
from gateway.http.negotiation import JSON
from gateway.http.refusal import HttpRefusal
from gateway.http.request import may_be_mutation
from gateway.trusted.automatic import Automatic
from gateway.trusted.digest import DIGEST_IN_BYTES, digest_of
from gateway.trusted.limits import RegisteredLimits
from gateway.trusted.register import Register
from gateway.trusted.settings import OPEN, OperationSettings
from gateway.trusted.unknown import Unknown

EVERYBODY: Final = ""
"""The client of those who are not told apart."""


class Came(enum.StrEnum):
    """How a document came, as metrics tell it. What is asked in full by a client that may ask all is not counted."""

    REGISTERED = "registered"
    REMEMBERED = "remembered"
    KEPT = "kept"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"
    REFUSED = "refused"


Tell = Callable[[str, Came], None]
"""Hears of each client's document how it came."""


class Asked(Protocol):
    """What a request says of its document: `GraphQLRequest`."""

    @property
    def query(self) -> str:
        """Its text; empty where there is none."""
        ...

    @property
    def digest(self) -> str | None:
        """Its hash, where the request has one; well formed, and not compared with the text."""
        ...


class Client:
    """What one client may ask, and what it had remembered."""

    def __init__(
        self, name: str, settings: OperationSettings, register: Register, *, report: Reporter, tell: Tell
    ) -> None:
        self.name = name
        self.settings = settings
        self.register = register
        self._tell = tell
        self._registered_only = settings.mode == "registered"
        self._unknown = Unknown(name, report=report) if settings.mode == "log_unknown" else None
        remembers = settings.automatic and not self._registered_only
        self._automatic = Automatic(max_bytes=settings.automatic_bytes) if remembers else None

    def take(self, register: Register) -> None:
        """Use another register from now on."""
        self.register = register
        if self._unknown is not None:
            self._unknown.forget()

    def document(self, question: Asked, *, media_type: str) -> str:
        """The text of the document that *question* asks. Raises HttpRefusal."""
        text, digest = question.query, question.digest
        if digest is None:
            return self._by_text(text)
        return self._by_both(text, digest) if text else self._by_digest(digest, media_type)

    def may_be_mutation(self, digest: str) -> bool:
        """Whether the document with this hash may be one, as far as it is known here."""
        return digest in self.register.mutations or (
            self._automatic is not None and self._automatic.may_be_mutation(digest)
        )

    def _by_text(self, text: str) -> str:
        if self._registered_only:
            if text not in self.register.texts:
                raise self._unregistered()
            self._tell(self.name, Came.REGISTERED)
        elif self._unknown is not None and text not in self.register.texts:
            self._note(digest_of(text))
        return text

    def _by_digest(self, digest: str, media_type: str) -> str:
        registered = self.register.by_digest.get(digest)
        if registered is not None:
            self._tell(self.name, Came.REGISTERED)
            return registered
        if self._registered_only:
            raise self._unregistered()
        if self._automatic is None:
            raise not_supported(media_type)
        found = self._automatic.find(digest)
        if found is None:
            self._tell(self.name, Came.NOT_FOUND)
            raise _not_found(media_type)
        self._tell(self.name, Came.REMEMBERED)
        self._note(digest)
        return found

    def _by_both(self, text: str, digest: str) -> str:
        known = self.register.by_digest.get(digest)
        if known is None and self._automatic is not None:
            known = self._automatic.find(digest)
        # Comparing costs less than hashing, and what is known here was hashed before.
        if known != text and digest_of(text) != digest:
            self._tell(self.name, Came.REFUSED)
            raise HttpRefusal(
                400, "The hash is not the one of `query`: send the SHA-256 of exactly this text, in UTF-8."
            )
        if digest in self.register.by_digest:
            self._tell(self.name, Came.REGISTERED)
            return text
        if self._registered_only:
            raise self._unregistered()
        if self._automatic is not None and known is None:
            self._automatic.keep(digest, text)
            self._tell(self.name, Came.KEPT)
        self._note(digest)
        return text

    def _note(self, digest: str) -> None:
        if self._unknown is not None:
            self._tell(self.name, Came.UNKNOWN)
            self._unknown.note(digest)

    def _unregistered(self) -> HttpRefusal:
        self._tell(self.name, Came.REFUSED)
        return _unregistered()


class Trusted:
    """All clients that there are, and what is said of them; *everybody* holds where clients are not told apart."""

    def __init__(
        self,
        clients: Mapping[str, tuple[OperationSettings, Register]],
        *,
        everybody: OperationSettings = OPEN,
        report: Reporter,
        tell: Tell = lambda _client, _came: None,
    ) -> None:
        made = {EVERYBODY: (everybody, Register()), **clients}
        self._clients = {
            name: Client(name, settings, register, report=report, tell=tell)
            for name, (settings, register) in made.items()
        }

    def __iter__(self) -> Iterator[Client]:
        return iter(self._clients.values())

    def client(self, name: str | None) -> Client:
        """The client of that name; None where clients are not told apart. Raises KeyError for one that is not there."""
        return self._clients[name or EVERYBODY]

    def document(self, question: Asked, *, client: str | None, media_type: str) -> str:
        """The text of the document that *question* asks. Raises HttpRefusal."""
        known = self._clients.get(client or EVERYBODY)
        if known is None:
            # Whoever let it in knows more clients than are known here: nothing is registered for it.
            raise _unregistered()
        return known.document(question, media_type=media_type)

    def limits(self, text: str, *, client: str | None) -> RegisteredLimits | None:
        """The limits that *text* has of its own, to the letter, where it is registered for *client* with some."""
        known = self._clients.get(client or EVERYBODY)
        return None if known is None or not known.register.limits else known.register.limits.get(text)

    def may_be_mutation(self, data: bytes, *, client: str | None) -> bool:
        """Whether a request, received and not looked at, may ask for a mutation: by its text or by a hash."""
        if may_be_mutation(data):
            return True
        known = self._clients.get(client or EVERYBODY)
        return known is not None and any(
            known.may_be_mutation(found.decode()) for found in DIGEST_IN_BYTES.findall(data)
        )


def document(trusted: Trusted | None, question: Asked, *, client: str | None, media_type: str) -> str:
    """The text of the document that is asked; without *trusted* nothing is known by a hash. Raises HttpRefusal."""
    if trusted is not None:
        return trusted.document(question, client=client, media_type=media_type)
    if not question.query:
        raise not_supported(media_type)
    return question.query


def not_supported(media_type: str) -> HttpRefusal:
    """The refusal upon which clients send texts only."""
    return HttpRefusal(_status(media_type), "PersistedQueryNotSupported", code="PERSISTED_QUERY_NOT_SUPPORTED")


def _unregistered() -> HttpRefusal:
    return HttpRefusal(
        403,
        "This client may ask registered operations only, and this is none of them. Have it registered, and send it "
        "exactly as it was registered, or by its hash.",
        code="FORBIDDEN",
    )


def _not_found(media_type: str) -> HttpRefusal:
    # The words and the code by which clients know that they should send the text, too.
    return HttpRefusal(_status(media_type), "PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")


def _status(media_type: str) -> int:
    # As for every mistake of a caller: in application/json older clients take a 4xx for a proxy's page, and would not
    # look for the words in it (GraphQL over HTTP, 6.4).
    return 200 if media_type == JSON else 400
