"""What users say of core servers, and what the servers say of themselves."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from foxden.clusters.machine_args import DiskArgs, SoftwareArgs
from foxden.clusters.network import NetworkFacts


class PodIdentityArgs(TypedDict):
    """What the pods of one service account may do at the cloud."""

    namespace: str
    """The namespace of the service account."""
    service_account: str
    """Its name."""
    policy: pulumi.Input[str]
    """A permission document of the cloud (an IAM policy as JSON)."""


class CoreClusterArgs(TypedDict):
    """The core servers of a cluster: the few machines with its control plane. The component's name is the cluster's."""

    scheduler: str
    """What runs services there: ``nomad`` or ``kubernetes``."""
    network: NetworkFacts
    """Where they are: ``facts`` of a :class:`foxden.Network` or :class:`foxden.ExistingNetwork`."""
    managed: NotRequired[bool]
    """Let the cloud run the servers (EKS on AWS): docs/eks.md lists what may be given beside it. Default: false."""
    servers: NotRequired[int]
    """How many: 1, 3 or 5. Three or more take three zones, so that the loss of one is survived. Must be given, unless
    the cloud runs them."""
    image: NotRequired[str]
    """Id of the machine image, an Ubuntu LTS (``ami-0123456789abcdef0``): pinned, so that it changes on purpose. Must
    be given, unless the cloud runs the servers."""
    instance_type: NotRequired[str]
    """What kind of machine. It must fit the image's processor. Default on AWS: ``t3.small``."""
    bootstrap: NotRequired[str]
    """What keeps them up: ``asg`` (a server that fails is replaced, a change rolls them one by one) or ``ec2`` (plain
    instances, which nothing replaces). Default: ``asg``."""
    pools: NotRequired[Sequence[str]]
    """Names of the worker pools that may join: their machines alone get credentials. Default: none."""
    address: NotRequired[pulumi.Input[str]]
    """URL at which whoever deploys reaches the scheduler's API, such as the end of a tunnel: ``https://127.0.0.1:14646``.
    Needed for ``connection`` only."""
    discovery_address: NotRequired[pulumi.Input[str]]
    """URL at which they reach the discovery's API (Consul). Needed for ``connection`` where the scheduler has one, or
    services are bound to one elsewhere."""
    options: NotRequired[Mapping[str, pulumi.Input[str]]]
    """``options`` of the connection, beyond those that fit the machines. Default: none."""
    disk: NotRequired[DiskArgs]
    """The disk of each server. Default: see its fields."""
    snapshots: NotRequired[pulumi.Input[str]]
    """Name of the bucket that they put snapshots of the control plane into. Default: no snapshots."""
    snapshot_minutes: NotRequired[int]
    """From one snapshot to the next, 5 to 1440 minutes. Default: 60."""
    join_deadline: NotRequired[int]
    """Seconds that a new server has to become a voting member, 300 to 7200; then another one is tried. Default: 900."""
    unhealthy_after: NotRequired[int]
    """Seconds that a server may be no healthy member before it is replaced, 60 to 3600. Default: 120."""
    certificate_hours: NotRequired[int]
    """How long a node's certificate is good, 12 to 720 hours. Default: 72."""
    follow_within: NotRequired[int]
    """Seconds until every node knows of new secrets, 30 to 3600; old tokens are good three times as long after that.
    Default: 600."""
    software: NotRequired[SoftwareArgs]
    """What they are installed with. Default: the pinned versions, from their publishers."""
    policies: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More that they may do: name to a permission document of the cloud (an IAM policy as JSON). Default: none."""
    policy_arns: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The same, kept elsewhere: name to its id (on AWS the ARN of an IAM policy). Default: none."""
    key_deletion_days: NotRequired[int]
    """Days from the order to delete the key of the cluster's secrets to its end, 7 to 30. Default: 30."""
    tags: NotRequired[Mapping[str, str]]
    """Tags of everything, such as environment, owner and cost centre. A change replaces no server. Default: none."""
    protect: NotRequired[bool]
    """Refuse to delete the servers and the key, with which all secrets would be lost. Default: true."""
    version: NotRequired[str]
    """Minor version of servers that the cloud runs: ``1.34``. Default: the pinned one."""
    public_from: NotRequired[Sequence[str]]
    """Addresses outside, as CIDRs, that may reach the API of servers that the cloud runs. Default: none, it is reached
    inside the network alone."""
    administrators: NotRequired[Mapping[str, str]]
    """Who may do everything in a cluster whose servers the cloud runs: a name to the identity (on AWS the ARN of an IAM
    role). Whoever deploys must be one. Default: none."""
    addons: NotRequired[Mapping[str, str]]
    """Add-ons of the cloud's to their versions, in place of the pinned ones. Default: the pinned ones."""
    pod_identities: NotRequired[Mapping[str, PodIdentityArgs]]
    """What pods may do at a cloud that runs the servers, by name. Default: nothing."""
    log_days: NotRequired[int]
    """Days that logs of servers that the cloud runs are kept, the audit log among them. Default: 90."""


class StoreFacts(TypedDict):
    """Where the machines of a cluster fetch what they run beside its scheduler."""

    bucket: pulumi.Input[str]
    """Name of the bucket."""
    programs: Sequence[str]
    """SHA-256 of each program that is in it: a pool that needs another one puts it there itself."""


class CoreFacts(TypedDict):
    """The core of a cluster as its pools take it."""

    cluster: str
    """The cluster's name."""
    scheduler: str
    """What runs services there: ``nomad`` or ``kubernetes``."""
    network: NetworkFacts
    """Where it is."""
    pools: Sequence[str]
    """Names of the pools that may join."""
    key: pulumi.Input[str]
    """The key that its secrets are encrypted with: on AWS the ARN of a KMS key."""
    workers_security_group: pulumi.Input[str]
    """Id of the security group of all its workers."""
    store: NotRequired[StoreFacts]
    """Where its machines fetch their programs. It must be given, unless the cloud runs the servers."""
    endpoint: NotRequired[pulumi.Input[str]]
    """Host name at which its servers are reached. Default: each is found by itself."""
    version: NotRequired[str]
    """The version of its control plane, which its workers' must not exceed. Default: none is compared."""
    control_plane: NotRequired[pulumi.Input[str]]
    """What the cloud that runs its servers calls them. Default: it has servers of its own."""
    certificate_hours: NotRequired[int]
    """How long a node's certificate is good. Default: 72."""
    follow_within: NotRequired[int]
    """Seconds until every node knows of new secrets. Default: 600."""
    software: NotRequired[SoftwareArgs]
    """What its machines are installed with. Default: the pinned versions, from their publishers."""
