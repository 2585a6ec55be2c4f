"""How instances come, go and come back."""

from typing import Any

import pytest

from foxden.schedulers.nomad import release
from foxden.service.spec import ServiceKind
from tests.unit.schedulers.nomad.samples import group, job, spec, task

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("replicas", "given", "canaries"),
    [
        (1, {}, 1),
        (2, {}, 0),
        (2, {"max_parallel": 2}, 2),
        (5, {"max_parallel": 4}, 0),
        (0, {}, 0),
        (5, {"strategy": "canary"}, 1),
        (5, {"strategy": "canary", "canaries": 3}, 3),
        (0, {"strategy": "canary"}, 0),
        (5, {"strategy": "blue-green"}, 5),
    ],
)
def test_somebody_always_answers_while_versions_change(replicas: int, given: dict[str, Any], canaries: int) -> None:
    update = release.update(spec(replicas=replicas, release=given))
    assert update["Canary"] == canaries
    assert update["AutoPromote"] == (canaries > 0)


def test_a_release_has_its_numbers() -> None:
    given = {"max_parallel": 2, "min_healthy": 7, "deadline": 300, "auto_revert": False}
    update = group(job(spec(replicas=4, health={"grace": 40}, release=given)))["Update"]
    assert update == {
        "MaxParallel": 2,
        "HealthCheck": "checks",
        "MinHealthyTime": 7 * SECOND,
        "HealthyDeadline": 253 * SECOND,
        "ProgressDeadline": 300 * SECOND,
        "AutoRevert": False,
        "Canary": 0,
        "AutoPromote": False,
    }


@pytest.mark.parametrize(("deadline", "healthy"), [(180, 137), (600, 557), (44, 43), (80, 43)])
def test_an_image_may_take_long_to_come(deadline: float, healthy: float) -> None:
    """Nomad counts from an instance's placement on; there is always time for one more that only has to begin."""
    given = {"min_healthy": 3, "deadline": deadline}
    update = release.update(spec(health={"grace": 40}, release=given))
    assert update["HealthyDeadline"] == healthy * SECOND
    assert update["MinHealthyTime"] < update["HealthyDeadline"] < update["ProgressDeadline"]


def test_a_worker_that_is_not_asked_is_well_while_it_runs() -> None:
    assert group(job(spec(kind="worker")))["Update"]["HealthCheck"] == "task_states"
    assert group(job(spec(kind="worker", health={"command": ["/ok"]})))["Update"]["HealthCheck"] == "checks"


@pytest.mark.parametrize("kind", ["job", "cron"])
def test_what_ends_has_no_update_and_a_last_attempt(kind: str) -> None:
    extra = {"schedule": "0 3 * * *"} if kind == "cron" else {}
    rendered = group(job(spec(kind=kind, **extra)))
    assert "Update" not in rendered
    assert rendered["ReschedulePolicy"]["Unlimited"] is False
    assert rendered["RestartPolicy"]["Mode"] == "fail"


@pytest.mark.parametrize("kind", [ServiceKind.SERVICE, ServiceKind.WORKER])
def test_what_lasts_is_started_again_without_end(kind: ServiceKind) -> None:
    assert release.restart(kind)["Mode"] == "fail"
    assert release.reschedule(kind)["Unlimited"] is True


def test_traffic_leaves_before_the_program_is_told_to_end() -> None:
    main = task(job(spec(termination_grace=42)))
    assert main["ShutdownDelay"] == release.SHUTDOWN_DELAY * SECOND
    assert (main["KillSignal"], main["KillTimeout"]) == ("SIGTERM", 42 * SECOND)
    assert "ShutdownDelay" not in task(job(spec(kind="worker")))


def test_pulumi_waits_for_longer_than_nomad() -> None:
    given = {"max_parallel": 2, "deadline": 100}
    assert release.longest_release(spec(replicas=1, health={"grace": 9}, release=given)) > 2 * 100
    assert release.longest_release(spec(replicas=10, health={"grace": 9}, release=given)) > 6 * 100
    assert release.longest_release(spec(replicas=1000, release={"deadline": 7200})) == release.LONGEST


def test_what_goes_may_take_as_long_as_it_says() -> None:
    assert release.longest_end(spec()) >= 300
    assert release.longest_end(spec(termination_grace=3600)) > 3600 + release.SHUTDOWN_DELAY
