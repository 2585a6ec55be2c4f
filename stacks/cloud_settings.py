"""The choices of an environment whose machines are a cloud's. What each component makes of them, it checks itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foxden.service.reader import Reader

LAYERS = ("cluster", "services")
"""The parts that an environment is composed of: the machines, and what runs on them."""

OWN = "own"
"""What ``foxden:cluster`` says where an environment that inherits has a cluster of its own."""

CLOUD_OBJECTS = ("pools", "core", "network", "registry", "names", "tags", "api", "cluster_services")
"""Keys whose value is a mapping."""

CLOUD_KEYS = (
    *("region", "zones", "cidr", "nat", "image", "instance_type", "zone", "account", "mirror", "apt_mirror"),
    *("processor", "pull_test", "cluster", "layers", "protect", "wait", "managed"),
    *CLOUD_OBJECTS,
)

TYPED = ("servers", "zones", "layers", "protect", "wait", "managed")
"""Keys whose value is no text: where it is one, it is read as YAML."""


@dataclass(frozen=True)
class CloudSettings:
    """Where an environment's machines are, and which."""

    cloud: str
    region: str
    zones: tuple[str, ...]
    """By their full names."""
    cidr: str
    servers: int
    image: str
    """Id of the machine image of servers and pools."""
    pools: Mapping[str, Mapping[str, Any]]
    """Name to the fields of :class:`foxden.WorkerPoolArgs` that are other than the stack gives them."""
    layers: tuple[str, ...] = LAYERS
    own_cluster: bool = False
    """Whether it has a cluster of its own, though it inherits."""
    protect: bool = True
    wait: bool = True
    """Whether `pulumi up` ends only when every machine is the one that was asked for."""
    managed: bool = False
    """Whether the cloud runs the servers itself."""
    nat: str | None = None
    instance_type: str | None = None
    """Of the core servers."""
    zone: str | None = None
    """Id of the public zone that has its domain; None: one is made."""
    account: str | None = None
    """The only account that it may be deployed into."""
    pull_test: str | None = None
    software: Mapping[str, Any] = field(default_factory=dict)
    core: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of :class:`foxden.CoreClusterArgs`."""
    network: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of :class:`foxden.NetworkArgs`."""
    registry: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of :class:`foxden.RegistryAuthArgs`."""
    cluster_services: Mapping[str, Any] = field(default_factory=dict)
    """Fields of :class:`foxden.ClusterServicesArgs`: what the cluster runs beside services."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Name in the private zone to the host name that it stands for."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Owner, cost centre and the like."""
    api: Mapping[str, str] = field(default_factory=dict)
    """``address`` and ``discovery_address``: where whoever deploys reaches the APIs. Default: by ``make connect``."""


def read_cloud(reader: Reader, cloud: str, inherits: bool) -> CloudSettings:
    """The choices, as far as they are needed to compose; ``inherits`` says whether there is a base."""
    managed = reader.flag("managed", False)
    reader.require("region", "cidr", "image", "pools", *([] if managed else ["servers"]))
    region = reader.text("region", "")
    mappings = {key: reader.sub(key) for key in CLOUD_OBJECTS}
    given = {key: dict(sub.given) if sub else {} for key, sub in mappings.items()}
    for pool, fields in given["pools"].items():
        reader.nested(f"pools.{pool}", fields)
    own = reader.text("cluster", OWN if not inherits else "")
    if own not in ("", OWN):
        reader.complain("cluster", f"must be '{OWN}' or left out, got {own!r}")
    if mappings["api"]:
        mappings["api"].only(("address", "discovery_address"))
    return CloudSettings(
        cloud=cloud,
        region=region,
        zones=tuple(f"{region}{zone}" if len(zone) == 1 else zone for zone in _words(reader, "zones", ("a", "b", "c"))),
        cidr=reader.text("cidr", ""),
        servers=reader.integer("servers", 3, 0, 1000),
        image=reader.text("image", ""),
        pools=given["pools"],
        layers=_layers(reader, own == OWN),
        own_cluster=inherits and own == OWN,
        protect=reader.flag("protect", True),
        wait=reader.flag("wait", True),
        managed=managed,
        nat=reader.text("nat"),
        instance_type=reader.text("instance_type"),
        zone=reader.text("zone"),
        account=reader.text("account"),
        pull_test=reader.text("pull_test"),
        software={key: reader.text(key) for key in ("mirror", "apt_mirror", "processor") if reader.has(key)},
        core=given["core"],
        network=given["network"],
        registry=given["registry"],
        cluster_services=given["cluster_services"],
        names=reader.text_map("names"),
        tags=reader.text_map("tags"),
        api=reader.text_map("api"),
    )


def _layers(reader: Reader, own: bool) -> tuple[str, ...]:
    layers = _words(reader, "layers", LAYERS)
    unknown = [layer for layer in layers if layer not in LAYERS]
    if unknown or not layers:
        reader.complain("layers", f"must be of {', '.join(LAYERS)}, got {', '.join(layers) or 'none'}")
    elif own and "cluster" not in layers:
        reader.complain("layers", "must have 'cluster': without it the machines would be taken away")
    return layers


def _words(reader: Reader, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """A list of texts, or one text of words with commas between, as a command line has it."""
    value = reader.given.get(key)
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return reader.texts(key) if reader.has(key) else default
