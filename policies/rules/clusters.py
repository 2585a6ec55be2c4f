"""Clusters: how many machines, where, and how they come and go."""

from collections.abc import Iterator

from policies.model import PROVIDER_TYPES, Resource, Severity, Stack
from policies.node import Node
from policies.reading import GROUP, NODE_GROUP, is_server
from policies.rule import Domain

rules = Domain("clusters")

HOOK, BUCKET = "aws:autoscaling/lifecycleHook:LifecycleHook", "aws:s3/bucket:Bucket"
LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"


@rules.rule(
    "group-spans-zones",
    GROUP,
    NODE_GROUP,
    severity=Severity.HIGH,
    what="A group's machines are in several zones",
    why="The loss of one zone is the loss of all of them",
    fix="give it a subnet in each zone",
    references=("FSBP AutoScaling.2",),
    config={"zones": 2},
)
def _zones(group: Resource, config: Node) -> Iterator[str]:
    subnets = group.inputs["subnetIds" if group.type == NODE_GROUP else "vpcZoneIdentifiers"]
    found = len(list(subnets.each()))
    if not subnets.opaque and found < (config["zones"].number or 0):
        yield f"is in {found} zone{'s' * (found != 1)}"


@rules.rule(
    "quorum-size",
    GROUP,
    severity=Severity.CRITICAL,
    what="Core servers are as many as agree: an odd number, and enough to lose one",
    why="An even number survives no more than one less, and a single one survives nothing",
    fix="set foxden:servers to one of the numbers in the rule's configuration",
    config={"sizes": [1, 3, 5]},
)
def _quorum(group: Resource, config: Node) -> Iterator[str]:
    sizes, size = [each.number for each in config["sizes"].each()], group.inputs["minSize"].number
    if is_server(group) and size is not None and size not in sizes:
        yield f"has {size:.0f} core servers, and not {' or '.join(f'{each:.0f}' for each in sizes if each)}"


@rules.rule(
    "servers-protected",
    GROUP,
    severity=Severity.CRITICAL,
    what="The core servers can't be deleted by mistake",
    why="All that they know is gone with them",
    fix="leave foxden:protect as it is",
)
def _protected(group: Resource, _config: Node) -> Iterator[str]:
    if is_server(group) and not group.protect:
        yield "can be deleted by a slip"


@rules.rule(
    "group-rolls",
    GROUP,
    severity=Severity.HIGH,
    what="A change of machines rolls through a group, and enough of them stay",
    why="A change is on no machine until somebody deletes the old ones, or on all at once",
    fix="give it an instanceRefresh that is Rolling, with a minHealthyPercentage",
    config={"healthy": 66},
)
def _rolls(group: Resource, config: Node) -> Iterator[str]:
    refresh = group.inputs["instanceRefresh"]
    if refresh["strategy"].is_not("Rolling"):
        yield "does not roll"
    elif refresh["preferences.minHealthyPercentage"].below(config["healthy"].number or 0):
        yield f"lets less than {config['healthy'].number or 0:.0f} % stay"


@rules.rule(
    "launch-waits-for-health",
    HOOK,
    severity=Severity.HIGH,
    what="A machine that never gets well takes no place",
    why="A broken version goes through a whole group, and each machine counts as fine",
    fix="set defaultResult of the launch hook to ABANDON",
)
def _launch(hook: Resource, _config: Node) -> Iterator[str]:
    if hook.inputs["lifecycleTransition"].is_(LAUNCHING) and hook.inputs["defaultResult"].is_not("ABANDON"):
        yield "counts a machine as fine that never said so"


@rules.rule(
    "machine-leaves-in-order",
    GROUP,
    severity=Severity.MEDIUM,
    what="A machine that must go hands over what it does first",
    why="Requests break off, and a core server stays on the others' list",
    fix="give the group a hook on termination",
)
def _leaves(group: Resource, _config: Node) -> Iterator[str]:
    hooks = group.inputs["initialLifecycleHooks"]
    if not hooks.holds_opaque and not any(each["lifecycleTransition"].is_(TERMINATING) for each in hooks.each()):
        yield "has no hook on termination"


@rules.rule(
    "group-sizes-fit",
    GROUP,
    severity=Severity.MEDIUM,
    what="A group may grow by one machine at least",
    why="A rollout has no place for the new one, and ends, or takes an old one away first",
    fix="set maxSize above minSize",
)
def _sizes(group: Resource, _config: Node) -> Iterator[str]:
    low, high = group.inputs["minSize"].number, group.inputs["maxSize"].number
    if low is not None and high is not None and high <= low:
        yield f"may have {low:.0f} machines and no more"


@rules.whole(
    "servers-backed-up",
    severity=Severity.CRITICAL,
    what="What the core servers know is kept elsewhere, too",
    why="There is no way back after a mistake",
    fix="give the CoreCluster a bucket for snapshots",
)
def _backed_up(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    kept = any(each.inputs["tags.component"].is_("snapshots") for each in stack.of(BUCKET))
    yield from ((group, "is kept nowhere else") for group in stack.of(GROUP) if is_server(group) and not kept)


@rules.rule(
    "account-named",
    f"{PROVIDER_TYPES}aws",
    severity=Severity.HIGH,
    what="An environment can be made in one account alone",
    why="With another account's credentials in the shell, everything is made there once more",
    fix="set foxden:account",
)
def _account(provider: Resource, _config: Node) -> Iterator[str]:
    if provider.inputs["allowedAccountIds"].absent:
        yield "works in whichever account there are credentials of"


@rules.rule(
    "region-named",
    f"{PROVIDER_TYPES}aws",
    severity=Severity.HIGH,
    what="An environment is in a region that was chosen",
    why="It is made wherever a shell happens to point otherwise",
    fix="set foxden:region to one in the rule's configuration",
    config={"regions": ["eu-central-1", "eu-west-1"]},
)
def _region(provider: Resource, config: Node) -> Iterator[str]:
    region = provider.inputs["region"]
    if region.is_not(*config["regions"].texts()):
        yield f"is in {region.text or 'no region'}"
