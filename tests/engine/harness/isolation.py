"""What a service's program sees of the machine, as the kernel tells it from outside."""

from pathlib import Path

import psutil

from tests.engine.harness.site import Site


def is_isolated(process: psutil.Process, site: Site, group: str, code: str) -> None:
    """Another user without rights, a root directory, process ids and a control group of its own.

    ``group``: what is in the name of that; ``code``: where in its root directory its program is, as a pattern.
    """
    seen = Path(f"/proc/{process.pid}")
    assert process.uids().effective != 0, f"{process} runs as root"
    for kind, what in (("pid", "processes"), ("mnt", "mounts")):
        own, ours = (seen / "ns" / kind).readlink(), Path("/proc/self/ns", kind).readlink()
        assert own != ours, f"{process} sees all {what}"
    for path in ("/etc/shadow", "/var/log", str(site.checkout), str(site.config), str(site.state / "cluster.json")):
        assert not Path(f"{seen}/root{path}").exists(), f"{process} sees {path}"
    assert list((seen / "root").glob(code)), f"{process} does not see its own code"
    groups = (seen / "cgroup").read_text()
    assert group in groups, f"{process} is in no control group of its own:\n{groups}"
