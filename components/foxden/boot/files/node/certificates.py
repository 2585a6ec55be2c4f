"""The cluster's own certificate authority, and what it signs."""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_UTC = timezone.utc  # noqa: UP017 - Python 3.10 has no other name for it
_AUTHORITY_DAYS = 3650
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, both as PEM."""

    certificate: str
    key: str

    def text(self) -> str:
        """Both as one text, the form in which they are kept."""
        return json.dumps(asdict(self))


def pair(text: str) -> Pair:
    """What :meth:`Pair.text` gave."""
    return Pair(**json.loads(text))


def new_authority(cluster: str) -> Pair:
    """A new authority of a cluster."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"foxden {cluster} {x509.random_serial_number() % 2**32:08x}")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = _builder(name, name, key, timedelta(days=_AUTHORITY_DAYS)).add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _pair(builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()), key)


def issue(
    authority: Pair, names: Sequence[str], addresses: Sequence[str], hours: float, subject: str = "", group: str = ""
) -> Pair:
    """A certificate for a server and for a client alike; without names and addresses for a client alone.

    ``subject`` is whose it is (default: the first of the names), ``group`` the organization that it belongs to.
    """
    signer = x509.load_pem_x509_certificate(authority.certificate.encode())
    secret: Any = serialization.load_pem_private_key(authority.key.encode(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    known_as: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    known_as += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    uses = [*[ExtendedKeyUsageOID.SERVER_AUTH] * bool(known_as), ExtendedKeyUsageOID.CLIENT_AUTH]
    purposes = x509.ExtendedKeyUsage(uses)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(secret.public_key())
    builder = _builder(_name(subject or names[0], group), signer.subject, key, timedelta(hours=hours))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if known_as:
        builder = builder.add_extension(x509.SubjectAlternativeName(known_as), critical=False)
    builder = builder.add_extension(purposes, critical=False).add_extension(issuer, critical=False)
    return _pair(builder.sign(secret, hashes.SHA256()), key)


def new_key() -> str:
    """A private key alone, as PEM."""
    return _secret(ec.generate_private_key(ec.SECP256R1()))


def public_key(key: str) -> str:
    """The public half of a private key, both as PEM."""
    secret: Any = serialization.load_pem_private_key(key.encode(), None)
    return _public(secret.public_key())


def _public(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_bytes(serialization.Encoding.PEM, form).decode())


def is_good(authority: str, known: Pair) -> bool:
    """Whether a certificate is the authority's and its key's, and has more than a third of its time before it.

    What can't be read is not: a machine that lost its power may have kept one of both files, or half of one.
    """
    try:
        signer, own = (x509.load_pem_x509_certificate(text.encode()) for text in (authority, known.certificate))
        fits = _public(own.public_key()) == public_key(known.key)
    except ValueError:
        return False
    begin, end = _time(own, "not_valid_before"), _time(own, "not_valid_after")
    return fits and own.issuer == signer.subject and datetime.now(_UTC) < end - (end - begin) / 3


def _builder(subject: x509.Name, issuer: x509.Name, key: Any, life: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(_UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _CLOCKS_DIFFER).not_valid_after(now + life)


def _name(name: str, group: str = "") -> x509.Name:
    organization = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
    return x509.Name([*organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pair(certificate: x509.Certificate, key: Any) -> Pair:
    return Pair(certificate.public_bytes(serialization.Encoding.PEM).decode(), _secret(key))


def _secret(key: Any) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(encoding, form, serialization.NoEncryption()).decode())


def _time(certificate: x509.Certificate, name: str) -> datetime:
    aware: datetime | None = getattr(certificate, f"{name}_utc", None)  # from version 42 on
    plain: datetime = aware or getattr(certificate, name)
    return plain.replace(tzinfo=_UTC)
