"""Machines: what a launch template makes of them."""

from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import GROUP, NODE_GROUP, TEMPLATE, is_server, of_node_group
from policies.rule import Domain

rules = Domain("compute")

TRUE = (True, "true")
MOVING = ("$Latest", "$Default")


def _specifications(group: Resource) -> Iterator[Node]:
    """Where a group says which version of which template it runs."""
    for field in ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification"):
        if group.inputs[field].given:
            yield group.inputs[field]


def _spot_share(group: Resource) -> float:
    """The percentage of machines beyond the first that may be taken away at any time; 0 where that can't be said."""
    spread = group.inputs["mixedInstancesPolicy.instancesDistribution"]
    share = spread["onDemandPercentageAboveBaseCapacity"].number
    return 0 if share is None else 100 - share


@rules.rule(
    "metadata-by-token",
    TEMPLATE,
    severity=Severity.CRITICAL,
    what="A machine's metadata are given to those with a token only (IMDSv2)",
    why="A program that can be made to fetch an address gives the machine's credentials away",
    fix="set metadataOptions.httpTokens to required",
    references=("CIS AWS 5.7", "FSBP EC2.8", "FSBP AutoScaling.3", "checkov CKV_AWS_79"),
)
def _tokens(template: Resource, _config: Node) -> Iterator[str]:
    metadata = template.inputs["metadataOptions"]
    if not metadata["httpEndpoint"].is_("disabled") and metadata["httpTokens"].is_not("required"):
        yield "gives its metadata to whoever asks"


@rules.rule(
    "metadata-stays-on-machine",
    TEMPLATE,
    severity=Severity.HIGH,
    what="A machine's metadata don't leave it: a container does not reach them",
    why="Every service has the machine's permissions otherwise",
    fix="set metadataOptions.httpPutResponseHopLimit to 1",
    references=("FSBP AutoScaling.4", "checkov CKV_AWS_341"),
    config={"hops": 1},
)
def _hops(template: Resource, config: Node) -> Iterator[str]:
    limit = template.inputs["metadataOptions.httpPutResponseHopLimit"]
    if limit.above(config["hops"].number or 0):
        yield f"lets its metadata go {limit.number:.0f} hops far"


