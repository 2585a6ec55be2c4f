"""Registries of images: the account's own, as ECR is one, for those who show the token that ECR gave them; and the
world's, for everybody. All over TLS."""

import base64
import gzip
import hashlib
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from foxden.boot.files.node.certificates import issue, new_authority
from local.kubernetes.images import Image, Layer, configuration, layer_archive
from tests.engine.bootlab.metadata import ACCOUNT
from tests.engine.bootlab.serving import Answering, serving

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_HOURS = 24

PROBE = Image("probe:1", [Layer({"/probe": b""})], [])
"""One empty file, to see whether images can be pulled at all."""


@dataclass
class Registry:
    """The account's own, and whether it gives anything out."""

    region: str
    images: Sequence[Image] = (PROBE,)
    """By names that name no registry: they are in the account's own."""
    world: Mapping[str, Sequence[Image]] = field(default_factory=dict)
    """Host of a registry of the world's -> its images, by names without that host."""
    is_open: bool = True
    pulled: list[str] = field(default_factory=list)
    """Who has pulled something of the account's own, by address."""
    digests: dict[str, str] = field(default_factory=dict)
    """Name of each image of its own -> its digest, once the registry has answered."""

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
        """An image that there always is."""
        return self.named(PROBE)

    def named(self, image: Image) -> str:
        """By which an image of its own is pulled."""
        return f"{self.host}/{image.name}"

    def pinned(self, image: Image) -> str:
        """By which the same image is pulled, wherever its tag leads."""
        return f"{self.host}/{image.name.rpartition(':')[0]}@{self.digests[image.name]}"

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


Blobs = Mapping[str, tuple[str, bytes]]
"""Below a registry's ``/v2/``: path of a manifest or blob -> its type and content."""


def _blobs(images: Sequence[Image]) -> Blobs:
    """All that is pulled of these images."""
    packed: dict[int, tuple[str, bytes]] = {}
    found: dict[str, tuple[str, bytes]] = {}
    for image in images:
        repository, _, tag = image.name.rpartition(":")
        for layer in image.layers:
            if id(layer) not in packed:
                plain = layer_archive(layer)
                # Not made smaller: it would take longer than to send it.
                packed[id(layer)] = (_digest(plain), gzip.compress(plain, compresslevel=0, mtime=0))
        layers = [packed[id(layer)] for layer in image.layers]
        config = configuration(image, [plain for plain, _ in layers])
        parts = [(_CONFIG, config), *((_LAYER, content) for _, content in layers)]
        told = [{"mediaType": kind, "size": len(content), "digest": _digest(content)} for kind, content in parts]
        whole = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": told[0], "layers": told[1:]}
        manifest = json.dumps(whole).encode()
        found |= {f"{repository}/blobs/{_digest(content)}": (kind, content) for kind, content in parts}
        for name in (tag, _digest(manifest)):
            found[f"{repository}/manifests/{name}"] = (_MANIFEST, manifest)
    return found


def _digest(content: bytes | memoryview) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def answering(registry: Registry, address: str, context: ssl.SSLContext) -> Iterator[None]:
    """All of them answer while the block runs."""
    own = _blobs(registry.images)
    for image in registry.images:
        repository, _, tag = image.name.rpartition(":")
        registry.digests[image.name] = _digest(own[f"{repository}/manifests/{tag}"][1])
    world = {host: _blobs(images) for host, images in registry.world.items()}

    class Pulls(Answering):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            blobs = world.get(host, own)
            if blobs is own and self.headers.get("Authorization") != registry.accepted:
                return self.say(401, headers={"WWW-Authenticate": 'Basic realm="ECR"'})
            if blobs is own and not registry.is_open:
                return self.say(403)
            path = self.path.partition("?")[0].removeprefix("/v2/")
            if not path:
                return self.say(200)
            if path not in blobs:
                return self.say(404)
            kind, content = blobs[path]
            if kind == _LAYER and blobs is own:
                registry.pulled.append(self.client_address[0])
            return self.say(200, content, {"Content-Type": kind, "Docker-Content-Digest": _digest(content)})

        do_HEAD = do_GET

    with serving((address, 443), Pulls, context):
        yield
