"""The tables of the stand-in against the SDK and the real provider: no property is lost on the way."""

import importlib
import inspect
import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumi_aws
import pytest
from pulumi import _types

from local.plugins.aws import engine, names
from local.plugins.aws.bridge import Bridge
from local.plugins.aws.types import CHANGES, FUNCTIONS, PROVIDER_CHANGES, RESOURCES, SECRET_RESULTS, Change, Shape
from local.toolchain import aws

NEWER: Mapping[str, frozenset[str]] = {
    token: frozenset(properties.split())
    for token, properties in {
        "aws:acm/certificate:Certificate": "options.export privateKeyWo privateKeyWoVersion",
        "aws:autoscaling/group:Group": "instanceLifecyclePolicy",
        "aws:cloudwatch/logGroup:LogGroup": "deletionProtectionEnabled",
        "aws:cloudwatch/metricAlarm:MetricAlarm": (
            "evaluationCriteria evaluationInterval evaluationWindow warmUpConfiguration"
        ),
        "aws:ebs/volume:Volume": "volumeInitializationRate",
        "aws:ec2/flowLog:FlowLog": "regionalNatGatewayId tagFieldSpecifications",
        "aws:ec2/instance:Instance": (
            "cpuOptions.nestedVirtualization forceDestroy placementGroupId primaryNetworkInterface"
            " secondaryNetworkInterfaces"
        ),
        "aws:ec2/launchTemplate:LaunchTemplate": (
            "cpuOptions.nestedVirtualization networkInterfaces.enaQueueCount networkPerformanceOptions"
            " placement.groupId secondaryInterfaces"
        ),
        "aws:ec2/natGateway:NatGateway": "availabilityMode availabilityZoneAddresses vpcId",
        "aws:ec2/networkInterface:NetworkInterface": (
            "attachments.networkCardIndex connectionTrackingSpecification enaSrdSpecification"
        ),
        "aws:ec2/route:Route": "odbNetworkArn",
        "aws:ec2/routeTable:RouteTable": "routes.odbNetworkArn",
        "aws:ec2/subnet:Subnet": "ipv4IpamPoolId ipv4NetmaskLength ipv6IpamPoolId ipv6NetmaskLength",
        "aws:ec2/vpcEndpoint:VpcEndpoint": ("dnsOptions.privateDnsPreference dnsOptions.privateDnsSpecifiedDomains"),
        "aws:ecr/repository:Repository": "imageTagMutabilityExclusionFilters",
        "aws:eks/addon:Addon": "namespaceConfig",
        "aws:eks/cluster:Cluster": (
            "controlPlaneScalingConfig defaultAddonsToRemoves deletionProtection kubeApiServerConfig"
            " kubeControllerManagerConfig kubeSchedulerConfig outpostConfig.controlPlanePlacement.spreadLevel"
            " outpostConfig.etcdInstanceType outpostConfig.etcdPlacement vpcConfig.controlPlaneEgressMode"
        ),
        "aws:eks/nodeGroup:NodeGroup": (
            "nodeRepairConfig.maxParallelNodesRepairedCount nodeRepairConfig.maxParallelNodesRepairedPercentage"
            " nodeRepairConfig.maxUnhealthyNodeThresholdCount nodeRepairConfig.maxUnhealthyNodeThresholdPercentage"
            " nodeRepairConfig.nodeRepairConfigOverrides updateConfig.updateStrategy warmPoolConfig"
        ),
        "aws:eks/podIdentityAssociation:PodIdentityAssociation": "disableSessionTags policy targetRoleArn",
        "aws:iam/policy:Policy": "delayAfterPolicyCreationInMs",
        "aws:lb/listener:Listener": "defaultActions.jwtValidation",
        "aws:lb/listenerRule:ListenerRule": (
            "actions.jwtValidation conditions.hostHeader.regexValues conditions.httpHeader.regexValues"
            " conditions.pathPattern.regexValues conditions.sourceIp.ipAddressType transforms"
        ),
        "aws:lb/loadBalancer:LoadBalancer": (
            "enablePrefixForIpv6SourceNat healthCheckLogs secondaryIpsAutoAssignedPerSubnet"
        ),
        "aws:lb/targetGroup:TargetGroup": "targetControlPort",
        "aws:lb/targetGroupAttachment:TargetGroupAttachment": "quicServerId",
        "aws:route53/zone:Zone": "enableAcceleratedRecovery",
        "aws:s3/bucket:Bucket": "bucketNamespace serverSideEncryptionConfiguration.rule.blockedEncryptionTypes",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "skipDestroy",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
            "rules.blockedEncryptionTypes"
        ),
        "aws:secretsmanager/secret:Secret": "type",
        "aws:sns/topic:Topic": "maximumMessageSize",
    }.items()
}
"""What the SDK's release of the provider has and 5.100 has not: an error here, so it must not be used.

Every type has ``region`` beside these: a resource is made in its provider's region.
"""

