"""What moto's auto scaling groups forget, and the requests they don't know."""

import uuid
from typing import Any

_KEPT = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}
"""Settings of a group that come back as they were given, to their names in moto."""


def keep_settings() -> None:
    """What was given when a group was made or changed stays, until something else is given."""
    from moto.autoscaling.responses import AutoScalingResponse

    for name in ("create_auto_scaling_group", "update_auto_scaling_group"):
        setattr(AutoScalingResponse, name, _keeping(getattr(AutoScalingResponse, name)))


def _keeping(original: Any) -> Any:
    def answer(self: Any) -> Any:
        name = self._get_param("AutoScalingGroupName")
        before = self.autoscaling_backend.autoscaling_groups.get(name)
        policy = before.mixed_instances_policy if before else None
        result = original(self)
        group, given = self.autoscaling_backend.autoscaling_groups[name], self._get_params()
        if policy and not {"MixedInstancesPolicy", "LaunchTemplate", "LaunchConfigurationName"} & given.keys():
            group.mixed_instances_policy = policy
        for key in _KEPT.keys() & given.keys():
            setattr(group, _KEPT[key], given[key])
        return result

    return answer


def plain_policies() -> None:
    """A scaling policy works unless it is switched off, and predicts nothing unless it is told to."""
    from moto.autoscaling.models import FakeScalingPolicy

    original = FakeScalingPolicy.__init__

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.enabled = True
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None

    FakeScalingPolicy.__init__ = __init__  # type: ignore[method-assign]


def remember_versions() -> None:
    """A machine is of the version of the launch template that its group had when it was started."""
    from moto.autoscaling.models import InstanceState

    begin, template = InstanceState.__init__, InstanceState.launch_template

    def __init__(self: Any, instance: Any, *arguments: Any, **named: Any) -> None:
        begin(self, instance, *arguments, **named)
        self.version = getattr(self.auto_scaling_group, "launch_template_version", None)

    def launch_template(self: Any) -> dict[str, Any] | None:
        found = template.fget(self)  # type: ignore[attr-defined]
        return found and {**found, "Version": self.version}

    InstanceState.__init__ = __init__  # type: ignore[method-assign]
    InstanceState.launch_template = property(launch_template)  # type: ignore[assignment, method-assign]


def answer_refreshes() -> None:
    """An instance refresh is noted down, and over at once: there are no machines to replace."""
    from moto.autoscaling.responses import AutoScalingResponse
    from moto.core.responses import ActionResult

    def start_instance_refresh(self: Any) -> Any:
        group = self._get_param("AutoScalingGroupName")
        refresh = {"InstanceRefreshId": str(uuid.uuid4()), "AutoScalingGroupName": group, "Status": "Successful"}
        _refreshes(self).setdefault(group, []).insert(0, {**refresh, "PercentageComplete": 100})
        return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})

    def describe_instance_refreshes(self: Any) -> Any:
        return ActionResult({"InstanceRefreshes": _refreshes(self).get(self._get_param("AutoScalingGroupName"), [])})

    AutoScalingResponse.start_instance_refresh = start_instance_refresh  # type: ignore[attr-defined]
    AutoScalingResponse.describe_instance_refreshes = describe_instance_refreshes  # type: ignore[attr-defined]


def _refreshes(response: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = response.autoscaling_backend.__dict__.setdefault("refreshes", {})
    return found
