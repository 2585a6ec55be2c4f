"""Waits until an environment's machines on AWS are those that were asked for.

A group takes a new launch template at once, and replaces its machines after that, one by one. Without this `pulumi up`
would say that all is done while the old ones run, and would never say that the new ones don't come up.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

CLUSTER_TAG = "tag:foxden:cluster"
EVERY_SECONDS = 15.0

UNDER_WAY = frozenset({"Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking"})
"""What AWS says of an instance refresh that has not ended."""


@dataclass(frozen=True)
class Rollout:
    """How far it is."""

    waiting: tuple[str, ...] = ()
    """A line for each group that is at work."""
    failed: tuple[str, ...] = ()
    """A line for each group that has ended with machines that nobody asked for."""


def judge(
    groups: Sequence[Mapping[str, Any]],
    refreshes: Mapping[str, Sequence[Mapping[str, Any]]],
    wanted: Mapping[str, str],
) -> Rollout:
    """How far the groups are. Pure.

    ``refreshes`` has those of each group, the latest first; ``wanted`` has launch template id to version.
    """
    waiting, failed = [], []
    for group in sorted(groups, key=lambda each: str(each["AutoScalingGroupName"])):
        name, template = group["AutoScalingGroupName"], _template(group)
        if template not in wanted:
            continue  # another stack's, on the same cluster
        latest = next(iter(refreshes.get(name, ())), {})
        stay = [each for each in group["Instances"] if not each["LifecycleState"].startswith("Terminating")]
        old = [each for each in stay if each.get("LaunchTemplate", {}).get("Version") != wanted[template]]
        if latest.get("Status") in UNDER_WAY:
            waiting.append(f"{name}: {latest['Status']}, {latest.get('PercentageComplete', 0)} % replaced")
        elif old:
            version = f"version {wanted[template]} of {template}"
            failed.append(f"{name}: {len(old)} of {len(stay)} machines are not of {version}: {_ended(latest)}")
    return Rollout(tuple(waiting), tuple(failed))


def _template(group: Mapping[str, Any]) -> str:
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("LaunchTemplateSpecification", {})
    return str(group.get("LaunchTemplate", mixed).get("LaunchTemplateId", ""))


def _ended(latest: Mapping[str, Any]) -> str:
    if not latest:
        return "no instance refresh was started"
    reason = latest.get("StatusReason", "")
    return f"the instance refresh ended as {latest['Status']}{': ' * bool(reason)}{reason}"


def look(client: Any, cluster: str, wanted: Mapping[str, str]) -> Rollout:
    """Ask AWS."""
    pages = client.get_paginator("describe_auto_scaling_groups").paginate(
        Filters=[{"Name": CLUSTER_TAG, "Values": [cluster]}]
    )
    groups = [group for page in pages for group in page["AutoScalingGroups"]]
    names = [group["AutoScalingGroupName"] for group in groups]
    return judge(groups, {name: _refreshes(client, name) for name in names}, wanted)


def _refreshes(client: Any, name: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = client.describe_instance_refreshes(AutoScalingGroupName=name, MaxRecords=1)[
        "InstanceRefreshes"
    ]
    return found


async def until_settled(client: Any, cluster: str, wanted: Mapping[str, str], every: float = EVERY_SECONDS) -> None:
    """Wait until all groups have ended, and say how far they are. Raises RunError when one has ended badly.

    Each refresh has an end: AWS gives up where it gets no further for an hour.
    """
    last = Rollout()
    while True:
        now = await asyncio.to_thread(look, client, cluster, wanted)
        if now.waiting != last.waiting:
            for line in now.waiting:
                pulumi.log.info(line)
        # Twice: what AWS lists of a group may be some seconds old.
        if not now.waiting and now.failed == last.failed:
            break
        last = now
        await asyncio.sleep(every)
    if now.failed:
        raise pulumi.RunError("\n".join(["not all machines are those that were asked for:", *now.failed]))


def settled(cluster: str, region: str, wanted: Sequence[tuple[Any, Any]], after: Sequence[Any]) -> None:
    """Let this `pulumi up` end when it is so.

    ``wanted`` has the launch template's id and version of each kind of machines; ``after`` are outputs that are known
    when the groups have taken them.
    """

    async def watch(known: Any) -> bool:
        if not pulumi.runtime.is_dry_run():
            versions = {str(template): str(int(version)) for template, version in known["wanted"]}
            await until_settled(client_of(region), cluster, versions)
        return True

    everything: pulumi.Output[Any] = pulumi.Output.all(wanted=list(map(list, wanted)), after=list(after))
    done: pulumi.Output[bool] = everything.apply(watch)
    done.apply(lambda _: None)


def client_of(region: str) -> Any:
    """The client of auto scaling, with the identity that the provider has, too."""
    import boto3  # type: ignore[import-untyped]

    return boto3.session.Session().client("autoscaling", region_name=region)
