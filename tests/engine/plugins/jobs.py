"""Small jobs, quick to be healthy and quick to fail."""

import json
from typing import Any

_SECOND = 1_000_000_000


def spec(name: str, namespace: str = "default", command: str = "exec sleep 1000", count: int = 1, **more: Any) -> Any:
    """A job in the API's form; its instances are healthy after half a second, or have failed."""
    kind = more.pop("Type", "service")
    group: dict[str, Any] = {
        "Name": "main",
        "Count": count,
        "RestartPolicy": {"Attempts": 0, "Mode": "fail", "Interval": 5 * _SECOND, "Delay": _SECOND},
        "Tasks": [
            {
                "Name": "main",
                "Driver": "raw_exec",
                "Config": {"command": "/bin/sh", "args": ["-c", command]},
                "Resources": {"CPU": 10, "MemoryMB": 10},
                "KillTimeout": _SECOND,
            }
        ],
    }
    if kind == "service":
        group["ReschedulePolicy"] = {"Attempts": 0, "Interval": 5 * _SECOND, "Unlimited": False}
    if kind in ("service", "system"):
        group["Update"] = {
            "MaxParallel": more.pop("at_once", 5),
            "HealthCheck": "task_states",
            "MinHealthyTime": more.pop("healthy_after", _SECOND // 2),
            "HealthyDeadline": 120 * _SECOND,
            "ProgressDeadline": 150 * _SECOND,
            "AutoRevert": True,
        }
    return {"ID": name, "Namespace": namespace, "Type": kind, "TaskGroups": [group], **more}


def job(name: str, namespace: str = "default", **more: Any) -> dict[str, Any]:
    """The arguments of a ``nomad.Job`` that waits for its deployment and leaves nothing."""
    return {
        "jobspec": json.dumps(spec(name, namespace, **more)),
        "json": True,
        "detach": False,
        "purge_on_destroy": True,
    }
