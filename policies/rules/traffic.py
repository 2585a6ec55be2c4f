"""Traffic: balancers, their listeners and certificates."""

from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.rule import Domain

rules = Domain("traffic")

LISTENER, BALANCER = "aws:lb/listener:Listener", "aws:lb/loadBalancer:LoadBalancer"
TARGETS, CERTIFICATE = "aws:lb/targetGroup:TargetGroup", "aws:acm/certificate:Certificate"
_SECURE = ("HTTPS", "TLS")


def _is_application(balancer: Resource) -> bool:
    """Whether it speaks HTTP: what isn't said is an application balancer to AWS."""
    kind = balancer.inputs["loadBalancerType"]
    return kind.absent or kind.is_("application")


@rules.rule(
    "listener-encrypted",
    LISTENER,
    severity=Severity.CRITICAL,
    what="A listener without TLS sends users on to one with it, and does nothing else",
    why="Passwords and cookies go over the internet as they are",
    fix="make its default action a redirect to HTTPS",
    references=(
        "FSBP ELB.1",
        "checkov CKV_AWS_2",
        "checkov CKV2_AWS_20",
        "awsguard alb-http-to-https-redirection",
        "pulumi aws-alb-listener-disallow-unencrypted-traffic",
    ),
)
def _encrypted(listener: Resource, _config: Node) -> Iterator[str]:
    if not listener.inputs["protocol"].is_("HTTP"):
        return
    for action in listener.inputs["defaultActions"].each():
        if not (action["type"].is_("redirect") and action["redirect.protocol"].is_("HTTPS")):
            yield f"answers without TLS by a {action['type'].text or 'default action'}"


@rules.rule(
    "modern-tls",
    LISTENER,
    severity=Severity.HIGH,
    what="A listener with TLS speaks its version 1.2 or 1.3 with forward secrecy",
    why="Older versions can be read by others, today or from a recording later",
    fix="choose one of the policies in the rule's configuration as sslPolicy",
    references=("checkov CKV_AWS_103", "checkov CKV2_AWS_74", "pulumi aws-alb-listener-configure-secure-tls"),
    config={"policies": ["ELBSecurityPolicy-TLS13-1-2-", "ELBSecurityPolicy-TLS13-1-3-"]},
)
def _modern_tls(listener: Resource, config: Node) -> Iterator[str]:
    policy = listener.inputs["sslPolicy"]
    if not listener.inputs["protocol"].is_(*_SECURE) or policy.opaque:
        return
    weak = policy.text.removeprefix("ELBSecurityPolicy-TLS13-1-2-").startswith("Ext")
    if weak or not policy.text.startswith(tuple(config["policies"].texts())):
        yield f"speaks TLS as {policy.text or 'AWS chose long ago'}"


@rules.rule(
    "balancer-drops-broken-headers",
    BALANCER,
    severity=Severity.MEDIUM,
    what="A balancer passes no header on that isn't one",
    why="The balancer and a service that read a request differently can be played off against each other",
    fix="set dropInvalidHeaderFields",
    references=("FSBP ELB.4", "checkov CKV_AWS_131"),
)
def _headers(balancer: Resource, _config: Node) -> Iterator[str]:
    if _is_application(balancer) and balancer.inputs["dropInvalidHeaderFields"].is_not(True):
        yield "passes broken headers on"


@rules.rule(
    "balancer-defends-itself",
    BALANCER,
    severity=Severity.MEDIUM,
    what="A balancer refuses requests that are made to be read in two ways",
    why="One user's request ends as a part of another's",
    fix="leave desyncMitigationMode out, or set it to strictest",
    references=("FSBP ELB.12", "checkov CKV_AWS_328"),
)
def _desync(balancer: Resource, _config: Node) -> Iterator[str]:
    if balancer.inputs["desyncMitigationMode"].is_("monitor"):
        yield "only watches requests that can be read in two ways"


@rules.rule(
    "balancer-protected",
    BALANCER,
    severity=Severity.HIGH,
    what="A balancer can't be deleted by mistake",
    why="Its address is gone with it, and all that points there",
    fix="set enableDeletionProtection",
    references=("FSBP ELB.6", "checkov CKV_AWS_150", "awsguard elb-deletion-protection-enabled"),
)
def _protected(balancer: Resource, _config: Node) -> Iterator[str]:
    if balancer.inputs["enableDeletionProtection"].is_not(True):
        yield "can be deleted by a slip"


