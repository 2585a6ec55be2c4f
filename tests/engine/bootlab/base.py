"""The disk that every host of the lab starts with: Debian with systemd and cloud-init, made once and kept."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.paths import cache_dir

RELEASE = "bookworm"

PACKAGES = (
    *("systemd", "systemd-sysv", "systemd-resolved", "dbus", "cloud-init", "iproute2", "ca-certificates", "procps"),
    *("netbase", "curl", "iptables", "python3-cryptography", "python3-boto3", "docker.io"),
    *("containerd", "runc", "containernetworking-plugins", "conntrack", "ipset", "socat", "ebtables", "ethtool"),
    # One of the names by which python3-cryptography asks for it; debootstrap knows only packages.
    "python3-cffi-backend",
)
"""What an image of a cloud has, and the large ones of what the nodes install: they find those there."""

SERVED = ("unzip", "amazon-ecr-credential-helper")
"""Small packages that the lab's mirror serves instead: the nodes install them while they boot."""

UNITS = ("systemd-networkd", "systemd-resolved", "systemd-networkd-wait-online")
IDLE = ("docker.service", "docker.socket", "containerd.service")
"""Only started by who uses them."""
MASKED = (
    *("getty@tty1.service", "console-getty.service", "systemd-logind.service", "apt-daily.timer"),
    *("apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer", "dpkg-db-backup.timer"),
)

CLOUD_INIT = "network: {config: disabled}\nlocale: C.UTF-8\n"

GROUPS = """\
[Unit]
Description=Control groups of an older system can be written to, as on a machine
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for each in /sys/fs/cgroup/*/; do mount -o remount,rw,bind "$each" || true; done'
[Install]
WantedBy=sysinit.target
"""

EC2 = "usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py"
PATCHES = (
    # A container has no DMI that says whose machine it is, and nothing here answers DHCP.
    ("def identify_aws(data):\n", "def identify_aws(data):\n    return CloudNames.AWS\n"),
    ("    (DataSourceEc2Local, (", "    # (DataSourceEc2Local, ("),
)

RECIPE = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
"""Changes with whatever the base is made of."""


@dataclass(frozen=True)
class Base:
    """A finished base."""

    root: Path
    """The root of its file system: never written to."""
    apt: Path
    """What is served as a package archive."""


def base() -> Base:
    """The base, made now if this user has none yet: about a minute, and some 200 MB of packages."""
    directory = cache_dir() / "bootlab" / RECIPE
    made = Base(directory / "root", directory / "apt")
    with _lock():
        if not directory.exists():
            stage = directory.with_name(f"partial-{RECIPE}")
            shutil.rmtree(stage, ignore_errors=True)
            _make(Base(stage / "root", stage / "apt"))
            os.sync()
            stage.rename(directory)
    return made


@contextmanager
def _lock() -> Iterator[None]:
    directory = cache_dir() / "bootlab"
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(new: Base) -> None:
    new.root.mkdir(parents=True)
    new.apt.mkdir()
    debs = cache_dir() / "bootlab" / "debs"
    debs.mkdir(exist_ok=True)
    mirror = os.environ.get("FOXDEN_DEBIAN_MIRROR", "http://deb.debian.org/debian")
    options = [f"--include={','.join(PACKAGES)}", f"--cache-dir={debs}"]
    # In a mount namespace of its own: what it mounts is gone with it, also when it is interrupted.
    apart = ("unshare", "--mount", "--propagation=private", "--")
    _run(*apart, "debootstrap", "--variant=minbase", *options, RELEASE, str(new.root), mirror)
    _serve(new)
    _tweak(new.root)


def _serve(new: Base) -> None:
    """A package archive in the plainest form that apt knows."""
    (new.root / "etc/resolv.conf").unlink(missing_ok=True)
    shutil.copy("/etc/resolv.conf", new.root / "etc/resolv.conf")
    _chroot(new.root, "apt-get", "update", "-qq")
    inside = new.root / "tmp" / "apt"
    inside.mkdir()
    _chroot(new.root, "sh", "-c", f"cd /tmp/apt && apt-get download -qq -o APT::Sandbox::User=root {' '.join(SERVED)}")
    entries = []
    for deb in sorted(inside.glob("*.deb")):
        control = _run("dpkg-deb", "--field", str(deb))
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        entries.append(f"{control}Filename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n")
        shutil.move(deb, new.apt / deb.name)
    assert len(entries) == len(SERVED)
    (new.apt / "Packages").write_text("\n".join(entries))
    inside.rmdir()


def _tweak(root: Path) -> None:
    _chroot(root, "apt-get", "clean")
    shutil.rmtree(root / "var/lib/apt/lists")
    (root / "var/lib/apt/lists/partial").mkdir(parents=True)
    for name in ("usr/sbin/policy-rc.d", "etc/hostname", "etc/apt/sources.list", "etc/resolv.conf"):
        (root / name).unlink(missing_ok=True)
    (root / "etc/machine-id").write_text("")
    (root / "etc/resolv.conf").symlink_to("/run/systemd/resolve/stub-resolv.conf")
    (root / "etc/systemd/system/lab-groups.service").write_text(GROUPS)
    _chroot(root, "systemctl", "enable", *UNITS, "lab-groups")
    _chroot(root, "systemctl", "disable", *IDLE)
    _chroot(root, "systemctl", "mask", *MASKED)
    (root / "etc/cloud/cloud.cfg.d/99-lab.cfg").write_text(CLOUD_INIT)
    source = root / EC2
    text = source.read_text()
    for before, after in PATCHES:
        assert text.count(before) == 1, f"{EC2} is another: {before!r}"
        text = text.replace(before, after)
    source.write_text(text)
    _chroot(root, "python3", "-m", "compileall", "-q", f"/{EC2}")


def _chroot(root: Path, *command: str) -> str:
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return _run("chroot", str(root), "env", f"PATH={path}", "HOME=/root", "DEBIAN_FRONTEND=noninteractive", *command)


def _run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-3000:]}"
    return done.stdout
