"""A bit of everything that a cluster is made of, by the configuration's choices: ``type``, ``purpose``, ``secret``."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
TAGS = {"environment": "test", "owner": "tests"}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)


def allow(action: str, resource: pulumi.Output[str]) -> pulumi.Output[str]:
    """A policy with one statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


def network() -> tuple[aws.ec2.Vpc, list[aws.ec2.Subnet]]:
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags=TAGS)
    zones = aws.get_availability_zones(state="available").names[:2]
    subnets = [
        aws.ec2.Subnet(zone, vpc_id=vpc.id, availability_zone=zone, cidr_block=f"10.0.{number}.0/24", tags=TAGS)
        for number, zone in enumerate(zones)
    ]
    return vpc, subnets


def groups(vpc: aws.ec2.Vpc) -> tuple[aws.ec2.SecurityGroup, aws.ec2.SecurityGroup]:
    rule: Any = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}
    front = aws.ec2.SecurityGroup("front", vpc_id=vpc.id, description="inline", ingress=[rule], tags=TAGS)
    back = aws.ec2.SecurityGroup("back", vpc_id=vpc.id, description="with rules", tags=TAGS)
    aws.vpc.SecurityGroupIngressRule(
        "front-to-back",
        security_group_id=back.id,
        referenced_security_group_id=front.id,
        ip_protocol="tcp",
        from_port=8080,
        to_port=8080,
        tags=TAGS,
    )
    aws.vpc.SecurityGroupEgressRule(
        "back-to-all", security_group_id=back.id, cidr_ipv4="0.0.0.0/0", ip_protocol="-1", tags=TAGS
    )
    return front, back


def identity() -> tuple[aws.kms.Key, aws.iam.InstanceProfile]:
    key = aws.kms.Key("key", description=config.require("purpose"), enable_key_rotation=True, tags=TAGS)
    role = aws.iam.Role("node", assume_role_policy=TRUST, tags=TAGS)
    aws.iam.RolePolicy("node", role=role.id, policy=allow("kms:Decrypt", key.arn))
    aws.ssm.Parameter(
        "secret",
        name="/test/secret",
        type="SecureString",
        key_id=key.arn,
        value=config.require_secret("secret"),
        tags=TAGS,
    )
    return key, aws.iam.InstanceProfile("node", role=role.name, tags=TAGS)


def machines(subnets: list[aws.ec2.Subnet], group: aws.ec2.SecurityGroup, profile: aws.iam.InstanceProfile) -> None:
    image = aws.ec2.get_ami(most_recent=True, owners=["amazon"], filters=[{"name": "name", "values": ["amzn*"]}])
    template = aws.ec2.LaunchTemplate(
        "node",
        image_id=image.id,
        instance_type=config.require("type"),
        iam_instance_profile={"arn": profile.arn},
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        block_device_mappings=[
            {"device_name": "/dev/sda1", "ebs": {"volume_size": 10, "volume_type": "gp3", "encrypted": "true"}}
        ],
        vpc_security_group_ids=[group.id],
        tag_specifications=[{"resource_type": "volume", "tags": TAGS}],
        user_data="IyEvYmluL3NoCg==",
        tags=TAGS,
    )
    servers = aws.autoscaling.Group(
        "servers",
        min_size=1,
        max_size=2,
        vpc_zone_identifiers=[subnet.id for subnet in subnets],
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        instance_refresh={"strategy": "Rolling", "preferences": {"min_healthy_percentage": 100}},
        wait_for_capacity_timeout="0",
        tags=[{"key": "environment", "value": "test", "propagate_at_launch": True}],
    )
    aws.autoscaling.LifecycleHook(
        "launch",
        name="launch",
        autoscaling_group_name=servers.name,
        lifecycle_transition="autoscaling:EC2_INSTANCE_LAUNCHING",
        heartbeat_timeout=600,
        default_result="ABANDON",
    )


def storage() -> None:
    repository = aws.ecr.Repository(
        "pods",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": True},
        tags=TAGS,
    )
    pull = {"Sid": "pull", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["ecr:BatchGetImage"]}
    aws.ecr.RepositoryPolicy(
        "pods", repository=repository.name, policy=json.dumps({"Version": "2012-10-17", "Statement": [pull]})
    )
    bucket = aws.s3.Bucket("Logs", force_destroy=True, tags=TAGS)
    aws.s3.BucketServerSideEncryptionConfiguration(
        "logs", bucket=bucket.id, rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
    )
    aws.s3.BucketLifecycleConfiguration(
        "logs",
        bucket=bucket.id,
        rules=[{"id": "old", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 30}}],
    )
    aws.cloudwatch.LogGroup("logs", retention_in_days=30, tags=TAGS)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="errors",
        namespace="test",
        period=60,
        statistic="Sum",
        threshold=1,
        tags=TAGS,
    )


def way_in(vpc: aws.ec2.Vpc, subnets: list[aws.ec2.Subnet], group: aws.ec2.SecurityGroup) -> None:
    balancer = aws.lb.LoadBalancer(
        "a-balancer-with-a-rather-long-name",
        load_balancer_type="application",
        security_groups=[group.id],
        subnets=[subnet.id for subnet in subnets],
        tags=TAGS,
    )
    target = aws.lb.TargetGroup("web", port=8080, protocol="HTTP", vpc_id=vpc.id, health_check={"path": "/"}, tags=TAGS)
    zone = aws.route53.Zone("zone", name="test.example.com", tags=TAGS)
    certificate = aws.acm.Certificate("web", domain_name="test.example.com", validation_method="DNS", tags=TAGS)
    aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        certificate_arn=certificate.arn,
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_actions=[{"type": "forward", "target_group_arn": target.arn}],
        tags=TAGS,
    )
    alias: Any = {"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}
    aws.route53.Record("apex", zone_id=zone.zone_id, name="test.example.com", type="A", aliases=[alias])


vpc, subnets = network()
front, back = groups(vpc)
key, profile = identity()
machines(subnets, back, profile)
storage()
way_in(vpc, subnets, front)
