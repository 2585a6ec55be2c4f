"""A pool of workers on AWS: an auto scaling group of mixed instances."""

from typing import Any

import pulumi

from foxden.boot.node import SERVERS
from foxden.clouds.aws.group import Group, create_group, pinned
from foxden.clouds.aws.identity import create_identity
from foxden.clouds.aws.images import machine_problems
from foxden.clouds.aws.programs import create_program
from foxden.clouds.aws.scaling import create_scaling, create_schedules
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.template import create_template, type_of
from foxden.clouds.base import BuiltPool
from foxden.clouds.plan import PoolPlan
from foxden.errors import Problem
from foxden.naming import SEPARATOR

LEAVE_SPARE = 120
"""Seconds beyond the drain's deadline after which a worker goes all the same."""


def pool_problems(plan: PoolPlan) -> list[Problem]:
    """What a pool on AWS can't be."""
    problems = machine_problems(plan.subject, plan.machines)
    if plan.name == SERVERS:
        problems.append(Problem(plan.subject, f"must not be called '{SERVERS}': the core servers are"))
    if plan.warm_pool and mixed(plan):
        told = "warm_pool must not be given beside several instance types or spot: AWS prepares one type only"
        problems.append(Problem(plan.subject, told))
    return problems


def mixed(plan: PoolPlan) -> bool:
    """Whether its machines are of several types, or some are spot."""
    return len(plan.machines.types) > 1 or plan.on_demand.percent < 100


def called(cluster: str, pool: str) -> str:
    """What a pool's things are called: ``foxden-dev-general``, and ``foxden-dev--very-large``.

    One hyphen between names that have some would leave open whose it is: that of cluster 'a-b' or of pool 'b-c'.
    """
    return f"foxden-{cluster}{SEPARATOR if '-' in cluster + pool else '-'}{pool}"


def create_pool(plan: PoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
    """Identity, launch template, group, and what changes the group's size."""
    scope = Scope(plan.name, called(plan.cluster, plan.name), plan.machines.tags, opts)
    store, machines = plan.store, plan.machines
    role, profile, rights = create_identity(scope, "", machines, scope.called(), plan.key, store.bucket)
    told = machines.user_data(store.bucket, plan.endpoint)
    template = create_template(scope, "", machines, profile, plan.security_group, told)
    # A cluster of another version of this library has another program for its workers.
    own = [] if machines.program.checksum in store.programs else [create_program(scope, store.bucket, machines.program)]
    group = create_group(scope, _group(plan, template), machines, plan.site, [*rights, *own])
    create_scaling(scope, plan, group)
    create_schedules(scope, plan, group)
    return BuiltPool(group=group.name, role=role.name, template=template.id, template_version=template.latest_version)


def _group(plan: PoolPlan, template: Any) -> Group:
    return Group(
        what="",
        min=plan.min,
        max=plan.max,
        desired=plan.min if plan.desired is None else plan.desired,
        surplus=plan.refresh.surplus,
        join_seconds=plan.join_deadline,
        leave_seconds=plan.machines.node.drain_deadline + LEAVE_SPARE,
        launch=_launch(plan, template),
        refresh=_refresh(plan),
        more={
            # On a rebalance advice a worker drains itself, and only the group can replace it.
            "capacity_rebalance": plan.on_demand.percent < 100,
            "max_instance_lifetime": plan.max_lifetime or None,
            "warm_pool": _warm_pool(plan),
            "target_group_arns": [arn for _, arn in sorted(plan.target_groups.items())],
            "termination_policies": ["OldestLaunchTemplate", "AllocationStrategy", "OldestInstance"],
        },
        tags=plan.group_tags,
        # Whoever scales it later, by hand, by load or by the clock, is not fought.
        opts={"ignore_changes": ["desiredCapacity"]},
    )


def _launch(plan: PoolPlan, template: Any) -> dict[str, Any]:
    if not mixed(plan):
        return {"launch_template": {"id": template.id, "version": pinned(template)}}
    return {
        "mixed_instances_policy": {
            "instances_distribution": {
                "on_demand_base_capacity": plan.on_demand.base,
                "on_demand_percentage_above_base_capacity": plan.on_demand.percent,
                "on_demand_allocation_strategy": "prioritized",
                "spot_allocation_strategy": "price-capacity-optimized",
            },
            "launch_template": {
                "launch_template_specification": {"launch_template_id": template.id, "version": pinned(template)},
                "overrides": [{"instance_type": kind} for kind in plan.machines.types or (type_of(plan.machines),)],
            },
        }
    }


def _refresh(plan: PoolPlan) -> dict[str, Any]:
    refresh = plan.refresh
    found: dict[str, Any] = {"auto_rollback": True}
    if refresh.checkpoints:
        found |= {"checkpoint_percentages": list(refresh.checkpoints), "checkpoint_delay": str(refresh.pause)}
    if refresh.alarms:
        found["alarm_specification"] = {"alarms": list(refresh.alarms)}
    return found


def _warm_pool(plan: PoolPlan) -> dict[str, Any] | None:
    warm = plan.warm_pool
    if warm is None:
        return None
    found: dict[str, Any] = {"pool_state": "Stopped", "min_size": warm.min}
    return found if warm.max is None else {**found, "max_group_prepared_capacity": warm.max}
