"""Tags: whose it is, what it is for, and who pays."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import CONTROL_PLANE, GROUP, NODE_GROUP, TEMPLATE
from policies.rule import Domain

rules = Domain("tags")

TAGGABLE = (
    GROUP,
    TEMPLATE,
    CONTROL_PLANE,
    NODE_GROUP,
    "aws:eks/accessEntry:AccessEntry",
    "aws:eks/addon:Addon",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "aws:acm/certificate:Certificate",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/eip:Eip",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:ecr/repository:Repository",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/role:Role",
    "aws:kms/key:Key",
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:sqs/queue:Queue",
    "aws:ssm/parameter:Parameter",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)
"""What AWS gives tags, of all that is made here."""


def _tag(resource: Resource, name: str) -> Node:
    """The value of a tag; a group has them as a list."""
    for entry in resource.inputs["tags"].each():
        if entry["key"].is_(name):
            return entry["value"]
    return resource.inputs["tags"].exactly(name)


@rules.rule(
    "everything-tagged",
    *TAGGABLE,
    severity=Severity.MEDIUM,
    what="Everything says whose it is, which environment it is of, what it is for and who pays",
    why="Nobody dares to delete it, and nobody knows who should",
    fix="add the tag to foxden:tags",
    config={"names": ["environment", "owner", "cost_centre", "component"]},
)
def _tagged(resource: Resource, config: Node) -> Iterator[str]:
    if resource.inputs["tags"].opaque:
        return
    missing = [name for name in config["names"].texts() if _tag(resource, name).absent]
    if missing:
        yield f"has no tag {', '.join(missing)}"


@rules.whole(
    "environment-tag-true",
    severity=Severity.MEDIUM,
    what="What is tagged with an environment is of that environment",
    why="Costs and alarms go to others, and clean-ups take the wrong things",
    fix="leave the tag to the stack, which knows its name",
)
def _true(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    for resource in stack.of(*TAGGABLE):
        tag = _tag(resource, "environment")
        if tag.text and tag.text != stack.environment:
            yield resource, f"says that it is of {tag.text}"


@rules.rule(
    "machines-tagged",
    GROUP,
    severity=Severity.MEDIUM,
    what="A group's tags are on its machines, too",
    why="They are what is paid for, and what nobody recognizes",
    fix="set propagateAtLaunch on each tag",
    references=("checkov CKV_AWS_153",),
    config={"of_groups": ["k8s.io/cluster-autoscaler/*"]},
)
def _machines(group: Resource, config: Node) -> Iterator[str]:
    kept = [tag["key"].text for tag in group.inputs["tags"].each() if tag["propagateAtLaunch"].is_not(True)]
    left = [key for key in kept if not any(fnmatchcase(key, each) for each in config["of_groups"].texts())]
    if left:
        yield f"keeps the tags {', '.join(left)} to itself"


@rules.rule(
    "disks-tagged",
    TEMPLATE,
    severity=Severity.LOW,
    what="A machine's disks are tagged as it is",
    why="A disk that was left behind is nobody's",
    fix="give the template tagSpecifications for volumes",
)
def _disks(template: Resource, _config: Node) -> Iterator[str]:
    given = template.inputs["tagSpecifications"]
    if not given.holds_opaque and not any(each["resourceType"].is_("volume") for each in given.each()):
        yield "leaves its machines' disks without tags"
