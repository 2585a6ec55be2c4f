"""The balancer: the one thing that the world can talk to, over TLS, and what it may talk to itself."""

from typing import Any

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.zone import SECONDS, create_public_zone, point
from foxden.clouds.edge import BalancerPlan, BuiltBalancer, DomainPlan, Way

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3, with forward secrecy alone."""

ANYWHERE = "0.0.0.0/0"

OPEN_PORTS = (80, 443)
"""All that the world may connect to; 80 leads to 443 and does nothing else."""

HEALTHY = "200,404"
"""What a well ingress answers to someone who names no host of a service."""


def create_balancer(plan: BalancerPlan, opts: pulumi.ResourceOptions) -> BuiltBalancer:
    """The balancer with its certificate, its names, and the two rules between it and the workers."""
    import pulumi_aws as aws

    scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
    group = _security_group(scope, plan)
    made = None if plan.zone is not None else create_public_zone(scope, plan.domain, plan.protect)
    zone: Any = plan.zone if made is None else made.zone_id
    logs: Any = None if plan.logs is None else {"bucket": plan.logs, "prefix": plan.name, "enabled": True}
    balancer = aws.lb.LoadBalancer(
        plan.name,
        name=scope.called(),
        load_balancer_type="application",
        internal=False,
        subnets=list(plan.subnets.values()),
        security_groups=[group.id],
        drop_invalid_header_fields=True,
        preserve_host_header=True,
        enable_deletion_protection=plan.protect,
        idle_timeout=plan.idle,
        access_logs=logs,
        tags=scope.tagged(),
        opts=opts,
    )
    target = _target_group(scope, plan)
    listener = _listeners(scope, balancer, target, _certificate(scope, plan.domain, zone))
    point(scope, zone, plan.domain, balancer.dns_name, balancer.zone_id)
    return BuiltBalancer(
        way=Way(listener.arn, zone, balancer.dns_name, balancer.zone_id),
        target_group=target.arn,
        security_group=group.id,
        name_servers=[] if made is None else made.name_servers,
    )


def create_domain(plan: DomainPlan, opts: pulumi.ResourceOptions) -> None:
    """A certificate for a further domain on a balancer that is there, and the names that lead to it."""
    import pulumi_aws as aws

    scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
    certificate = _certificate(scope, plan.domain, plan.way.zone)
    aws.lb.ListenerCertificate(plan.name, listener_arn=plan.way.listener, certificate_arn=certificate, opts=opts)
    point(scope, plan.way.zone, plan.domain, plan.way.address, plan.way.address_zone)


def _security_group(scope: Scope, plan: BalancerPlan) -> Any:
    import pulumi_aws as aws

    group = aws.ec2.SecurityGroup(
        scope.name,
        name=scope.called("balancer"),
        description="The balancer of one cluster",
        vpc_id=plan.network,
        revoke_rules_on_delete=True,
        tags=scope.tagged("balancer"),
        opts=scope.opts,
    )
    for port in OPEN_PORTS:
        aws.vpc.SecurityGroupIngressRule(
            f"{scope.name}-world-tcp-{port}",
            security_group_id=group.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="Users",
            tags=scope.tagged(f"world-tcp-{port}"),
            opts=scope.opts,
        )
    what = f"balancer-to-workers-tcp-{plan.ingress_port}"
    way: dict[str, Any] = {
        "ip_protocol": "tcp",
        "from_port": plan.ingress_port,
        "to_port": plan.ingress_port,
        "description": "Requests of users, to the ingress of each worker",
        "tags": scope.tagged(what),
        "opts": scope.opts,
    }
    aws.vpc.SecurityGroupEgressRule(
        f"{scope.name}-{what}", security_group_id=group.id, referenced_security_group_id=plan.workers, **way
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{scope.name}-{what}", security_group_id=plan.workers, referenced_security_group_id=group.id, **way
    )
    return group


def _target_group(scope: Scope, plan: BalancerPlan) -> Any:
    import pulumi_aws as aws

    return aws.lb.TargetGroup(
        scope.name,
        port=plan.ingress_port,
        protocol="HTTP",
        target_type="instance",
        vpc_id=plan.network,
        # As long as a service's own requests have to end.
        deregistration_delay=30,
        load_balancing_algorithm_type="least_outstanding_requests",
        health_check={
            "path": "/",
            "matcher": HEALTHY,
            "interval": 10,
            "timeout": 3,
            "healthy_threshold": 2,
            "unhealthy_threshold": 2,
        },
        tags=scope.tagged("ingress"),
        opts=scope.opts,
    )


def _listeners(scope: Scope, balancer: Any, target: Any, certificate: pulumi.Output[str]) -> Any:
    import pulumi_aws as aws

    aws.lb.Listener(
        f"{scope.name}-http",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_actions=[
            {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
        ],
        tags=scope.tagged("http"),
        opts=scope.opts,
    )
    return aws.lb.Listener(
        f"{scope.name}-https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy=TLS_POLICY,
        certificate_arn=certificate,
        default_actions=[{"type": "forward", "target_group_arn": target.arn}],
        tags=scope.tagged("https"),
        opts=scope.opts,
    )


def _certificate(scope: Scope, domain: str, zone: Any) -> pulumi.Output[str]:
    """The ARN of a certificate for a domain and the hosts in it, known when it is valid; it is renewed by itself."""
    import pulumi_aws as aws

    certificate = aws.acm.Certificate(
        scope.name,
        domain_name=domain,
        subject_alternative_names=[f"*.{domain}"],
        validation_method="DNS",
        tags=scope.tagged(),
        opts=scope.opts,
    )
    # One record proves the domain and the hosts in it.
    proof = certificate.domain_validation_options[0]
    record = aws.route53.Record(
        f"{scope.name}-proof",
        zone_id=zone,
        name=proof.resource_record_name,
        type=proof.resource_record_type,
        records=[proof.resource_record_value],
        ttl=SECONDS,
        opts=scope.opts,
    )
    valid = aws.acm.CertificateValidation(
        scope.name, certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn], opts=scope.opts
    )
    return valid.certificate_arn
