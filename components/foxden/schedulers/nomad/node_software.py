"""The programs of a node: pinned versions, where they lie, and what they must add up to (pure)."""

from collections.abc import Mapping
from typing import Any, Optional

from foxden.boot.node import Software
from foxden.schedulers.releases import Release, chosen

_HASHICORP = "https://releases.hashicorp.com/{name}/{{version}}/{name}_{{version}}_linux_{{processor}}.zip"
_HASHICORPS_SUMS = "https://releases.hashicorp.com/{name}/{{version}}/{name}_{{version}}_SHA256SUMS"
RELEASES: Mapping[str, Release] = {
    "consul": Release(
        "1.21.0",
        _HASHICORP.format(name="consul"),
        _HASHICORPS_SUMS.format(name="consul"),
        {
            "amd64": "e916e30904eedfa7ee2e2a378b5e8a9a374f2f351e645aa4c0a03adc15dabaec",
            "arm64": "59d04f948d4b04a1d836e69a441e4c3ffb74b41f710329c9ba0dc99392b6f2d5",
        },
        {"consul": "consul"},
    ),
    "nomad": Release(
        "1.11.3",
        _HASHICORP.format(name="nomad"),
        _HASHICORPS_SUMS.format(name="nomad"),
        {
            "amd64": "19dac5642a2ba5305e6ff8efee06a708d760ebe4d1cd7936bc3dc526f477dc12",
            "arm64": "902e44260fcd9297af7042fb33ccd5a29cc2202b57199724f17c96fcd67414d2",
        },
        {"nomad": "nomad"},
    ),
    "caddy": Release(
        "2.11.3",
        "https://github.com/caddyserver/caddy/releases/download/v{version}/caddy_{version}_linux_{processor}.tar.gz",
        "https://github.com/caddyserver/caddy/releases/download/v{version}/caddy_{version}_checksums.txt",
        {
            "amd64": (
                "ee886eceda0ff9f30610d3be9b5b594026591e19add6b3961a341c72abe468e5"
                "eac9d7c2c2450bbb8420db1f827b954521f9336be4872f81090b8618adf8815a"
            ),
            "arm64": (
                "bd06996e1612cf5e9770dc7134313067ef3fdfde43b1a2196004906006de7793"
                "72dcf7a0e7c7fb0890c23791179f12be4625f1b6e666a2abf37e8aff4c3a1826"
            ),
        },
        {"caddy": "caddy"},
    ),
}


def software(
    mirror: Optional[str] = None,
    programs: Optional[Mapping[str, Mapping[str, Any]]] = None,
    processor: str = "amd64",
    apt_mirror: str = "",
) -> Software:
    """What nodes are installed with: see :func:`foxden.schedulers.releases.chosen`. The programs are consul, nomad and
    caddy."""
    return chosen(RELEASES, mirror, programs, processor, apt_mirror)
