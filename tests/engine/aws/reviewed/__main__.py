"""What a review is about, by the configuration's choices: ``name`` of a group, ``open`` to whom, ``bucket`` or not."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
vpc = aws.ec2.Vpc("net", cidr_block="10.9.0.0/16", tags={"purpose": config.get("purpose") or "first"})
group = aws.ec2.SecurityGroup("guests", vpc_id=vpc.id, name=config.get("name") or "guests", description="guests")
aws.vpc.SecurityGroupIngressRule(
    "in",
    security_group_id=group.id,
    ip_protocol="tcp",
    from_port=22,
    to_port=22,
    cidr_ipv4=config.get("open") or "10.0.0.0/8",
)
if config.get_bool("bucket"):
    aws.s3.Bucket("kept", bucket="kept-by-the-review")
