"""A group of machines, of which `pulumi up` ends when all are those that were asked for."""

import pulumi
import pulumi_aws as aws

from stacks.rollout import settled

config = pulumi.Config()
region = "eu-central-1"
vpc = aws.ec2.Vpc("net", cidr_block="10.20.0.0/16")
subnet = aws.ec2.Subnet("part", vpc_id=vpc.id, cidr_block="10.20.0.0/24")
template = aws.ec2.LaunchTemplate("node", image_id=config.require("image"), instance_type=config.require("type"))
group = aws.autoscaling.Group(
    "servers",
    name="dev-servers",
    min_size=0,
    max_size=3,
    desired_capacity=2,
    vpc_zone_identifiers=[subnet.id],
    launch_template={"id": template.id, "version": template.latest_version.apply(str)},
    instance_refresh={"strategy": "Rolling"},
    tags=[{"key": "foxden:cluster", "value": "dev", "propagate_at_launch": True}],
)
settled("dev", region, [(template.id, template.latest_version)], [group.id])
