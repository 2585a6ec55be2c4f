"""How commands run: isolated where root can see to it, else as the user."""

import os
from pathlib import Path

import psutil

from tests.engine.harness.shared import SERVICES
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import tasks


def test_services_are_isolated_as_far_as_this_user_can(site: Site) -> None:
    """As root: another user without rights, a root directory, process ids and a control group of their own."""
    root = os.geteuid() == 0
    for service in SERVICES:
        job = site.nomad.job(service, "local")
        drivers = {task["Driver"] for task in job["TaskGroups"][0]["Tasks"]}
        assert drivers == {"exec" if root else "raw_exec"}, f"{service} runs with {drivers}"
        processes = tasks(site, service)
        assert len(processes) == 2, f"{service}: {processes}"
        for process in processes:
            if root:
                _is_isolated(process, site)
            else:
                assert process.uids().effective == os.geteuid(), process


def _is_isolated(process: psutil.Process, site: Site) -> None:
    """As the kernel tells it, from outside."""
    seen = Path(f"/proc/{process.pid}")
    assert process.uids().effective != 0, f"{process} runs as root"
    for kind, what in (("pid", "processes"), ("mnt", "mounts")):
        own, ours = (seen / "ns" / kind).readlink(), Path("/proc/self/ns", kind).readlink()
        assert own != ours, f"{process} sees all {what}"
    for path in ("/etc/shadow", "/var/log", str(site.checkout), str(site.config), str(site.state / "cluster.json")):
        assert not Path(f"{seen}/root{path}").exists(), f"{process} sees {path}"
    assert list((seen / "root").glob("**/artifacts/*/*/app.py")), f"{process} does not see its own code"
    allocation = process.environ()["NOMAD_ALLOC_ID"]
    groups = (seen / "cgroup").read_text()
    assert allocation in groups, f"{process} is in no control group of its own:\n{groups}"
