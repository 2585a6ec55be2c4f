"""Costs: what an environment may have, and how much of it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import GROUP, JOB, NODE_GROUP, TEMPLATE, groups, name_of, replicas
from policies.rule import Domain

rules = Domain("costs")

NAT, ADDRESS = "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@rules.rule(
    "machine-type-allowed",
    TEMPLATE,
    GROUP,
    NODE_GROUP,
    severity=Severity.MEDIUM,
    what="Machines are of types that were chosen for the environment",
    why="A slip in a letter costs as much as the rest of it",
    fix="choose one of the types in the rule's configuration, or add it there",
    config={"types": ["t3.*", "t3a.*", "t4g.*", "m?*.large", "m?*.xlarge", "c?*.large", "c?*.xlarge", "r?*.large"]},
)
def _types(resource: Resource, config: Node) -> Iterator[str]:
    allowed = list(config["types"].texts())
    overrides = resource.inputs["mixedInstancesPolicy.launchTemplate.overrides"]
    given = [resource.inputs["instanceType"].text, *(each["instanceType"].text for each in overrides.each())]
    given += resource.inputs["instanceTypes"].texts()
    other = sorted({each for each in given if each and not any(fnmatchcase(each, kind) for kind in allowed)})
    if other:
        yield f"runs {', '.join(other)}"


@rules.rule(
    "group-not-too-large",
    GROUP,
    NODE_GROUP,
    severity=Severity.HIGH,
    what="A group can't grow beyond what the environment is for",
    why="A mistake, or somebody's load test, is a bill",
    fix="lower max of the pool, or raise the number in the rule's configuration",
    config={"most": 10},
)
def _group(group: Resource, config: Node) -> Iterator[str]:
    size = group.inputs["scalingConfig.maxSize" if group.type == NODE_GROUP else "maxSize"]
    if size.above(config["most"].number or 0):
        yield f"may grow to {size.number:.0f} machines"


@rules.rule(
    "disk-not-too-large",
    TEMPLATE,
    severity=Severity.LOW,
    what="A machine's disks are no larger than the environment needs",
    why="They are paid for by size, full or not, on every machine",
    fix="lower the disk's size, or raise the number in the rule's configuration, in GiB",
    config={"most": 100},
)
def _disk(template: Resource, config: Node) -> Iterator[str]:
    for disk in template.inputs["blockDeviceMappings"].each():
        if disk["ebs.volumeSize"].above(config["most"].number or 0):
            yield f"has a disk of {disk['ebs.volumeSize'].number:.0f} GiB"


@rules.rule(
    "disk-of-current-kind",
    TEMPLATE,
    severity=Severity.LOW,
    what="Disks are of the kinds that cost least for what they do",
    why="Older kinds cost more and do less",
    fix="set volumeType to gp3",
    config={"kinds": ["gp3"]},
)
def _kind(template: Resource, config: Node) -> Iterator[str]:
    for disk in template.inputs["blockDeviceMappings"].each():
        kind = disk["ebs.volumeType"]
        if kind.text and kind.text not in config["kinds"].texts():
            yield f"has a disk of kind {kind.text}"


@rules.whole(
    "gateways-counted",
    severity=Severity.LOW,
    what="An environment has as many NAT gateways as it is worth",
    why="Each costs as much as a machine, and by the byte",
    fix="set foxden:nat, or change the number in the rule's configuration",
    config={"most": 1},
)
def _gateways(stack: Stack, config: Node) -> Iterator[tuple[None, str]]:
    found = len(list(stack.of(NAT)))
    if found > (config["most"].number or 0):
        yield None, f"has {found} NAT gateways"


@rules.whole(
    "addresses-used",
    severity=Severity.LOW,
    what="An address that is paid for is one of a NAT gateway",
    why="One that nobody uses costs more than one that somebody does",
    fix="delete it",
    references=("FSBP EC2.12", "checkov CKV2_AWS_19"),
)
def _addresses(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    gateways = {(each.parent, each.name) for each in stack.of(NAT)}
    for address in stack.of(ADDRESS):
        used = (address.parent, address.name) in gateways
        if not used and address.inputs["instance"].absent and address.inputs["networkInterface"].absent:
            yield address, "is used by nothing"


@rules.rule(
    "replicas-limited",
    JOB,
    "kubernetes:apps/v1:Deployment",
    severity=Severity.MEDIUM,
    what="A service has no more instances than the environment is for",
    why="A slip of a zero fills the cluster, and the cluster grows",
    fix="lower the service's replicas, or raise the number in the rule's configuration",
    config={"most": 20},
)
def _replicas(resource: Resource, config: Node) -> Iterator[str]:
    most = config["most"].number or 0
    if resource.type == JOB:
        for group in groups(resource):
            if group["Count"].above(most):
                yield f"has {group['Count'].number:.0f} instances of {name_of(group)}"
    elif (replicas(resource) or 0) > most:
        yield f"has {replicas(resource):.0f} pods"


@rules.rule(
    "scaling-limited",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    severity=Severity.MEDIUM,
    what="A service grows to no more instances than the environment is for",
    why="Somebody's load test grows the cluster",
    fix="lower the largest number of the service's scaling",
    config={"most": 50},
)
def _scaling(scaler: Resource, config: Node) -> Iterator[str]:
    if scaler.inputs["spec.maxReplicas"].above(config["most"].number or 0):
        yield f"may grow to {scaler.inputs['spec.maxReplicas'].number:.0f} pods"
