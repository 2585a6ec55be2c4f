"""Rules about machines: what starts them, and what they are started with."""

import base64
import gzip
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.simulate.inventory import KINDS, Clients, listed

_KINDS = {kind.name: kind for kind in KINDS}
_LIMIT = 16 * 1024
_LOOKS_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|(?i:\b(?:password|secret_key|gossip_key|token)\b\s*[:=]\s*['\"]?[\w+/=-]{16,})"
)


def _groups(clients: Clients) -> list[Any]:
    return listed(clients, _KINDS["auto scaling group"])


def _template_of(group: Mapping[str, Any]) -> Mapping[str, Any]:
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("LaunchTemplateSpecification")
    found: Mapping[str, Any] = mixed or group.get("LaunchTemplate", {})
    return found


def _versions(clients: Clients) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each launch template's name and the data of its latest version."""
    ec2 = clients("ec2")
    for template in listed(clients, _KINDS["launch template"]):
        found = ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=[str(template["LatestVersionNumber"])]
        )
        yield template["LaunchTemplateName"], found["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def pinned_versions(clients: Clients, facts: Any) -> Iterator[str]:
    """``$Latest`` would change what is started without anyone having said so."""
    groups = _groups(clients)
    if not groups and not listed(clients, _KINDS["instance"]):
        yield "there are no machines at all"
    for group in groups:
        version = str(_template_of(group).get("Version", ""))
        if not version.isdigit():
            yield f"{group['AutoScalingGroupName']}: version is {version!r}"


def metadata_service(clients: Clients, facts: Any) -> Iterator[str]:
    """A forged request from inside must not get the machine's credentials, nor a container."""
    for name, data in _versions(clients):
        options = data.get("MetadataOptions", {})
        if options.get("HttpTokens") != "required" or options.get("HttpPutResponseHopLimit") != 1:
            yield f"{name}: {dict(options)}"


def encrypted_disks(clients: Clients, facts: Any) -> Iterator[str]:
    """Each disk of a template, and at least its root disk."""
    for name, data in _versions(clients):
        mappings = data.get("BlockDeviceMappings", [])
        if not mappings:
            yield f"{name}: its disks are as the image has them"
        for mapping in mappings:
            if mapping.get("Ebs", {}).get("Encrypted") is not True:
                yield f"{name}: {mapping.get('DeviceName')}"


def disks_go_too(clients: Clients, facts: Any) -> Iterator[str]:
    """A machine that is gone leaves no disk with data on it, and no cost."""
    for name, data in _versions(clients):
        for mapping in data.get("BlockDeviceMappings", []):
            if mapping.get("Ebs", {}).get("DeleteOnTermination") is not True:
                yield f"{name}: {mapping.get('DeviceName')}"


def user_data(clients: Clients, facts: Any) -> Iterator[str]:
    """Whoever may look at machines may read it."""
    for name, data in _versions(clients):
        raw = base64.b64decode(data.get("UserData", ""))
        # Whose image isn't said, Amazon's own groups fill both in.
        if not raw and "ImageId" in data:
            yield f"{name}: there is none"
        if len(raw) > _LIMIT:
            yield f"{name}: {len(raw)} bytes, {len(raw) - _LIMIT} too many"
        text = plain_text(raw)
        for known in facts.known_secrets:
            if known in text:
                yield f"{name}: holds a value of the parameter store"
        for match in _LOOKS_SECRET.finditer(text):
            yield f"{name}: {match[0][:12]}... looks like a secret"


def plain_text(raw: bytes) -> str:
    """User-data as cloud-init reads it, with what is packed inside it unpacked too."""
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode(errors="replace")
    inner = [base64.b64decode(part) for part in re.findall(r"[A-Za-z0-9+/]{80,}={0,2}", text) if len(part) % 4 == 0]
    return "\n".join([text, *(_unpacked(part) for part in inner)])


def _unpacked(raw: bytes) -> str:
    try:
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode(errors="replace")
    except OSError:
        return ""


def no_public_address(clients: Clients, facts: Any) -> Iterator[str]:
    """What starts them asks for none, and they stand in subnets that give none."""
    for name, data in _versions(clients):
        if any(one.get("AssociatePublicIpAddress") for one in data.get("NetworkInterfaces", [])):
            yield f"{name}: asks for one"
    giving = {one["SubnetId"] for one in listed(clients, _KINDS["subnet"]) if one.get("MapPublicIpOnLaunch")}
    for group in _groups(clients):
        for subnet in giving & set(group.get("VPCZoneIdentifier", "").split(",")):
            yield f"{group['AutoScalingGroupName']}: subnet {subnet} gives one"


def hooks(clients: Clients, facts: Any) -> Iterator[str]:
    """A group waits for a new machine to be fit for work, and for an old one to hand its work over."""
    autoscaling = clients("autoscaling")
    for group in _groups(clients):
        name = group["AutoScalingGroupName"]
        # Amazon's own groups of nodes have hooks of Amazon's.
        if any(tag["Key"] == "eks:nodegroup-name" for tag in group["Tags"]):
            continue
        found = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
        results = {hook["LifecycleTransition"].rpartition(":")[2]: hook["DefaultResult"] for hook in found}
        if results != {"EC2_INSTANCE_LAUNCHING": "ABANDON", "EC2_INSTANCE_TERMINATING": "CONTINUE"}:
            yield f"{name}: {results}"