@rules.rule(
    "disks-encrypted",
    TEMPLATE,
    "aws:ebs/volume:Volume",
    severity=Severity.HIGH,
    what="Every disk is encrypted",
    why="What is on it can be read by whoever gets the disk, or a copy",
    fix="set encrypted on each of its disks",
    references=(
        "FSBP EC2.3",
        "awsguard encrypted-volumes",
        "pulumi aws-ec2-launchtemplate-disallow-unencrypted-block-device",
    ),
)
def _disks(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.type != TEMPLATE:
        if resource.inputs["encrypted"].is_not(*TRUE):
            yield "is not encrypted"
        return
    if resource.inputs["blockDeviceMappings"].absent:
        yield "leaves its disks as the image has them"
    for disk in resource.inputs["blockDeviceMappings"].each():
        if disk["ebs"].given and disk["ebs.encrypted"].is_not(*TRUE):
            yield f"has a disk {disk['deviceName'].text or 'without name'} that is not encrypted"


@rules.rule(
    "disks-go-with-machine",
    TEMPLATE,
    severity=Severity.LOW,
    what="A machine's disks are deleted with it",
    why="Nobody finds them again, and somebody pays for them",
    fix="set deleteOnTermination on each of its disks",
    references=("awsguard ec2-volume-inuse",),
)
def _deleted(template: Resource, _config: Node) -> Iterator[str]:
    for disk in template.inputs["blockDeviceMappings"].each():
        if disk["ebs.deleteOnTermination"].is_(False, "false"):
            yield f"leaves its disk {disk['deviceName'].text or 'without name'} behind"


@rules.whole(
    "image-of-machine-pinned",
    severity=Severity.HIGH,
    what="A launch template names one image of machines, unless Amazon finds it for a release that a node group names",
    why="A machine that is started tonight is another than the one of this morning, and nobody chose that",
    fix="run `make pin-image`, which writes the image's id",
)
def _image_pinned(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    for template in stack.of(TEMPLATE):
        image = template.inputs["imageId"]
        elsewhere = image.absent and of_node_group(stack, template)
        if not image.opaque and not image.text.startswith("ami-") and not elsewhere:
            yield template, f"has {image.text or 'no image'} in place of an image's id"


@rules.rule(
    "template-version-pinned",
    GROUP,
    severity=Severity.HIGH,
    what="A group runs one version of its launch template",
    why="A change rolls out whenever a machine happens to be replaced, watched by nobody",
    fix="give it the template's latestVersion as a number",
    references=("FSBP AutoScaling.9", "checkov CKV_AWS_315"),
)
def _version_pinned(group: Resource, _config: Node) -> Iterator[str]:
    found = list(_specifications(group))
    if not found and not group.inputs["launchConfiguration"].opaque:
        yield "has no launch template"
    for specification in found:
        version = specification["version"]
        if version.absent or version.is_(*MOVING):
            yield f"runs whichever version is {version.text or '$Default'}"


@rules.whole(
    "machine-has-role",
    severity=Severity.MEDIUM,
    what="A machine has an identity of its own",
    why="It needs keys that somebody puts there and nobody renews otherwise",
    fix="give it an iamInstanceProfile",
    references=("CIS AWS 1.17",),
)
def _has_role(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    for template in stack.of(TEMPLATE):
        if template.inputs["iamInstanceProfile"].absent and not of_node_group(stack, template):
            yield template, "has no identity"


@rules.rule(
    "no-ssh-key",
    TEMPLATE,
    NODE_GROUP,
    severity=Severity.MEDIUM,
    what="No key opens a machine",
    why="Keys are copied, never change, and leave with people",
    fix="leave keyName out: a session goes through `make connect`",
    references=("checkov CKV_AWS_100",),
)
def _ssh_key(machines: Resource, _config: Node) -> Iterator[str]:
    if machines.inputs["keyName"].given or machines.inputs["remoteAccess.ec2SshKey"].given:
        yield "is opened by a key"


@rules.rule(
    "machine-monitored",
    TEMPLATE,
    severity=Severity.LOW,
    what="A machine is measured every minute",
    why="A group scales on what was five minutes ago otherwise",
    fix="set monitoring.enabled",
    references=("awsguard ec2-instance-detailed-monitoring-enabled",),
)
def _monitored(template: Resource, _config: Node) -> Iterator[str]:
    if not template.inputs["monitoring"].opaque and template.inputs["monitoring.enabled"].is_not(*TRUE):
        yield "is measured every five minutes"


@rules.rule(
    "servers-not-interruptible",
    GROUP,
    severity=Severity.CRITICAL,
    what="No core server is a machine that can be taken away at any time",
    why="The quorum is gone when the price rises",
    fix="leave instancesDistribution of the servers' group out",
)
def _servers_stay(group: Resource, _config: Node) -> Iterator[str]:
    if is_server(group) and _spot_share(group) > 0:
        yield f"has {_spot_share(group):.0f} % of its core servers on Spot"


@rules.rule(
    "spot-spread",
    GROUP,
    NODE_GROUP,
    severity=Severity.MEDIUM,
    what="A group with machines that can be taken away has several types to choose from",
    why="One type is gone everywhere at once",
    fix="name more types in the pool's instance_types",
    references=("FSBP AutoScaling.6",),
    config={"types": 3},
)
def _spot_spread(group: Resource, config: Node) -> Iterator[str]:
    interrupted = group.inputs["capacityType"].is_("SPOT") or _spot_share(group) > 0
    managed = group.type == NODE_GROUP
    types = group.inputs["instanceTypes" if managed else "mixedInstancesPolicy.launchTemplate.overrides"]
    found = len(list(types.each()))
    if interrupted and not types.opaque and found < (config["types"].number or 0):
        yield f"has {found} type{'s' * (found != 1)} to choose from"
