"""Why a deployment failed: what Nomad says, and the last lines of an instance that did not get well."""

from collections.abc import Mapping
from typing import Any

from local.commands.backends import Questions
from local.commands.nomad_facts import Instance, Job

_EVENTS = 5
_LINES = 15


def known_deployments(servers: Questions, env: str) -> set[str]:
    """The deployments that there are: those of a coming release are the others."""
    return {deployment["ID"] for deployment in servers.deployments(env)}


def explain(servers: Questions, env: str, known: set[str]) -> list[str]:
    """Lines about each service whose latest release among the new deployments failed."""
    lines: list[str] = []
    for name, deployment in failed(servers.deployments(env), known).items():
        job = servers.job(env, name)
        lines += ["", f"{name}: {deployment['StatusDescription']}"]
        lines += _instance(servers, env, deployment, job.task if job else "main")
        if job:
            lines.append(_what_serves(servers, job))
    return lines + servers.unfinished(env)


def trouble(servers: Questions, env: str, known: set[str]) -> list[str]:
    """A line for each instance of a new deployment under way that has failed at least once, or why there is none."""
    lines = []
    for deployment in servers.deployments(env):
        if deployment["ID"] not in known and deployment["Status"] == "running":
            instances = servers.deployed_by(env, deployment["ID"])
            reasons = [] if instances else servers.unplaced(env, deployment["JobID"])
            if reasons:
                lines.append(f"{deployment['JobID']}: no instance was started: {'; '.join(reasons)}")
            for instance in instances:
                reasons = [event for event in instance.events.get("main", []) if event.startswith("Exit Code")]
                if reasons:
                    lines.append(
                        f"{deployment['JobID']} {instance.short} has ended {len(reasons)} times: {reasons[-1]}"
                    )
    return lines + servers.unwell(env)


def failed(deployments: list[dict[str, Any]], known: set[str]) -> dict[str, dict[str, Any]]:
    """Job -> its latest failed deployment, of those that are not ``known``; ``deployments`` has the latest first."""
    found: dict[str, dict[str, Any]] = {}
    for deployment in deployments:
        if deployment["ID"] not in known and deployment["Status"] == "failed":
            found.setdefault(deployment["JobID"], deployment)
    return found


def _instance(servers: Questions, env: str, deployment: Mapping[str, Any], main: str) -> list[str]:
    instances = servers.deployed_by(env, deployment["ID"])
    broken = worst(instances)
    if broken is None:
        reasons = servers.unplaced(env, deployment["JobID"])
        return [f"  no instance was started: {'; '.join(reasons)}"] if reasons else []
    task = broken.failed_task or main
    lines = [f"  instance {broken.short}: {event}" for event in broken.events.get(task, [])[-_EVENTS:]]
    for stream in ("stdout", "stderr"):
        said = servers.tail(env, broken.id, task, stream, _LINES)
        if said:
            lines += [f"  the end of its {stream}:", *(f"    {line}" for line in said)]
    return lines


def worst(instances: list[Instance]) -> Instance | None:
    """The one to look at: the latest that failed or never got well."""
    unwell = [one for one in instances if one.status in ("failed", "lost") or one.healthy is False]
    return next(iter(unwell or [one for one in instances if not one.healthy]), None)


def _what_serves(servers: Questions, job: Job) -> str:
    healthy = servers.healthy(job)
    if healthy:
        return f"  version {job.version} keeps serving: {healthy} healthy instance{'s' if healthy > 1 else ''}"
    return "  no version of it serves"
