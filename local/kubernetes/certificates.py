"""The cluster's own authorities, a certificate for each part, and the key that signs the tokens of pods."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.kubernetes.places import API_SERVICE, DOMAIN, NODE, NODE_ADDRESS, certificate_of, key_of

AUTHORITY = "ca"
FRONT = "front-ca"
"""The authority of the API as it asks in somebody's name: what the other one signs may speak for itself alone."""
TOKENS = "tokens"
"""The key pair of the tokens of pods; there is a public key instead of a certificate."""
_LASTS = timedelta(days=3650)
_CLOCKS_DIFFER = timedelta(minutes=5)
_MASTERS = "system:masters"


@dataclass(frozen=True)
class Subject:
    """Whom a certificate is for."""

    name: str
    """Of its files."""
    common_name: str
    group: str = ""
    hosts: Sequence[str] = field(default=())
    """Names and addresses of a server; a client has none."""


SUBJECTS = (
    Subject(
        "kube-apiserver",
        "kube-apiserver",
        hosts=(
            *("kubernetes", "kubernetes.default", "kubernetes.default.svc", f"kubernetes.default.svc.{DOMAIN}"),
            *("localhost", "127.0.0.1", NODE_ADDRESS, API_SERVICE),
        ),
    ),
    Subject("kubelet-client", "kube-apiserver-kubelet-client", _MASTERS),
    Subject("kube-controller-manager", "system:kube-controller-manager"),
    Subject("kube-scheduler", "system:kube-scheduler"),
    Subject("kube-proxy", "system:kube-proxy"),
    Subject("kubelet", f"system:node:{NODE}", "system:nodes", hosts=(NODE, NODE_ADDRESS)),
    # Of what it may see and change there is no ready-made role.
    Subject("kube-router", "kube-router", _MASTERS),
)
"""Every part that shows who it is to the API."""

PROXY = Subject("front-proxy-client", "front-proxy-client")
"""The API, to what serves a part of it: metrics-server, for one."""


def make_all() -> None:
    """Make both authorities and everything that they sign, anew. Keys are of mode 0600."""
    _make(AUTHORITY, "foxden-local", SUBJECTS)
    _make(FRONT, "foxden-local-front", [PROXY])
    tokens = ec.generate_private_key(ec.SECP256R1())
    public = tokens.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _write(TOKENS, tokens, public)


def authority_text() -> str:
    """The authority's certificate, as PEM."""
    return certificate_of(AUTHORITY).read_text()


def _make(name: str, common_name: str, subjects: Sequence[Subject]) -> None:
    """An authority, and the certificates of all whom it knows."""
    authority = ec.generate_private_key(ec.SECP256R1())
    certificate = _authority(common_name, authority)
    _write(name, authority, certificate.public_bytes(serialization.Encoding.PEM))
    for subject in subjects:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _signed(subject, key.public_key(), authority, certificate)
        _write(subject.name, key, signed.public_bytes(serialization.Encoding.PEM))


def _authority(common_name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        _begun(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signed(
    subject: Subject, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePrivateKey, issuer: x509.Certificate
) -> x509.Certificate:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name)]
    if subject.group:
        names.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.group))
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, *[ExtendedKeyUsageOID.SERVER_AUTH] * bool(subject.hosts)]
    builder = (
        _begun(x509.Name(names), issuer.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    )
    if subject.hosts:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_host(host) for host in subject.hosts]), critical=False
        )
    return builder.sign(authority, hashes.SHA256())


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + _LASTS)
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(name: str, key: ec.EllipticCurvePrivateKey, public: bytes) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_of(name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _private(key_of(name), private)
    certificate_of(name).write_bytes(public)


def _private(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
