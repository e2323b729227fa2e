"""The documents that are registered for one client, by hash and by text, and where they are read from."""

import dataclasses
import errno
import hashlib
import pathlib
from collections.abc import Iterable, Iterator, Mapping

from gateway.plan.known import SUFFIX, known
from gateway.trusted import manifest
from gateway.trusted.digest import digest_of
from gateway.trusted.limits import RegisteredLimits
from gateway.trusted.manifest import LESS, ManifestError, Registered, distinct, name_of


class Register:
    """What may be asked. Never changed: a new manifest is a new register."""

    def __init__(self, documents: Iterable[Registered] = ()) -> None:
        self.documents = tuple(documents)
        # The texts are the very objects under which documents are prepared, so finding those hashes no text again.
        self.by_digest = {each.digest: each.text for each in self.documents}
        self.texts = frozenset(self.by_digest.values())
        self.mutations = frozenset(each.digest for each in self.documents if each.may_be_mutation)
        self.limits = {each.text: each.limits for each in self.documents if each.limits is not None}
        """By text, of those that have their own."""

    def __len__(self) -> int:
        return len(self.documents)

    def limited(self, limits: Mapping[str, RegisteredLimits]) -> "Register":
        """The same with other *limits*, by the name or the hash of an operation; by hash goes before by name."""
        if not limits:
            return self
        return Register(
            dataclasses.replace(each, limits=limits.get(each.digest, limits.get(each.name, each.limits)))
            for each in self.documents
        )


def load(path: pathlib.Path) -> Register:
    """What is registered at *path*: a manifest, or a folder of *.graphql files. Raises ManifestError."""
    try:
        if path.is_dir():
            return Register(distinct(_of_folder(path)))
        return Register(manifest.read(_content(path)))
    except OSError as exc:
        raise ManifestError(
            f"it cannot be read ({exc.strerror or type(exc).__name__}); let this process read it"
        ) from exc


def fingerprint(path: pathlib.Path) -> bytes:
    """A digest of all that stands at *path*: another one as soon as anything there changes. Empty for nothing."""
    found = hashlib.blake2b(digest_size=16)
    try:
        files = list(_files(path)) if path.is_dir() else [path]
        for file in files:
            content = _content(file)
            found.update(b"%d %d " % (len(str(file)), len(content)) + str(file).encode(errors="replace") + content)
    except OSError:
        return b""
    return found.digest() if files else b""


def _content(file: pathlib.Path) -> bytes:
    """What stands in *file*, up to a little more than may. Raises OSError, also for what is no file and could block."""
    if not file.is_file():
        file.stat()
        raise OSError(errno.EINVAL, "it is no file")
    with file.open("rb") as opened:
        return opened.read(manifest.MAX_BYTES + 1)


def _files(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Every file with operations below *folder*, but for hidden ones: mounted folders hold their past in those."""
    for file in sorted(folder.rglob(f"*{SUFFIX}")):
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def _of_folder(folder: pathlib.Path) -> Iterator[Registered]:
    files = list(_files(folder))
    if not files:
        raise ManifestError(f"no file in it ends in {SUFFIX}; name the folder that holds the operations")
    left = manifest.MAX_BYTES
    for file in files:
        content = _content(file)
        left -= len(content)
        if left < 0:
            raise ManifestError(f"its files have more than {manifest.MAX_BYTES} bytes; {LESS}")
        yield from _of_file(file, content, called=str(file.relative_to(folder)))


def _of_file(file: pathlib.Path, content: bytes, *, called: str) -> Iterator[Registered]:
    """
    The document of *file* as it is written, without the space around it, and its operations as clients print them.

    Which of these a client sends is for its build to decide.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ManifestError(f"the file {called} is not UTF-8 text; write it anew") from None
    for each in (text, text.strip()):
        yield Registered(digest_of(each), each, name_of(each))
    for operation in known([file]):
        if operation.why:
            raise ManifestError(f"the file {called} {operation.why}; correct it, or take it out")
        for each in operation.texts:
            yield Registered(digest_of(each), each, operation.name)
