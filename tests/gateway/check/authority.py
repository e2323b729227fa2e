"""A certificate authority for tests: makes certificates as good or as bad as a test wants them."""

import datetime as dt
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = dt.datetime.now(dt.UTC)


class Authority:
    """Signs certificates; *folder* gets every file."""

    def __init__(self, folder: pathlib.Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self._builder(self._name, self._key, -1, 3650).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = self._write(f"{name}.pem", made.sign(self._key, hashes.SHA256()))

    def issue(
        self, name: str, *, host: str = "127.0.0.1", from_days: float = -1, to_days: float = 400
    ) -> tuple[pathlib.Path, pathlib.Path]:
        """A certificate for *host* and its key, as two files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self._builder(subject, key, from_days, to_days).add_extension(
            x509.SubjectAlternativeName([_general(host)]), critical=False
        )
        return self._write(f"{name}.pem", made.sign(self._key, hashes.SHA256())), self.key(f"{name}.key", key)

    def key(self, name: str, key: ec.EllipticCurvePrivateKey, *, passphrase: bytes | None = None) -> pathlib.Path:
        how: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            how = serialization.BestAvailableEncryption(passphrase)
        path = self._folder / name
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
        path.chmod(0o600)
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, from_days: float, to_days: float
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + dt.timedelta(days=from_days))
            .not_valid_after(NOW + dt.timedelta(days=to_days))
        )

    def _write(self, name: str, made: x509.Certificate) -> pathlib.Path:
        path = self._folder / name
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return path


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