NEWER_OUTPUTS: Mapping[str, set[str]] = {
    "aws:ec2/natGateway:NatGateway": {
        *("autoProvisionZones", "autoScalingIps", "regionalNatGatewayAddresses", "regionalNatGatewayAutoMode"),
        "routeTableId",
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {"externalId"},
    "aws:s3/bucket:Bucket": {"bucketRegion"},
    "aws:secretsmanager/secretVersion:SecretVersion": {"secretArn"},
}
"""What of a resource only the provider says, and 5.100 does not."""

NEWER_ARGUMENTS: Mapping[str, set[str]] = {
    "aws:ec2/getAmi:getAmi": {"allowUnsafeFilter"},
    "aws:route53/getZone:getZone": {"enableAcceleratedRecovery"},
}
"""The same for functions."""

_JSON = ("assumeRolePolicy", "policy")
"""Where the SDK takes an object too, and sends text."""


@pytest.fixture(scope="session")
def schema(plugin: aws.Ready) -> Any:
    """What the bridge makes of the real provider."""
    server, address = engine.serve(None)
    wanted = sorted({*RESOURCES.values(), *FUNCTIONS.values()})
    bridge = Bridge(aws.parts(), address, wanted)
    try:
        from pulumi.runtime.proto import provider_pb2

        return json.loads(bridge.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    finally:
        bridge.end()
        server.stop(None)


def inputs_of(arguments: type) -> dict[str, Any]:
    """Wire name -> annotated type, of an ``…Args`` class of the SDK."""
    module = inspect.getmodule(arguments)
    scope = {"Output": pulumi.Output, "T": typing.Any, **vars(module)}
    hints = typing.get_type_hints(vars(arguments)["__init__"], scope)
    wire_names = {python: wire for python, wire, _ in _types._py_properties(arguments)}
    return {wire_names[python]: hint for python, hint in hints.items() if python in wire_names}


def arguments_of(token: str) -> type:
    """The class of a resource's arguments; where an input type has that name, it has another."""
    file, name = module_of(token)
    found: type = getattr(file, f"{name}InitArgs", None) or getattr(file, f"{name}Args")
    return found


def state_of(token: str) -> type:
    """The class of all that there is of a resource once it is made."""
    file, name = module_of(token)
    found: type = getattr(file, f"_{name}State")
    return found


def module_of(token: str) -> tuple[Any, str]:
    """Where the SDK has a resource, and what it calls it."""
    module, name = token.split(":")[1].split("/")[0], token.rpartition(":")[2]
    return inspect.getmodule(getattr(importlib.import_module(f"pulumi_aws.{module}"), name)), name


def plain_types(hint: Any) -> Iterator[Any]:
    """The types below Optional, Union and Input."""
    if typing.get_origin(hint) in (typing.Union, type(int | str)):
        for part in typing.get_args(hint):
            yield from plain_types(part)
    elif hint is not type(None):
        yield hint


def structure(hint: Any) -> tuple[str, type | None]:
    """``list`` or ``one``, and the class of the object if there is one."""
    for found in plain_types(hint):
        if "Sequence" in str(typing.get_origin(found)):
            return "list", structure(typing.get_args(found)[0])[1]
        if inspect.isclass(found) and _types.is_input_type(found) and not found.__name__.endswith("Dict"):
            return "one", found
    return "one", None


def compare(
    arguments: type, theirs: Mapping[str, Any], changes: tuple[Change, ...], types: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    """The paths of the SDK's properties that the bridge has not, or in another shape."""
    for name, hint in inputs_of(arguments).items():
        path = f"{at}{name}"
        change = next((one for one in changes if one.ours == path), None)
        found = theirs.get(change.theirs if change else name)
        if found is None:
            yield path
            continue
        ours, inner = structure(hint)
        shape = "list" if found.get("type") == "array" else "one"
        if change and change.shape is not Shape.SAME:
            assert (ours, shape) == {Shape.ONE_IN_LIST: ("one", "list"), Shape.LIST_OF_ONE: ("list", "one")}[
                change.shape
            ], path
        elif ours != shape and name not in _JSON:
            yield f"{path} ({ours} here, {shape} there)"
        reference = found.get("$ref") or found.get("items", {}).get("$ref", "")
        if inner and reference.startswith("#/types/"):
            below = types[reference.removeprefix("#/types/")].get("properties", {})
            yield from compare(inner, below, changes, types, f"{path}.")


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_every_property_of_a_resource_is_the_providers(token: str, schema: Any) -> None:
    terraform = RESOURCES[token]
    resource = schema["resources"][names.bridge_type(terraform)]
    found = set(compare(arguments_of(token), resource["inputProperties"], CHANGES.get(terraform, ()), schema["types"]))
    assert found - {"region"} <= NEWER.get(token, frozenset())


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_all_that_a_resource_says_of_itself_is_the_providers(token: str, schema: Any) -> None:
    terraform = RESOURCES[token]
    resource = schema["resources"][names.bridge_type(terraform)]
    found = set(compare(state_of(token), resource["properties"], CHANGES.get(terraform, ()), schema["types"]))
    assert found - {"region"} <= NEWER.get(token, frozenset()) | NEWER_OUTPUTS.get(token, set())


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_every_difference_is_one_of_the_sdk_and_the_provider(token: str, schema: Any) -> None:
    terraform = RESOURCES[token]
    resource = schema["resources"][names.bridge_type(terraform)]
    known = {**inputs_of(arguments_of(token)), **inputs_of(state_of(token))}
    theirs = {**resource["inputProperties"], **resource["properties"]}
    for change in CHANGES.get(terraform, ()):
        assert change.path[0] in known
        if len(change.path) == 1:
            assert change.theirs in theirs


def test_every_setting_of_a_provider_is_the_providers(schema: Any) -> None:
    theirs = schema["provider"]["inputProperties"]
    found = set(compare(pulumi_aws.ProviderArgs, theirs, PROVIDER_CHANGES, schema["types"]))
    assert {one for one in found if not one.startswith("endpoints.")} <= {"tagPolicyCompliance", "userAgents"}


@pytest.mark.parametrize("token", sorted(FUNCTIONS))
def test_every_argument_of_a_function_is_the_providers(token: str, schema: Any) -> None:
    function = schema["functions"][names.bridge_function(FUNCTIONS[token])]
    module, name = token.split(":")[1].split("/")[0], token.rpartition(":")[2]
    package = "pulumi_aws" if module == "index" else f"pulumi_aws.{module}"
    python = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    parameters = set(inspect.signature(getattr(importlib.import_module(package), python)).parameters)
    theirs = set(function.get("inputs", {}).get("properties", {}))
    ours = {_wire(parameter) for parameter in parameters - {"opts", "region"}}
    assert ours <= theirs | NEWER_ARGUMENTS.get(token, set())


def test_what_is_secret_in_a_functions_result_is_marked(schema: Any) -> None:
    found = {}
    for ours, terraform in FUNCTIONS.items():
        outputs = schema["functions"][names.bridge_function(terraform)]["outputs"]["properties"]
        found[ours] = tuple(sorted(name for name, kind in outputs.items() if kind.get("secret")))
    assert {name: secrets for name, secrets in found.items() if secrets} == SECRET_RESULTS


def _wire(parameter: str) -> str:
    first, *rest = parameter.split("_")
    return first + "".join(word.capitalize() for word in rest)
