"""What only a running cluster knows, made up for one that is simulated: a preview with services needs it.

Nothing of it goes anywhere: a preview talks to no scheduler.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foxden.clouds.base import cloud
from foxden.schedulers.base import nodes
from review.parity.facts import services
from stacks.deploy import secret_names
from stacks.settings import Settings

_AUTHORITY = "ca"
"""The one kept thing that is no secret, but a certificate."""


def parameters(settings: Settings) -> Mapping[str, str]:
    """Path to value of all that a cluster of an environment keeps for whoever deploys on it."""
    assert settings.cloud is not None
    below = cloud(settings.cloud.cloud).parameters(settings.environment)
    kept = {path: _certificate() if key == _AUTHORITY else "simulated" for key, path in _kept(settings).items()}
    secrets = {f"secrets/{name}": "simulated" for name in secret_names(services(settings))}
    return {f"{below}/{path}": value for path, value in {**kept, **secrets}.items()}


def _kept(settings: Settings) -> Mapping[str, str]:
    return nodes(settings.scheduler).KEPT


def keep(ssm: Any, values: Mapping[str, str]) -> None:
    """Put them there; ``ssm`` is boto3's client."""
    for name, value in values.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString")


def _certificate() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
