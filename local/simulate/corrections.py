"""Where moto answers otherwise than AWS does, put right before it serves: else a second preview would show changes.

Each correction is held by a test to what AWS documents; one that moto has made itself does no harm.
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from local.simulate import eks, groups, remains

_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}", re.ASCII)
_WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def _launch_template_tags() -> None:
    """A template's own tags are no part of what its instances get."""
    from moto.ec2.models.launch_templates import LaunchTemplate

    original = LaunchTemplate.create_version

    def create_version(self: Any, data: dict[str, Any], description: str) -> Any:
        specifications = data.get("TagSpecifications")
        if specifications is not None:
            kept = [one for one in specifications if one.get("ResourceType") != "launch-template"]
            data = {**{key: value for key, value in data.items() if key != "TagSpecifications"}}
            data |= {"TagSpecifications": kept} if kept else {}
        return original(self, data, description)

    LaunchTemplate.create_version = create_version  # type: ignore[method-assign]


def _lifecycle_hooks() -> None:
    """A hook tells nobody where it was not told to."""
    from moto.autoscaling.models import LifecycleHook

    original = LifecycleHook.__init__

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.role_arn = self.notification_target_arn = None

    LifecycleHook.__init__ = __init__  # type: ignore[method-assign]


def _later_versions() -> None:
    """The user-data of every version of a template is what instances start with, not only that of the first."""
    from moto.core.types import Base64EncodedString
    from moto.ec2.models.launch_templates import LaunchTemplateVersion

    def user_data(self: Any) -> Base64EncodedString | None:
        text = self.data.get("UserData")
        return Base64EncodedString(text) if isinstance(text, str) else text

    LaunchTemplateVersion.user_data = property(user_data)  # type: ignore[assignment, method-assign]


def _buckets_behind_tls() -> None:
    """Whoever comes has come through TLS, as to AWS: a bucket that refuses all others refuses nobody here."""
    from moto.iam.access_control import IAMPolicy
    from moto.s3.models import FakeBucket

    def get_permission(self: Any, action: str, resource: str) -> Any:
        document = json.loads(self.policy) if self.policy else {"Statement": []}
        kept = [one for one in document["Statement"] if one.get("Condition") != _WITHOUT_TLS]
        return IAMPolicy(json.dumps({**document, "Statement": kept})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission  # type: ignore[method-assign]


def _amazons_policies() -> None:
    """Amazon's own policies can be attached. Each is there when it is asked for: all of them take a second."""
    from moto.iam.models import AWSManagedPolicy, IAMBackend

    original = IAMBackend.attach_role_policy

    def attach_role_policy(self: Any, policy_arn: str, role_name: str) -> None:
        known = _policies_of_amazon().get(policy_arn.rpartition("/")[2])
        if policy_arn not in self.managed_policies and known:
            made = AWSManagedPolicy.from_data(policy_arn.rpartition("/")[2], self.account_id, self.region_name, known)
            self.managed_policies[made.arn] = made
        original(self, policy_arn, role_name)

    IAMBackend.attach_role_policy = attach_role_policy  # type: ignore[method-assign]


@functools.cache
def _policies_of_amazon() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


def _descriptions_of_firewalls() -> None:
    """EC2 refuses a description of a security group, or of a rule, with a character that it doesn't know."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models.security_groups import SecurityGroupBackend

    def held(what: str, text: object) -> None:
        if not _DESCRIPTION.fullmatch(str(text or "")):
            said = f"Invalid {what} description. Valid descriptions are strings less than 256 characters"
            raise EC2ClientError(
                "InvalidParameterValue", f"{said} from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
            )

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def authorize(self: Any, *arguments: Any, **named: Any) -> Any:
            for each in [*(named.get("ip_ranges") or []), *(named.get("source_groups") or [])]:
                held("rule", each.get("Description"))
            return original(self, *arguments, **named)

        return authorize

    create = SecurityGroupBackend.create_security_group

    def create_security_group(self: Any, name: str, description: str, *arguments: Any, **named: Any) -> Any:
        held("security group", description)
        return create(self, name, description, *arguments, **named)

    SecurityGroupBackend.create_security_group = create_security_group  # type: ignore[method-assign]
    for way in ("authorize_security_group_ingress", "authorize_security_group_egress"):
        setattr(SecurityGroupBackend, way, wrapped(getattr(SecurityGroupBackend, way)))


CORRECTIONS: Mapping[str, Callable[[], None]] = {
    "launch template: its own tags came back as tags of what it launches": _launch_template_tags,
    "lifecycle hook: a made-up role and queue came back": _lifecycle_hooks,
    "auto scaling group: settings were forgotten, the mixed instances policy at any change": groups.keep_settings,
    "scaling policy: it came back switched off, and with an empty prediction": groups.plain_policies,
    "auto scaling group: every machine was of the template's default version": groups.remember_versions,
    "auto scaling group: no answer to an instance refresh": groups.answer_refreshes,
    "instance: its interface and its root disk stayed when it was terminated": remains.clear_instances,
    "NAT gateway: its interface stayed when it was deleted": remains.clear_gateways,
    "bucket: a denial counted whether its condition was met or not": _buckets_behind_tls,
    "EKS: settings were forgotten, a group was no auto scaling group, and any template was taken": eks.keep_settings,
    "EKS: no answer about add-ons, access entries and identities of pods": eks.answer_more,
    "IAM: Amazon's own policies were not there": _amazons_policies,
    "launch template: nothing could be launched from its second version": _later_versions,
    "security group: any description was taken": _descriptions_of_firewalls,
}
"""What moto did -> what puts it right."""


@functools.cache
def correct() -> None:
    """Put all right, once in a process."""
    for correction in CORRECTIONS.values():
        correction()
