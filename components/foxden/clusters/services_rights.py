"""What cluster services may do at Amazon: permissions of the machines that run them (pure)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foxden.errors import Problem, check
from foxden.service.reader import did_you_mean

_AUTOSCALER = "k8s.io/cluster-autoscaler"
_DISKS = {"StringEquals": {"aws:ResourceTag/ebs.csi.aws.com/cluster": "true"}}
_NEW_DISKS = {"StringEquals": {"aws:RequestTag/ebs.csi.aws.com/cluster": "true"}}
_VOLUMES = "arn:aws:ec2:*:*:volume/*"

Statement = dict[str, Any]


def cluster_service_policies(
    cluster: str, services: Sequence[str], zones: Sequence[str] = (), log_group: str = "", key: str = ""
) -> dict[str, str]:
    """What the machines of a pool must be allowed, for cluster services to run there: name to an IAM policy as JSON.

    It goes into :class:`foxden.WorkerPoolArgs` ``policies``. ``services``: names of fields of
    :class:`foxden.ClusterServicesArgs`; those that ask Amazon for nothing have no policy. ``zones``: ids of the hosted
    zones of ``external_dns`` and ``certificates``. ``log_group``: name of that of ``logging``. ``key``: ARN of the key
    of ``ebs_csi``. Raises InvalidInput for a service that there isn't.
    """
    known = _statements(cluster, zones, log_group, key)
    unknown = [name for name in services if name not in (*known, *NEEDING_NOTHING)]
    words = (*known, *NEEDING_NOTHING)
    check(
        Problem(
            "cluster services", f"must be some of {', '.join(sorted(words))}, got {name!r}{did_you_mean(name, words)}"
        )
        for name in unknown
    )
    return {
        name.replace("_", "-"): json.dumps({"Version": "2012-10-17", "Statement": known[name]}, sort_keys=True)
        for name in services
        if known.get(name)
    }


NEEDING_NOTHING = ("coredns", "dashboard", "metrics_server", "prometheus", "ingress")
"""Those that ask Amazon for nothing."""


def _statements(cluster: str, zones: Sequence[str], log_group: str, key: str) -> Mapping[str, list[Statement]]:
    records = [f"arn:aws:route53:::hostedzone/{zone}" for zone in zones]
    return {
        "cloud_controller": [
            _allow("ec2", ("DescribeInstances", "DescribeAvailabilityZones", "DescribeInstanceTopology"))
        ],
        "cluster_autoscaler": _autoscaler(cluster),
        "ebs_csi": _disks(key),
        "external_dns": [
            _allow("route53", ("ListHostedZones", "ListTagsForResources")),
            *_records(records, ("ChangeResourceRecordSets", "ListResourceRecordSets")),
        ],
        "certificates": [
            *([_allow("route53", ("GetChange",), ["arn:aws:route53:::change/*"])] if records else []),
            *_records(records, ("ListResourceRecordSets",)),
            *(
                [
                    _allow(
                        "route53",
                        ("ChangeResourceRecordSets",),
                        records,
                        # It proves who it is, and leads nobody anywhere.
                        {"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["TXT"]}},
                    )
                ]
                if records
                else []
            ),
        ],
        "logging": (
            [
                _allow(
                    "logs",
                    ("CreateLogStream", "DescribeLogStreams", "PutLogEvents"),
                    [f"arn:aws:logs:*:*:log-group:{log_group}", f"arn:aws:logs:*:*:log-group:{log_group}:*"],
                )
            ]
            if log_group
            else []
        ),
    }


def _records(records: list[str], actions: Iterable[str]) -> list[Statement]:
    return [_allow("route53", actions, records)] if records else []


def _allow(
    service: str, actions: Iterable[str], resources: Sequence[str] = ("*",), condition: Mapping[str, Any] | None = None
) -> Statement:
    """Without resources for what Amazon gives no narrower right for."""
    found: Statement = {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": list(resources),
    }
    return found | ({"Condition": dict(condition)} if condition else {})


def _autoscaler(cluster: str) -> list[Statement]:
    seen = ("AutoScalingGroups", "AutoScalingInstances", "LaunchConfigurations", "ScalingActivities", "Tags")
    own = {"StringEquals": {f"aws:ResourceTag/{_AUTOSCALER}/{cluster}": "owned"}}
    return [
        _allow("autoscaling", [f"Describe{each}" for each in seen]),
        _allow(
            "ec2",
            (
                *("DescribeImages", "DescribeInstanceTypes", "DescribeLaunchTemplateVersions"),
                "GetInstanceTypesFromInstanceRequirements",
            ),
        ),
        # Of a managed group without machines Amazon alone knows what its nodes will be like.
        _allow("eks", ("DescribeNodegroup",), [f"arn:aws:eks:*:*:nodegroup/{cluster}/*"]),
        _allow("autoscaling", ("SetDesiredCapacity", "TerminateInstanceInAutoScalingGroup"), condition=own),
    ]


def _disks(key: str) -> list[Statement]:
    seen = (
        "AvailabilityZones",
        "Instances",
        "InstanceTypes",
        "Tags",
        "Volumes",
        "VolumesModifications",
        "VolumeStatus",
    )
    found = [
        _allow("ec2", [f"Describe{each}" for each in seen]),
        _allow("ec2", ("CreateVolume",), [_VOLUMES], _NEW_DISKS),
        _allow("ec2", ("CreateTags",), [_VOLUMES], {"StringEquals": {"ec2:CreateAction": "CreateVolume"}}),
        _allow("ec2", ("AttachVolume", "DetachVolume", "DeleteVolume", "ModifyVolume"), [_VOLUMES], _DISKS),
        _allow("ec2", ("AttachVolume", "DetachVolume"), ["arn:aws:ec2:*:*:instance/*"]),
    ]
    if key:
        grant = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        uses = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
        found += [_allow("kms", uses, [key]), _allow("kms", ("CreateGrant",), [key], grant)]
    return found
