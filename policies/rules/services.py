"""Services, on whichever scheduler: how many, and how a new version comes."""

from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.reading import JOB, groups, job, name_of, namespace_of, replicas
from policies.rule import Domain

rules = Domain("services")

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_CANARY = "--canary"
"""What the first instances of a new version are called, which are beside the others for a while."""
_SYSTEM = {"jobs": ["ingress"], "namespaces": ["kube-system", "foxden-ingress"]}


def _is_service(resource: Resource, config: Node) -> bool:
    """Whether it runs always, and isn't what runs for the cluster itself."""
    if resource.type != JOB:
        canary = resource.inputs["metadata.name"].text.endswith(_CANARY)
        return not canary and namespace_of(resource) not in config["namespaces"].texts()
    kind = job(resource)["Type"]
    return (kind.absent or kind.is_("service")) and not job(resource)["ID"].is_(*config["jobs"].texts())


def _counts(resource: Resource) -> Iterator[tuple[str, float | None]]:
    """The name of each group, and how many instances it has; None where that can't be said."""
    if resource.type != JOB:
        # Where a scaler decides, the workload says nothing.
        asked = resource.inputs["spec.replicas"]
        yield resource.name, None if asked.absent else replicas(resource)
    for group in groups(resource) if resource.type == JOB else ():
        yield name_of(group), 1 if group["Count"].absent else group["Count"].number


@rules.rule(
    "enough-replicas",
    JOB,
    DEPLOYMENT,
    severity=Severity.HIGH,
    what="A service has enough instances to lose one",
    why="It is away with every node that goes",
    fix="raise the service's replicas",
    references=("pulumi kubernetes-apps-v1-deployment-configure-minimum-replica-count",),
    config={**_SYSTEM, "least": 2},
)
def _replicas(resource: Resource, config: Node) -> Iterator[str]:
    if not _is_service(resource, config):
        return
    for name, count in _counts(resource):
        if count is not None and count < (config["least"].number or 0):
            yield f"has {count:.0f} instance{'s' * (count != 1)} of {name}"


@rules.rule(
    "scaler-leaves-enough",
    SCALER,
    severity=Severity.HIGH,
    what="What scales a service leaves enough instances to lose one",
    why="It is away at night with every node that goes",
    fix="raise the smallest number of the service's scaling",
    config={"least": 2},
)
def _scaler(scaler: Resource, config: Node) -> Iterator[str]:
    low = scaler.inputs["spec.minReplicas"]
    found = 1 if low.absent else low.number
    if found is not None and found < (config["least"].number or 0):
        yield f"may leave {found:.0f}"


def _all_away(away: Node, count: float | None) -> bool:
    """Whether all of several pods may be away at once, by a number or by a share that Kubernetes rounds down."""
    if away.text.endswith("%"):
        return Node(away.text[:-1]).above(99)
    return away.number is not None and count is not None and count > 1 and away.number >= count


@rules.rule(
    "release-leaves-some",
    JOB,
    DEPLOYMENT,
    severity=Severity.HIGH,
    what="A new version never takes the place of all instances at once",
    why="Users see a gap in every release, and a broken version has them all",
    fix="set the service's release to rolling, blue-green or canary",
    config=_SYSTEM,
)
def _release(resource: Resource, config: Node) -> Iterator[str]:
    if not _is_service(resource, config):
        return
    if resource.type != JOB:
        strategy = resource.inputs["spec.strategy"]
        if strategy["type"].is_("Recreate") or _all_away(strategy["rollingUpdate.maxUnavailable"], replicas(resource)):
            yield "stops all its pods before new ones start"
        return
    for group in groups(resource):
        update = group["Update"] if group["Update"].given else job(resource)["Update"]
        parallel, count = update["MaxParallel"].number, 1 if group["Count"].absent else group["Count"].number
        at_once = parallel is not None and count is not None and count > 1 and parallel >= count
        if update.absent or (at_once and not update["Canary"].above(0)):
            yield f"replaces all instances of {name_of(group)} at once"


@rules.rule(
    "release-has-deadline",
    JOB,
    DEPLOYMENT,
    severity=Severity.MEDIUM,
    what="A release that doesn't get well ends in a time that somebody waits for",
    why="A deployment hangs for as long as the scheduler likes, and half of a service is old",
    fix="set the service's release deadline",
    config={**_SYSTEM, "seconds": 3600},
)
def _deadline(resource: Resource, config: Node) -> Iterator[str]:
    if not _is_service(resource, config):
        return
    most = config["seconds"].number or 0
    if resource.type != JOB and resource.inputs["spec.progressDeadlineSeconds"].above(most):
        yield f"may take more than {most:.0f} s to get well"
    for group in groups(resource) if resource.type == JOB else ():
        if group["Update.ProgressDeadline"].is_(0) or group["Update.ProgressDeadline"].above(most * 1e9):
            yield f"may take more than {most:.0f} s to get {name_of(group)} well"


@rules.rule(
    "instances-spread",
    JOB,
    severity=Severity.MEDIUM,
    what="Instances of a service on Nomad are on several nodes",
    why="The loss of one node is the loss of all",
    fix="leave the spread as the library makes it",
    config=_SYSTEM,
)
def _spread(resource: Resource, config: Node) -> Iterator[str]:
    for group in groups(resource) if _is_service(resource, config) else ():
        apart = any(each["Operand"].is_("distinct_hosts", "distinct_property") for each in group["Constraints"].each())
        if group["Count"].above(1) and group["Spreads"].absent and job(resource)["Spreads"].absent and not apart:
            yield f"may have all instances of {name_of(group)} on one node"
