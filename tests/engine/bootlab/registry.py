"""The account's own registry of images, as ECR is one: over TLS, for those who show the token that ECR gave them."""

import base64
import gzip
import hashlib
import io
import json
import ssl
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from foxden.boot.files.node.certificates import issue, new_authority
from tests.engine.bootlab.metadata import ACCOUNT
from tests.engine.bootlab.serving import Answering, serving

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_HOURS = 24


@dataclass
class Registry:
    """One image, and whether it is given out."""

    region: str
    is_open: bool = True
    pulled: list[str] = field(default_factory=list)
    """Who has pulled it, by address."""

    @property
    def host(self) -> str:
        """By which its images are called."""
        return f"{ACCOUNT}.dkr.ecr.{self.region}.amazonaws.com"

    @property
    def api(self) -> str:
        """Where ECR gives tokens."""
        return f"api.ecr.{self.region}.amazonaws.com"

    @property
    def image(self) -> str:
        """The image that there is."""
        return f"{self.host}/probe:1"

    @property
    def accepted(self) -> str:
        """What a client must show: the user and password that moto's ECR gives."""
        return f"Basic {base64.b64encode(f'AWS:{ACCOUNT}-auth-token'.encode()).decode()}"


@dataclass(frozen=True)
class Trust:
    """What makes the lab's servers those whose names they have."""

    authority: str
    """The certificate that hosts trust, as PEM."""
    context: ssl.SSLContext


def trust(names: list[str], directory: Path) -> Trust:
    """A certificate for these names, by an authority of the lab's own."""
    authority = new_authority("lab")
    own = issue(authority, names, [], _HOURS)
    file = directory / "names.pem"
    file.touch(mode=0o600)
    file.write_text(own.certificate + own.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Trust(authority.certificate, context)


def _blobs() -> dict[str, tuple[str, bytes]]:
    """Digest (and, of the manifest, tag) -> type and content of an image with one empty file."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("probe"))
    layer = gzip.compress(plain.getvalue(), mtime=0)
    rootfs = {"type": "layers", "diff_ids": [_digest(plain.getvalue())]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}).encode()
    parts = [(_CONFIG, config), (_LAYER, layer)]
    told = [{"mediaType": kind, "size": len(content), "digest": _digest(content)} for kind, content in parts]
    whole = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": told[0], "layers": told[1:]}
    manifest = json.dumps(whole).encode()
    found = {_digest(content): (kind, content) for kind, content in [*parts, (_MANIFEST, manifest)]}
    return {**found, "1": (_MANIFEST, manifest)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def answering(registry: Registry, address: str, context: ssl.SSLContext) -> Iterator[None]:
    """It answers while the block runs."""
    blobs = _blobs()

    class Pulls(Answering):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != registry.accepted:
                return self.say(401, headers={"WWW-Authenticate": 'Basic realm="ECR"'})
            if not registry.is_open:
                return self.say(403)
            if self.path == "/v2/":
                return self.say(200)
            name = self.path.rpartition("/")[2]
            if name not in blobs:
                return self.say(404)
            kind, content = blobs[name]
            if kind == _LAYER:
                registry.pulled.append(self.client_address[0])
            return self.say(200, content, {"Content-Type": kind, "Docker-Content-Digest": _digest(content)})

        do_HEAD = do_GET

    with serving((address, 443), Pulls, context):
        yield
