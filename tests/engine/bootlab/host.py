"""A host that really boots: systemd and cloud-init in a container, on a thin layer over the base's disk."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

import psutil

from tests.engine.bootlab.base import Base
from tests.engine.bootlab.groups import Group
from tests.engine.bootlab.network import BRIDGE, Network
from tests.engine.harness.waiting import until

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_START = (
    'for group in $GROUPS_TO_JOIN; do echo $$ > "$group/cgroup.procs"; done; '
    'mount -t overlay foxden-bootlab -o "lowerdir=$LOWER,upperdir=$DISK/upper,workdir=$DISK/work" "$DISK/root"; '
    'exec systemd-nspawn "$@"'
)
PLAIN = ("/var/lib/containerd",)
"""Directories that lie beside the thin layer, on the file system that it lies on: a layer over them needs that."""
_NETWORK = """\
[Match]
Name=host0
[Network]
Address={address}/{bits}
Gateway={gateway}
DNS={gateway}
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
_SOURCE = (
    "datasource_list: [ Ec2 ]\n"
    "datasource: {Ec2: {strict_id: false, timeout: 5, max_wait: 60, apply_full_imds_network_config: false,"
    ' metadata_urls: ["http://169.254.169.254"]}}\n'
)


@dataclass
class Host:
    """One machine: its disk lasts until :meth:`remove`, over power cuts and reboots."""

    name: str
    address: IPv4Address
    disk: Path
    base: Base
    network: Network
    group: Group
    environ: Mapping[str, str] = field(default_factory=dict)
    """What all its units have in their environment."""
    image: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Path -> text of what its machine image has beside the base's."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def console(self) -> Path:
        return self.disk / "console.log"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Switch it on."""
        if not self.disk.exists():
            self._new_disk()
        self.group.make()
        # As a machine lets its own root do: drivers of tasks keep keys, and ask what the kernel can do.
        options = ["--system-call-filter=@keyring bpf"]
        options += ["--quiet", "--boot", "--register=no", "--keep-unit", f"--machine={self.name}"]
        options += [f"--directory={self.disk}/root", f"--network-bridge={BRIDGE}", "--console=read-only"]
        options += ["--resolv-conf=off", "--timezone=off", "--link-journal=no"]
        options += [f"--bind={self._beside(place)}:{place}" for place in PLAIN]
        enter = [*self.network.enter, "unshare", "--mount", "--propagation=private", "--"]
        environ = {"PATH": _PATH, "LOWER": str(self.base.root), "DISK": str(self.disk)}
        with self.console.open("ab") as log:
            self.process = subprocess.Popen(
                [*enter, "sh", "-ec", _START, "sh", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **environ,
                    "GROUPS_TO_JOIN": " ".join(map(str, self.group.paths)),
                    # The settings of its own network can be made, as on a machine.
                    "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
                },
                start_new_session=True,
            )

    def _new_disk(self) -> None:
        for directory in (*(self.disk / name for name in ("upper", "work", "root")), *map(self._beside, PLAIN)):
            directory.mkdir(parents=True)
        bits, gateway = self.network.addresses.prefixlen, self.network.gateway
        environ = " ".join(f'"{name}={value}"' for name, value in sorted(self.environ.items()))
        files = {
            **self.image,
            "etc/systemd/network/10-lab.network": _NETWORK.format(address=self.address, bits=bits, gateway=gateway),
            "etc/systemd/system.conf.d/lab.conf": f"[Manager]\nDefaultEnvironment={environ}\n",
            "etc/cloud/cloud.cfg.d/90-lab-source.cfg": _SOURCE,
            "etc/apt/sources.list": f"deb [trusted=yes] http://{gateway}/apt ./\n",
        }
        for name, text in files.items():
            file = self.disk / "upper" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def _beside(self, place: str) -> Path:
        return self.disk / "beside" / place.lstrip("/")

    @property
    def leader(self) -> int:
        """The process that is number 1 inside; 0 while it is not there."""
        if not self.running or self.process is None:
            return 0
        try:
            children = psutil.Process(self.process.pid).children()
        except psutil.Error:
            return 0
        return next((child.pid for child in children if _is_first(child.pid)), 0)

    @property
    def root(self) -> Path:
        """Its whole file system, seen from here, while it runs."""
        return Path(f"/proc/{self.leader}/root")

    def run(self, *command: str, within: float = 60, given: str = "") -> str:
        """What a command prints inside; fails when the command does."""
        done = self.tried(*command, within=within, given=given)
        said = (done.stdout + done.stderr)[-3000:]
        assert done.returncode == 0, f"{self.name}: {' '.join(command)} ended with {done.returncode}: {said}"
        return done.stdout

    def tried(self, *command: str, within: float = 60, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command inside, whatever comes of it; one that takes longer is "not yet" to whoever waits."""
        leader = self.leader
        assert leader, f"{self.name} is not running"
        environ = [f"{name}={value}" for name, value in {"PATH": _PATH, "HOME": "/root", **self.environ}.items()]
        enter = ["nsenter", "-t", str(leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "--", "env", "-i"]
        try:
            return subprocess.run(
                [*enter, *environ, *command],
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=within,
            )
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{self.name}: {' '.join(command)} was not done within {within:g} s") from error

    def booted(self, within: float = 300) -> str:
        """Wait for the end of cloud-init; returns its status in long form."""
        until(self._cloud_init_ended, f"cloud-init has ended on {self.name}", within, every=0.3)
        return self.tried("cloud-init", "status", "--long").stdout

    def _cloud_init_ended(self) -> bool:
        # Between its launch and its start it has no console yet.
        shown = self.console.read_text(errors="replace")[-2000:] if self.console.exists() else ""
        assert self.running, f"{self.name} is off: {shown}"
        return (self.root / "run/cloud-init/result.json").exists()

    def shut_down(self, within: float = 90) -> None:
        """A clean shutdown, as by its power button; its power is cut when that takes too long."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.cut()

    def cut(self) -> None:
        """Cut its power."""
        leader = self.leader
        if leader:
            os.kill(leader, signal.SIGKILL)
        if self.process is not None:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.group.kill()

    def remove(self) -> None:
        """Cut its power, and throw it away."""
        self.cut()
        self.group.remove()
        shutil.rmtree(self.disk, ignore_errors=True)


def _is_first(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    inside = next(line for line in status.splitlines() if line.startswith("NSpid:"))
    return inside.split()[-1] == "1" and len(inside.split()) > 2
