"""How commands run: isolated where root can see to it, else as the user."""

import os

from tests.engine.harness.isolation import is_isolated
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
                is_isolated(process, site, process.environ()["NOMAD_ALLOC_ID"], "**/artifacts/*/*/app.py")
            else:
                assert process.uids().effective == os.geteuid(), process