@rules.rule(
    "balancer-logged",
    BALANCER,
    severity=Severity.MEDIUM,
    what="A balancer keeps a log of requests",
    why="Without it nobody can say afterwards who asked what",
    fix="give it accessLogs with a bucket, enabled",
    references=(
        "FSBP ELB.5",
        "checkov CKV_AWS_91",
        "awsguard elb-logging-enabled",
        "pulumi aws-alb-loadbalancer-configure-access-logging",
        "pulumi aws-alb-loadbalancer-enable-access-logging",
    ),
)
def _logged(balancer: Resource, _config: Node) -> Iterator[str]:
    if balancer.inputs["accessLogs"].opaque or not _is_application(balancer):
        return
    if balancer.inputs["accessLogs.enabled"].is_not(True) or balancer.inputs["accessLogs.bucket"].absent:
        yield "keeps no log of requests"


@rules.rule(
    "balancer-spans-zones",
    BALANCER,
    severity=Severity.HIGH,
    what="A balancer is in at least two zones",
    why="The loss of one zone is the loss of the way in",
    fix="give it a subnet in each zone",
    references=("FSBP ELB.13",),
    config={"zones": 2},
)
def _zones(balancer: Resource, config: Node) -> Iterator[str]:
    subnets, mapped = balancer.inputs["subnets"], balancer.inputs["subnetMappings"]
    found = len(list(subnets.each())) + len(list(mapped.each()))
    if not subnets.opaque and not mapped.opaque and found < (config["zones"].number or 0):
        yield f"is in {found} zone{'s' * (found != 1)}"


@rules.rule(
    "targets-checked",
    TARGETS,
    severity=Severity.HIGH,
    what="A balancer asks its targets whether they are well",
    why="It sends users to machines that don't answer",
    fix="give the target group a healthCheck",
    references=("checkov CKV_AWS_261",),
)
def _checked(targets: Resource, _config: Node) -> Iterator[str]:
    check = targets.inputs["healthCheck"]
    if check.absent or check["enabled"].is_(False):
        yield "asks no target whether it is well"


@rules.rule(
    "targets-drained",
    TARGETS,
    severity=Severity.MEDIUM,
    what="A target that leaves ends its requests first, in a time that its machine has",
    why="Users see errors in every rollout, or a rollout takes forever",
    fix="set deregistrationDelay within the rule's bounds, in seconds",
    config={"least": 5, "most": 300},
)
def _drained(targets: Resource, config: Node) -> Iterator[str]:
    delay = targets.inputs["deregistrationDelay"]
    if delay.given and (delay.below(config["least"].number or 0) or delay.above(config["most"].number or 0)):
        yield f"leaves {delay.number or 0:.0f} s to end requests"


@rules.rule(
    "certificate-renews-itself",
    CERTIFICATE,
    severity=Severity.HIGH,
    what="A certificate is proven by DNS, and so is renewed without anybody",
    why="Somebody is on holiday when the mail comes that asks for it, and then it is over",
    fix="set validationMethod to DNS",
    references=("FSBP ACM.1", "awsguard acm-certificate-expiration"),
)
def _renews(certificate: Resource, _config: Node) -> Iterator[str]:
    own = certificate.inputs["privateKey"]
    if own.given:
        yield "was made elsewhere, and is not renewed"
    elif certificate.inputs["validationMethod"].is_not("DNS"):
        yield f"is proven by {certificate.inputs['validationMethod'].text or 'nothing'}"


@rules.rule(
    "certificate-key-strong",
    CERTIFICATE,
    severity=Severity.HIGH,
    what="A certificate's key has 2,048 bits of RSA, or is one of an elliptic curve",
    why="Shorter ones can be computed",
    fix="leave keyAlgorithm out, or choose a longer one",
    references=("FSBP ACM.2",),
)
def _strong_key(certificate: Resource, _config: Node) -> Iterator[str]:
    if certificate.inputs["keyAlgorithm"].is_("RSA_1024"):
        yield "has a key of 1,024 bits"
