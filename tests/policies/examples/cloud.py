"""Of rules on networks, balancers, machines and clusters."""

from policies.model import Resource
from policies.reading import GROUP as SCALING
from policies.reading import NODE_GROUP
from policies.reading import TEMPLATE as LAUNCH
from policies.rules.clusters import BUCKET, HOOK
from policies.rules.network import EGRESS, ENDPOINT, FLOW_LOG, GROUP, INGRESS, OLD_RULE, VPC
from policies.rules.traffic import BALANCER, CERTIFICATE, LISTENER, TARGETS
from tests.policies.examples import good
from tests.policies.examples.making import GONE, Example, one, resource

_HTTPS = {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443, "ipProtocol": "tcp", "description": "Users"}
_OLD = {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"], "protocol": "tcp", "fromPort": 443, "toPort": 443}
_SECURE = {
    "protocol": "HTTPS",
    "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "defaultActions": [{"type": "forward"}],
}
_REDIRECT = {
    "protocol": "HTTP",
    "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443"}}],
}
_DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_PROVIDER = "pulumi:providers:aws"
_DISTRIBUTION = "mixedInstancesPolicy.instancesDistribution"
_TEMPLATE_OF_GROUP = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification"


_OF_NODE_GROUP = Example(
    ((resource(LAUNCH, {"tags": good.TAGS}), resource(NODE_GROUP, good.NODE_GROUP)),),
    ((resource(LAUNCH, {"tags": good.TAGS}), resource(NODE_GROUP, good.NODE_GROUP, name="other")),),
)
"""Without image and identity, which Amazon finds for a node group; beside another's it is alone."""


def _beside_vpc(*others: Resource) -> tuple[Resource, ...]:
    return (resource(VPC, name="net"), *others)


