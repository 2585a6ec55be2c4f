"""What changes the size of a pool: its load, or the clock."""

from typing import Any

from foxden.clouds.aws.scope import Scope
from foxden.clouds.plan import PoolPlan


def create_scaling(scope: Scope, plan: PoolPlan, group: Any) -> None:
    """Follow the average use of the machines' processors, where that is wished."""
    import pulumi_aws as aws

    if plan.cpu_percent is None:
        return
    aws.autoscaling.Policy(
        f"{scope.name}-cpu",
        name="cpu",
        autoscaling_group_name=group.name,
        policy_type="TargetTrackingScaling",
        target_tracking_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
            "target_value": float(plan.cpu_percent),
        },
        opts=scope.opts,
    )


def create_schedules(scope: Scope, plan: PoolPlan, group: Any) -> None:
    """Bounds by the clock."""
    import pulumi_aws as aws

    for name, schedule in sorted(plan.schedules.items()):
        aws.autoscaling.Schedule(
            f"{scope.name}-{name}",
            scheduled_action_name=name,
            autoscaling_group_name=group.name,
            recurrence=schedule.cron,
            time_zone=schedule.timezone,
            min_size=_or_as_it_is(schedule.min),
            max_size=_or_as_it_is(schedule.max),
            desired_capacity=_or_as_it_is(schedule.desired),
            opts=scope.opts,
        )


def _or_as_it_is(size: int | None) -> int:
    """-1 leaves a size as it is; none given would be 0."""
    return -1 if size is None else size
