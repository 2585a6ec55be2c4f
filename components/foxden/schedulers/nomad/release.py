"""How a job's instances come, go, and come back: Nomad's update, restart and reschedule stanzas (pure)."""

from math import ceil
from typing import Any

from foxden.schedulers.nomad.units import nanoseconds
from foxden.service.spec import HealthCheck, ReleaseStrategy, ServiceKind, ServiceSpec

SHUTDOWN_DELAY = 2.0
"""Seconds between an instance's leave from Consul and its SIGTERM. The proxies were seen to follow within 0.22 s."""

_MARGIN = 60
"""Seconds beyond its own deadlines that Nomad may take to answer."""

_USUAL_END = 300
"""Seconds that a job has to end where its own program needs no longer."""

LONGEST = 24 * 3600
"""Seconds that a release may take at most, however many instances there are."""


def is_lasting(kind: ServiceKind) -> bool:
    """Whether it runs always, instead of to an end."""
    return kind in (ServiceKind.SERVICE, ServiceKind.WORKER)


def healthy_deadline(spec: ServiceSpec) -> float:
    """Seconds that an instance that has begun takes at most until it has stayed healthy for long enough."""
    return spec.health.grace + spec.release.min_healthy


def instance_deadline(spec: ServiceSpec) -> float:
    """Seconds from an instance's placement, its image's pull included, until it must have stayed healthy.

    What is left of the release's deadline is enough for one more instance elsewhere.
    """
    needed = healthy_deadline(spec)
    return max(needed, spec.release.deadline - needed)


def canaries(spec: ServiceSpec) -> int:
    """How many instances of a new version come beside the old ones before the first of those goes."""
    release = spec.release
    if release.strategy == ReleaseStrategy.CANARY:
        return min(release.canaries, spec.replicas)
    if release.strategy == ReleaseStrategy.BLUE_GREEN:
        return spec.replicas
    # Nomad stops an old instance before it starts the new one: where that would be all of them, nobody would answer.
    return spec.replicas if release.max_parallel >= spec.replicas else 0


def update(spec: ServiceSpec) -> dict[str, Any]:
    """The update stanza of a service or worker."""
    ahead = canaries(spec)
    return {
        "MaxParallel": spec.release.max_parallel,
        "HealthCheck": "task_states" if spec.health.check == HealthCheck.NONE else "checks",
        "MinHealthyTime": nanoseconds(spec.release.min_healthy),
        "HealthyDeadline": nanoseconds(instance_deadline(spec)),
        "ProgressDeadline": nanoseconds(spec.release.deadline),
        "AutoRevert": spec.release.auto_revert,
        "Canary": ahead,
        "AutoPromote": ahead > 0,
    }


def restart(kind: ServiceKind) -> dict[str, Any]:
    """A program that ends is started again where it is; one that keeps ending is left to rescheduling."""
    lasting = is_lasting(kind)
    return {
        "Attempts": 5 if lasting else 2,
        "Interval": nanoseconds(300),
        "Delay": nanoseconds(1 if lasting else 5),
        "Mode": "fail",
    }


def reschedule(kind: ServiceKind) -> dict[str, Any]:
    """Where to go on after restarts didn't help: on another node if there is one, with growing pauses."""
    if is_lasting(kind):
        return {
            "Unlimited": True,
            "Delay": nanoseconds(5),
            "DelayFunction": "exponential",
            "MaxDelay": nanoseconds(300),
        }
    return {
        "Unlimited": False,
        "Attempts": 1,
        "Interval": nanoseconds(24 * 3600),
        "Delay": nanoseconds(5),
        "DelayFunction": "constant",
    }


def longest_release(spec: ServiceSpec) -> int:
    """Seconds after which a release can't be on its way any more: every step may take up to its deadline."""
    steps = 1 + ceil(spec.replicas / spec.release.max_parallel)
    return int(min(LONGEST, steps * (spec.release.deadline + spec.termination_grace + SHUTDOWN_DELAY) + _MARGIN))


def longest_end(spec: ServiceSpec) -> int:
    """Seconds after which the instances of a job that was taken away can't be on their way any more."""
    return max(_USUAL_END, ceil(spec.termination_grace + SHUTDOWN_DELAY) + _MARGIN)
