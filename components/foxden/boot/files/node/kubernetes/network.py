"""The way from the pods of this node to those of others: a tunnel (VXLAN) between nodes, and where each pod is.

Only addresses of nodes are on the wire: the cloud's network needs to know nothing of pods. Masters have no part in it.
"""

import ipaddress
import json
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..facts import Facts
from ..rest import ApiError
from ..written import write
from .node_config import api_as
from .places import POD_ADDRESSES

DEVICE = "foxden-pods"
PORT = 8472
_NUMBER = 1
_HEADERS = 50
"""Bytes that the tunnel adds to each packet."""
_CONFIG = Path("/run/foxden-network/10-foxden.conflist")
"""How pods get their network: before it is there the node is not ready, and no pod begins. It is in memory only, as
the rules of the node's firewall are."""
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_NODES = "/api/v1/nodes"
_WATCHED = 300
_OUT = (
    *("POSTROUTING", "-s", POD_ADDRESSES, "!", "-d", POD_ADDRESSES, "-m", "comment", "--comment", "foxden-pods"),
    *("-j", "MASQUERADE", "--random-fully"),
)
"""What leaves the pods' network goes by the name of its node."""

_GUARDED = "--mark 0x20000/0x20000 -j ACCEPT"
"""The end of what kube-router has each packet go through: it is there once all policies are, and not before."""


@dataclass(frozen=True)
class Peer:
    """Another node: where it is, and which pods it has."""

    address: str
    pods: str
    """Their addresses, as CIDR."""

    @property
    def gateway(self) -> str:
        """The tunnel's address on that node: the first of its pods' block, which no pod has."""
        return str(ipaddress.ip_network(self.pods).network_address)

    @property
    def hardware(self) -> str:
        """The tunnel's hardware address there: made of the node's own, so that nobody has to ask."""
        return ":".join(f"{part:02x}" for part in (0x02, 0xFD, *ipaddress.ip_address(self.address).packed))


def peer(node: Mapping[str, Any]) -> Peer | None:
    """A node as the API knows it; None as long as it has no address or no block."""
    found = [each["address"] for each in node["status"].get("addresses") or [] if each["type"] == "InternalIP"]
    pods = node["spec"].get("podCIDR")
    return Peer(found[0], pods) if found and pods else None


def run(facts: Facts) -> None:
    """Follow the nodes as they come and go."""
    said = ""
    while True:
        try:
            _follow(facts)
            said = ""
        except (ApiError, OSError, subprocess.SubprocessError) as error:
            if str(error) != said:
                said = str(error)
                print(f"waiting: {said}", flush=True)
            time.sleep(2)


def _follow(facts: Facts) -> None:
    # A kubelet sees no other node than its own.
    api = api_as(facts, "kube-proxy")
    found = api.get(f"{_NODES}?resourceVersion=0")
    nodes = {str(node["metadata"]["name"]): peer(node) for node in found["items"]}
    arrange(facts.name, nodes)
    for event in api.watch(_NODES, found["metadata"]["resourceVersion"], _WATCHED):
        if event["type"] == "BOOKMARK":
            continue
        name = str(event["object"]["metadata"]["name"])
        known = None if event["type"] == "DELETED" else peer(event["object"])
        if nodes.get(name) != known:
            nodes[name] = known
            arrange(facts.name, nodes)


def arrange(own_name: str, nodes: Mapping[str, Peer | None]) -> None:
    """Make it so, whatever it was before."""
    own = nodes.get(own_name)
    if own is None:
        raise ApiError(f"{own_name} has no block of addresses for pods yet")
    _FORWARDING.write_text("1\n")
    others = [each for name, each in sorted(nodes.items()) if each and name != own_name]
    size = _device(own)
    _ways(others)
    if subprocess.run(["iptables", "-w", "-t", "nat", "-C", *_OUT], capture_output=True, timeout=60).returncode:
        _run("iptables", "-w", "-t", "nat", "-A", *_OUT)
    if not _is_guarded():
        raise ApiError("kube-router enforces no policies yet: no pod may begin")
    write(_CONFIG, json.dumps(plugins(own.pods, size), indent=1), "root", 0o644)


def _is_guarded() -> bool:
    """Whether the network policies of this node's pods are in force."""
    found = subprocess.run(["iptables", "-w", "-S", "KUBE-ROUTER-FORWARD"], capture_output=True, text=True, timeout=60)
    return _GUARDED in found.stdout


def plugins(pods: str, size: int) -> dict[str, Any]:
    """How a pod gets its network: each has a link of its own, so that all it sends passes the node's firewall."""
    link = {
        "type": "ptp",
        "mtu": size,
        "ipam": {"type": "host-local", "ranges": [[{"subnet": pods}]], "routes": [{"dst": "0.0.0.0/0"}]},
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [link, ports]}


def _device(own: Peer) -> int:
    """The tunnel's end on this node; gives the longest packet that it takes, in bytes."""
    links = json.loads(_run("ip", "-j", "address", "show"))
    base = next(
        (link for link in links if own.address in [each.get("local") for each in link["addr_info"]]),
        None,
    )
    if base is None:
        raise ApiError(f"{own.address} is no address of this node")
    size = int(base["mtu"]) - _HEADERS
    there = next((link for link in links if link["ifname"] == DEVICE), None)
    if there and there["address"] != own.hardware:
        _run("ip", "link", "delete", DEVICE)
        there = None
    if there is None:
        kind = ["type", "vxlan", "id", str(_NUMBER), "dstport", str(PORT), "local", own.address, "nolearning"]
        _run("ip", "link", "add", DEVICE, "address", own.hardware, "mtu", str(size), *kind)
    _run("ip", "link", "set", DEVICE, "mtu", str(size), "up")
    held = [each["local"] for each in (there or {}).get("addr_info", []) if each["family"] == "inet"]
    for address in held:
        if address != own.gateway:
            _run("ip", "address", "delete", f"{address}/32", "dev", DEVICE)
    if own.gateway not in held:
        _run("ip", "address", "add", f"{own.gateway}/32", "dev", DEVICE)
    return size


def _ways(others: Iterable[Peer]) -> None:
    wanted = {each.pods: each for each in others}
    for route in json.loads(_run("ip", "-j", "route", "show", "dev", DEVICE) or "[]"):
        if "gateway" in route and route["dst"] not in wanted:
            _run("ip", "route", "delete", route["dst"], "dev", DEVICE)
            _run("ip", "neighbour", "delete", route["gateway"], "dev", DEVICE)
    known = {each.hardware for each in wanted.values()}
    for entry in json.loads(_run("bridge", "-j", "fdb", "show", "dev", DEVICE) or "[]"):
        if "dst" in entry and entry["mac"] not in known:
            _run("bridge", "fdb", "delete", entry["mac"], "dev", DEVICE, "dst", entry["dst"])
    for each in wanted.values():
        _run("bridge", "fdb", "replace", each.hardware, "dev", DEVICE, "dst", each.address)
        _run("ip", "neighbour", "replace", each.gateway, "lladdr", each.hardware, "dev", DEVICE, "nud", "permanent")
        _run("ip", "route", "replace", each.pods, "via", each.gateway, "dev", DEVICE, "onlink")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
