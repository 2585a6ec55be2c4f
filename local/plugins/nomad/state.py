"""A job as Nomad's API shows it -> the outputs of the resource. Pure."""

from typing import Any

from local.plugins.nomad.client import text
from local.plugins.nomad.jobspec import Job
from local.plugins.wire import Values

_NANOSECONDS = (("h", 3_600_000_000_000), ("m", 60_000_000_000))


def outputs_of(job: Job) -> Values:
    """Everything that is computed, but for what needs further calls (allocations, deployment)."""
    return {
        "name": job["ID"],
        "namespace": job.get("Namespace"),
        "region": job.get("Region"),
        "type": job.get("Type"),
        "datacenters": sorted(job.get("Datacenters") or []),
        "status": job.get("Status"),
        "statusDescription": text(job.get("StatusDescription")),
        "version": job.get("Version"),
        "submitTime": text(job.get("SubmitTime")),
        "createIndex": job.get("CreateIndex"),
        "modifyIndex": text(job.get("JobModifyIndex") or 0),
        "stop": bool(job.get("Stop")),
        "stable": bool(job.get("Stable")),
        "priority": job.get("Priority"),
        "parentId": text(job.get("ParentID")),
        "allAtOnce": bool(job.get("AllAtOnce")),
        "constraints": [_constraint(found) for found in job.get("Constraints") or []],
        "updateStrategies": _update(job.get("Update")),
        "periodicConfigs": _periodic(job.get("Periodic")),
        "taskGroups": [_group(found) for found in job.get("TaskGroups") or []],
    }


def _constraint(found: dict[str, Any]) -> Values:
    return {
        "ltarget": text(found.get("LTarget")),
        "rtarget": text(found.get("RTarget")),
        "operand": text(found.get("Operand")),
    }


def _update(found: dict[str, Any] | None) -> list[Values]:
    if not found:
        return []
    return [
        {
            "stagger": duration(found.get("Stagger")),
            "maxParallel": found.get("MaxParallel"),
            "healthCheck": text(found.get("HealthCheck")),
            "minHealthyTime": duration(found.get("MinHealthyTime")),
            "healthyDeadline": duration(found.get("HealthyDeadline")),
            "autoRevert": bool(found.get("AutoRevert")),
            "canary": found.get("Canary"),
        }
    ]


def _periodic(found: dict[str, Any] | None) -> list[Values]:
    if not found:
        return []
    return [
        {
            "enabled": bool(found.get("Enabled")),
            "spec": text(found.get("Spec")),
            "specType": text(found.get("SpecType")),
            "prohibitOverlap": bool(found.get("ProhibitOverlap")),
            "timezone": text(found.get("TimeZone")),
        }
    ]


def _group(found: dict[str, Any]) -> Values:
    volumes = [
        {
            "name": text(volume.get("Name")),
            "type": text(volume.get("Type")),
            "readOnly": bool(volume.get("ReadOnly")),
            "source": text(volume.get("Source")),
        }
        for volume in (found.get("Volumes") or {}).values()
    ]
    return {
        "name": text(found.get("Name")),
        "count": 1 if found.get("Count") is None else found["Count"],
        "meta": found.get("Meta") or {},
        "tasks": [_task(task) for task in found.get("Tasks") or []],
        "updateStrategies": _update(found.get("Update")),
        "volumes": sorted(volumes, key=lambda volume: str(volume["name"])),
    }


def _task(found: dict[str, Any]) -> Values:
    mounts = [
        {
            "volume": text(mount.get("Volume")),
            "destination": text(mount.get("Destination")),
            "readOnly": bool(mount.get("ReadOnly")),
        }
        for mount in found.get("VolumeMounts") or []
    ]
    return {
        "name": text(found.get("Name")),
        "driver": text(found.get("Driver")),
        "meta": found.get("Meta") or {},
        "volumeMounts": mounts,
    }


def duration(nanoseconds: Any) -> str:
    """Nanoseconds in Go's notation: 90000000000 -> ``1m30s``."""
    rest = int(nanoseconds or 0)
    shown = ""
    for unit, size in _NANOSECONDS:
        whole, rest = divmod(rest, size)
        if whole or shown:
            shown += f"{whole}{unit}"
    return f"{shown}{rest / 1e9:g}s"