NETWORK = {
    "no-open-admin-port": one(
        INGRESS,
        _HTTPS,
        {"fromPort": 22, "toPort": 22},
        {"fromPort": 4000, "toPort": 5000},
        {"ipProtocol": "-1", "fromPort": GONE, "toPort": GONE},
        {"cidrIpv4": GONE, "cidrIpv6": "::/0", "fromPort": 8500, "toPort": 8500},
        {"cidrIpv4": GONE, "cidrIpv6": "2000::/3", "fromPort": 8500, "toPort": 8500},
        *({"cidrIpv4": half, "fromPort": 22, "toPort": 22} for half in ("0.0.0.0/1", "128.0.0.0/1")),
        also_good=(
            {"cidrIpv4": "10.0.0.0/8", "fromPort": 22, "toPort": 22},
            {"cidrIpv4": GONE, "cidrIpv6": "fc00::/7", "fromPort": 22, "toPort": 22},
        ),
    )
    + one(OLD_RULE, _OLD, {"protocol": "all"}, {"protocol": "-1"}),
    "public-ports-limited": one(INGRESS, _HTTPS, {"fromPort": 8080, "toPort": 8080}, {"fromPort": 80}),
    "no-whole-network-trust": one(
        INGRESS,
        {"referencedSecurityGroupId": "sg-1", "ipProtocol": "-1", "description": "all of us"},
        {"referencedSecurityGroupId": GONE, "cidrIpv4": "10.0.0.0/8"},
        *({"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": low, "toPort": 65535} for low in (0, 1, 1024)),
        also_good=({"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 30000, "toPort": 32767},),
    )
    + one(OLD_RULE, {**_OLD, "cidrBlocks": ["10.0.0.0/8"]}, {"protocol": "all"}),
    "outgoing-limited": one(
        EGRESS, _HTTPS, {"ipProtocol": "-1"}, also_good=({"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},)
    )
    + one(OLD_RULE, {**_OLD, "type": "egress"}, {"protocol": "all"}),
    "firewall-rule-described": one(INGRESS, _HTTPS, {"description": GONE}, {"description": "Managed by Pulumi"}),
    "firewall-rules-apart": one(GROUP, {"description": "Users"}, {"ingress": [_HTTPS]}, {"egress": [_HTTPS]}),
    "default-security-group-closed": one(_DEFAULT, {"vpcId": "vpc-1"}, {"ingress": [_HTTPS]}, {"egress": [_HTTPS]}),
    "default-security-group-kept": Example((_beside_vpc(resource(_DEFAULT)),), (_beside_vpc(),)),
    "network-logged": Example(
        (_beside_vpc(resource(FLOW_LOG, {"trafficType": "ALL"})),),
        (_beside_vpc(), _beside_vpc(resource(FLOW_LOG, {"trafficType": "REJECT"}))),
    ),
    "cloud-reached-inside": Example(
        (_beside_vpc(resource(ENDPOINT, {"serviceName": "com.amazonaws.eu-central-1.s3"})),),
        (_beside_vpc(), _beside_vpc(resource(ENDPOINT, {"serviceName": "com.amazonaws.eu-central-1.sts"}))),
    ),
    "endpoint-by-its-name": one(
        ENDPOINT,
        {"vpcEndpointType": "Interface", "privateDnsEnabled": True},
        {"privateDnsEnabled": GONE},
        also_good=({"vpcEndpointType": "Gateway", "privateDnsEnabled": GONE},),
    ),
    "no-public-machine": one(
        LAUNCH,
        good.TEMPLATE,
        {"networkInterfaces": [{"associatePublicIpAddress": "true"}]},
        {"networkInterfaces": [{"associatePublicIpAddress": True}]},
    ),
    "no-public-subnet-default": one(
        "aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": False}, {"mapPublicIpOnLaunch": True}
    ),
}

TRAFFIC = {
    "listener-encrypted": one(
        LISTENER,
        _REDIRECT,
        {"defaultActions": [{"type": "forward"}]},
        {"defaultActions.0.redirect.protocol": "HTTP"},
    ),
    "modern-tls": one(
        LISTENER,
        _SECURE,
        {"sslPolicy": GONE},
        {"sslPolicy": "ELBSecurityPolicy-2016-08"},
        {"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"},
        also_good=({"sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},),
    ),
    "balancer-drops-broken-headers": one(
        BALANCER,
        good.BALANCER,
        {"dropInvalidHeaderFields": False},
        {"dropInvalidHeaderFields": GONE},
        also_good=({"loadBalancerType": "network", "dropInvalidHeaderFields": GONE},),
    ),
    "balancer-defends-itself": one(BALANCER, good.BALANCER, {"desyncMitigationMode": "monitor"}),
    "balancer-protected": one(BALANCER, good.BALANCER, {"enableDeletionProtection": GONE}),
    "balancer-logged": one(
        BALANCER, good.BALANCER, {"accessLogs": GONE}, {"accessLogs.enabled": False}, {"accessLogs.bucket": ""}
    ),
    "balancer-spans-zones": one(BALANCER, good.BALANCER, {"subnets": ["subnet-a"]}),
    "targets-checked": one(
        TARGETS, {"healthCheck": {"path": "/"}}, {"healthCheck": GONE}, {"healthCheck.enabled": False}
    ),
    "targets-drained": one(
        TARGETS, {"deregistrationDelay": 30}, {"deregistrationDelay": 0}, {"deregistrationDelay": 3600}
    ),
    "certificate-renews-itself": one(
        CERTIFICATE, {"validationMethod": "DNS"}, {"validationMethod": "EMAIL"}, {"privateKey": "some"}
    ),
    "certificate-key-strong": one(CERTIFICATE, {"keyAlgorithm": "EC_prime256v1"}, {"keyAlgorithm": "RSA_1024"}),
}

COMPUTE = {
    "metadata-by-token": one(
        LAUNCH,
        good.TEMPLATE,
        {"metadataOptions.httpTokens": "optional"},
        {"metadataOptions": GONE},
        also_good=({"metadataOptions": {"httpEndpoint": "disabled"}},),
    ),
    "metadata-stays-on-machine": one(LAUNCH, good.TEMPLATE, {"metadataOptions.httpPutResponseHopLimit": 2}),
    "disks-encrypted": one(
        LAUNCH,
        good.TEMPLATE,
        {"blockDeviceMappings.0.ebs.encrypted": "false"},
        {"blockDeviceMappings.0.ebs.encrypted": GONE},
        {"blockDeviceMappings": GONE},
    ),
    "disks-go-with-machine": one(LAUNCH, good.TEMPLATE, {"blockDeviceMappings.0.ebs.deleteOnTermination": "false"}),
    "image-of-machine-pinned": one(LAUNCH, good.TEMPLATE, {"imageId": "resolve:ssm:/aws/service/x"}, {"imageId": GONE})
    + _OF_NODE_GROUP,
    "template-version-pinned": one(
        SCALING,
        good.GROUP,
        {f"{_TEMPLATE_OF_GROUP}.version": "$Latest"},
        {f"{_TEMPLATE_OF_GROUP}.version": GONE},
        {"mixedInstancesPolicy": GONE},
    ),
    "machine-has-role": one(LAUNCH, good.TEMPLATE, {"iamInstanceProfile": GONE}) + _OF_NODE_GROUP,
    "no-ssh-key": one(LAUNCH, good.TEMPLATE, {"keyName": "ana"})
    + one(NODE_GROUP, good.NODE_GROUP, {"remoteAccess": {"ec2SshKey": "ana"}}),
    "machine-monitored": one(LAUNCH, good.TEMPLATE, {"monitoring": GONE}, {"monitoring.enabled": False}),
    "servers-not-interruptible": one(
        SCALING, good.SERVERS, {f"{_DISTRIBUTION}.onDemandPercentageAboveBaseCapacity": 50}
    ),
    "spot-spread": one(
        SCALING,
        good.GROUP,
        {"mixedInstancesPolicy.launchTemplate.overrides": [{"instanceType": "m6i.large"}]},
        also_good=(
            {
                "mixedInstancesPolicy.launchTemplate.overrides": [{"instanceType": "m6i.large"}],
                f"{_DISTRIBUTION}.onDemandPercentageAboveBaseCapacity": 100,
            },
        ),
    )
    + one(NODE_GROUP, good.NODE_GROUP, {"capacityType": "SPOT"}),
}

CLUSTERS = {
    "group-spans-zones": one(SCALING, good.GROUP, {"vpcZoneIdentifiers": ["subnet-a"]})
    + one(NODE_GROUP, good.NODE_GROUP, {"subnetIds": ["subnet-a"]}),
    "quorum-size": one(SCALING, good.SERVERS, {"minSize": 2}, {"minSize": 7}),
    "servers-protected": Example(
        ((resource(SCALING, good.SERVERS, protect=True),), (resource(SCALING, good.GROUP),)),
        ((resource(SCALING, good.SERVERS),),),
    ),
    "group-rolls": one(
        SCALING, good.GROUP, {"instanceRefresh": GONE}, {"instanceRefresh.preferences.minHealthyPercentage": 10}
    ),
    "launch-waits-for-health": one(HOOK, good.HOOKS[0], {"defaultResult": "CONTINUE"}, {"defaultResult": GONE}),
    "machine-leaves-in-order": one(
        SCALING, good.GROUP, {"initialLifecycleHooks": good.HOOKS[:1]}, {"initialLifecycleHooks": GONE}
    ),
    "group-sizes-fit": one(SCALING, good.GROUP, {"maxSize": 2}),
    "servers-backed-up": Example(
        ((resource(SCALING, good.SERVERS), resource(BUCKET, {"tags": {"component": "snapshots"}})),),
        ((resource(SCALING, good.SERVERS), resource(BUCKET, {"tags": {"component": "logs"}})),),
    ),
    "account-named": one(_PROVIDER, {"allowedAccountIds": '["123456789012"]'}, {"allowedAccountIds": GONE}),
    "region-named": one(_PROVIDER, {"region": "eu-central-1"}, {"region": "us-east-1"}, {"region": GONE}),
}

EXAMPLES = {**NETWORK, **TRAFFIC, **COMPUTE, **CLUSTERS}
