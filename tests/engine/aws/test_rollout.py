"""`pulumi up` tells the truth about machines that AWS replaces afterwards."""

from collections.abc import Callable
from typing import Any

from local.paths import REPO
from tests.engine.aws.projects import Project
from tests.engine.plugins.projects import FAILED

IMAGE = "ami-0123456789abcdef0"


def test_up_fails_while_old_machines_run_and_not_when_all_are_new(
    new: Callable[[str], Project], clients: Callable[[str], Any]
) -> None:
    """Moto calls every instance refresh successful, and replaces nothing: exactly what must not be believed."""
    project = new("rollout")
    project.env["PYTHONPATH"] = f"{REPO}:{REPO / 'components'}"
    project.choose(type="t3.small", image=IMAGE)
    project.up()
    assert project.preview() == {}

    project.choose(type="t3.medium")
    for _ in ("when it was changed", "with no change to make"):
        said = project.pulumi("up", "--yes", "--skip-preview", expect=FAILED)
        assert "dev-servers: 2 of 2 machines are not of version 2 of lt-" in said
        assert "the instance refresh ended as Successful" in said
        assert "Traceback" not in said
    assert project.preview() == {}

    for number in (0, 2):
        clients("autoscaling").set_desired_capacity(AutoScalingGroupName="dev-servers", DesiredCapacity=number)
    project.up()
    project.destroy()
