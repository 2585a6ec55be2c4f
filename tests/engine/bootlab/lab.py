"""A closed world: a network, a cloud that is moto, and the hosts that it launches."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import psutil

from local.kubernetes.images import Image
from local.kubernetes.inside import KERNEL
from local.paths import REPO
from tests.engine.bootlab.base import Base, base
from tests.engine.bootlab.cloud import Cloud
from tests.engine.bootlab.door import door
from tests.engine.bootlab.groups import PREFIX, Group, hierarchies
from tests.engine.bootlab.host import Host
from tests.engine.bootlab.images import Images
from tests.engine.bootlab.metadata import Facts, metadata
from tests.engine.bootlab.mirror import Archive, mirror
from tests.engine.bootlab.names import names
from tests.engine.bootlab.network import Network
from tests.engine.bootlab.refresh import Actions
from tests.engine.bootlab.registry import PROBE, Registry, answering, trust
from tests.engine.bootlab.scaling import Member, Player, State, playing
from tests.engine.harness.waiting import until

REGION = "eu-west-1"

APPS_INSIDE = "usr/local/share/foxden-apps"
"""Where the services' programs are on every host."""

BALANCERS = ".elb.amazonaws.com"
"""How the names of balancers end."""

_APPS = REPO / "examples" / "apps"
_DOOR = 4566
_NETNS = Path("/run/netns")


_ASK = """
journalctl --no-pager -q -o short-precise -u 'foxden-*' -u consul -u nomad -u etcd -u 'kube*' -u containerd \\
    -u cloud-final |
    grep -vE '(Ign|Get):|Registered resource' | tail -n 50
systemctl --failed --no-legend
"""


_SHOWN = """\
[Unit]
Description=Settings of the whole machine look as a node makes them
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/sh -ec 'mkdir -p /run/lab-kernel; while read -r name value; do \\
    shown=/run/lab-kernel/$(echo "$name" | tr / .); echo "$value" >"$shown"; \\
    mount --bind "$shown" "/proc/sys/$name"; done </etc/lab-kernel'
"""

_DISK = """\
[Service]
ExecStart=
ExecStart=/usr/local/bin/kubelet $ARGUMENTS --eviction-hard=memory.available<100Mi --image-gc-high-threshold=100
"""


@dataclass(frozen=True)
class Supplies:
    """What of the world outside there is in it."""

    archives: Sequence[Archive] = ()
    """Programs on the mirror."""
    images: Sequence[Image] = ()
    """In the account's own registry, beside :data:`PROBE`."""
    world: Mapping[str, Sequence[Image]] = field(default_factory=dict)
    """Host of another registry -> its images."""


@dataclass
class Lab:
    """One closed world, and what is in it."""

    network: Network
    directory: Path
    base: Base
    endpoint: str
    """Where hosts and tests find the cloud."""
    supplies: Supplies
    mirror: str
    """The URL below which the pinned programs lie."""
    cloud: Cloud
    images: Images
    registry: Registry
    player: Player

    def host(self, facts: Facts) -> Host:
        return self.player.members[facts.instance].host

    def in_service(self, group: str, count: int, within: float) -> list[Member]:
        """Wait until a group has exactly so many members that are not about to go, all in service."""

        def look() -> list[Member]:
            members = self.player.of(group, State.LAUNCHING, State.IN_SERVICE)
            states = {member.id: str(member.state) for member in members}
            assert list(states.values()) == [State.IN_SERVICE] * count, states
            return members

        return until(look, f"{count} members of {group} are in service", within, every=0.5)

    def told(self) -> str:
        """What happened so far, and the last words of every host, for people."""
        story = "\n".join(self.player.story)
        words = [
            f"--- {member.id} ({member.group}, {member.state})\n{_last_words(member.host)}"
            for member in self.player.all()
            if member.state is not State.TERMINATED
        ]
        return "\n".join([story, *words])


def _last_words(host: Host) -> str:
    if not host.running:
        return "is off"
    try:
        return host.tried("sh", "-c", _ASK, within=20).stdout
    except (AssertionError, subprocess.SubprocessError) as error:
        return f"can't be asked: {error!r}"


def apps() -> dict[str, str]:
    """The example services' programs, which a machine without containers has on its disk."""
    shared = (_APPS / "common" / "webapp.py").read_text()
    found = {}
    for file in sorted(_APPS.glob("*/app.py")):
        found[f"{APPS_INSIDE}/{file.parent.name}/app.py"] = file.read_text()
        found[f"{APPS_INSIDE}/{file.parent.name}/webapp.py"] = shared
    return found


def containers(disk: Base, authority: str) -> dict[str, str]:
    """What lets containers run on a host's thin layer, once somebody uses them, and come from the lab's registries."""
    bundle = "etc/ssl/certs/ca-certificates.crt"
    return {
        "etc/docker/daemon.json": '{"storage-driver": "vfs"}',
        "etc/systemd/system/sockets.target.d/docker.conf": "[Unit]\nWants=docker.socket\n",
        bundle: (disk.root / bundle).read_text() + authority,
        **kernel(),
    }


def kernel() -> dict[str, str]:
    """What shows a kubelet that the settings of the whole machine, which it would make, are made; no messages of its
    kernel's, which it would read; and a disk that is not full because the machine's is."""
    lines = "\n".join(f"{name} {value}" for name, value in sorted(KERNEL.items()))
    return {
        "etc/lab-kernel": f"{lines}\n",
        "etc/systemd/system/kubelet.service.d/lab.conf": _DISK,
        "etc/systemd/system/lab-kernel.service": _SHOWN,
        "etc/systemd/system/sysinit.target.d/lab-kernel.conf": "[Unit]\nWants=lab-kernel.service\n",
        # No link to /dev/null: units that may not read the kernel's messages would have neither.
        "etc/tmpfiles.d/lab.conf": "f /dev/kmsg 0600 - - - -\n",
    }


@contextmanager
def a_lab(supplies: Supplies, addresses: str = "10.77.0.0/16") -> Iterator[Lab]:
    """A world with these addresses, which this thread is in while the block runs. Nothing is left of it afterwards."""
    _sweep()
    disk = base()
    name = f"{PREFIX}-{os.getpid()}-{secrets.token_hex(3)}"
    network = Network(name, IPv4Network(addresses))
    directory = Path(tempfile.gettempdir()) / name
    directory.mkdir(mode=0o700)
    try:
        network.up()
        with network.entered(), ExitStack() as stack:
            yield _opened(network, directory, disk, supplies, stack)
    finally:
        _cleared(name)


def _opened(network: Network, directory: Path, disk: Base, supplies: Supplies, stack: ExitStack) -> Lab:
    gateway = str(network.gateway)
    moto = stack.enter_context(_moto(network.name, directory))
    cloud = Cloud(f"http://{moto[0]}:{moto[1]}", REGION)
    endpoint = f"http://{gateway}:{_DOOR}"
    registry = Registry(REGION, (PROBE, *supplies.images), supplies.world)
    known = {registry.api: gateway, **dict.fromkeys((registry.host, *supplies.world), str(network.registry))}
    trusted = trust(list(known), directory)
    images = Images({**apps(), **containers(disk, trusted.authority)})

    def new_host(facts: Facts) -> Host:
        return Host(
            name=facts.instance,
            address=IPv4Address(facts.address),
            disk=directory / facts.instance,
            base=disk,
            network=network,
            group=Group(f"{network.name}.{facts.instance}"),
            environ={"AWS_ENDPOINT_URL": endpoint},
            image=images.files(facts.image),
        )

    player = Player(cloud, new_host, directory / "story.log")
    rules = Actions(player).rules()
    stack.enter_context(door((gateway, _DOOR), moto, rules))
    stack.enter_context(door((gateway, 443), moto, rules, trusted.context))
    stack.enter_context(answering(registry, str(network.registry), trusted.context))
    stack.enter_context(metadata(player.at, cloud.credentials))
    url = stack.enter_context(mirror((gateway, 80), disk, supplies.archives))
    stack.enter_context(names(gateway, {**known, BALANCERS: gateway}))
    stack.enter_context(playing(player))
    return Lab(network, directory, disk, endpoint, supplies, url, Cloud(endpoint, REGION), images, registry, player)


@contextmanager
def _moto(name: str, directory: Path) -> Iterator[tuple[str, int]]:
    """The cloud of ``make simulate``; gives its address."""
    group = Group(f"{name}.moto")
    group.make()
    with (directory / "moto.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.simulate.server"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=REPO,
            start_new_session=True,
        )
    try:
        for path in group.paths:
            (path / "cgroup.procs").write_text(str(process.pid))
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        assert port, (directory / "moto.log").read_text()[-2000:]
        yield "127.0.0.1", int(port)
    finally:
        process.kill()
        process.wait(10)
        group.remove()


def _cleared(name: str) -> None:
    """Remove all that there is of a lab, whatever state it is in."""
    for path in hierarchies():
        for directory in (path / PREFIX).glob(f"{name}.*"):
            Group(directory.name).kill()
            Group(directory.name).remove()
    Network(name, IPv4Network("10.77.0.0/16")).down()
    shutil.rmtree(Path(tempfile.gettempdir()) / name, ignore_errors=True)


def _sweep() -> None:
    """Remove the labs of test runs that were killed."""
    places = [*_NETNS.glob(f"{PREFIX}-*"), *Path(tempfile.gettempdir()).glob(f"{PREFIX}-*")]
    for name in sorted({place.name for place in places}):
        if not psutil.pid_exists(int(name.removeprefix(f"{PREFIX}-").partition("-")[0])):
            _cleared(name)
