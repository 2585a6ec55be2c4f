"""What moto's EKS doesn't know: add-ons, access entries, identities of pods; and what its clusters forget."""

import json
import re
import uuid
from collections.abc import Mapping
from time import time
from typing import Any
from urllib.parse import unquote, urlsplit

from local.simulate.cloud import ACCOUNT

_PATHS = "addons|access-entries|pod-identity-associations"
_PATH = re.compile(rf"/clusters/(?P<name>[^/]+)/(?P<kind>{_PATHS})(?:/(?P<rest>.+))?\Z")
_REGION = re.compile(r"/\d{8}/([a-z0-9-]+)/eks/")
_POLICIES = "/access-policies"
_TAG = "k8s.io/cluster-autoscaler/enabled"
_KEYS = r"([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')"

Thing = dict[str, Any]
Answer = tuple[int, dict[str, str], str]


def keep_settings() -> None:
    """A cluster and a group of nodes have all that they were given; a group is an auto scaling group, too.

    What EC2 would not start is refused.
    """
    from moto.eks.responses import EKSResponse

    create_cluster, create, delete = (
        EKSResponse.create_cluster,
        EKSResponse.create_nodegroup,
        EKSResponse.delete_nodegroup,
    )

    def cluster(self: Any) -> Any:
        result = create_cluster(self)
        made = self.eks_backend.clusters[self._get_param("name")]
        access = {"authenticationMode": "CONFIG_MAP", **(self._get_param("accessConfig") or {})}
        # AWS says it at the creation alone.
        made.access_config = {key: value for key, value in access.items() if key == "authenticationMode"}
        made.upgrade_policy = self._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
        made.deletion_protection = self._get_param("deletionProtection") or False
        return result

    def nodegroup(self: Any) -> Any:
        _refuse_told_tags(self)
        result = create(self)
        group = self.eks_backend.clusters[self._get_param("name")].nodegroups[self._get_param("nodegroupName")]
        group.update_config = self._get_param("updateConfig")
        group.node_repair_config = self._get_param("nodeRepairConfig")
        # Moto makes up a key pair and a disk; with a launch template both are its matter.
        group.remote_access, group.disk_size = self._get_param("remoteAccess"), self._get_param("diskSize")
        _scaling(self).create_auto_scaling_group(**_as_scaling_group(group))
        return result

    def gone(self: Any) -> Any:
        group = self.eks_backend.clusters[self._get_param("name")].nodegroups.get(self._get_param("nodegroupName"))
        result = delete(self)
        if group:
            _scaling(self).delete_auto_scaling_group(_called(group))
        return result

    EKSResponse.create_cluster = cluster  # type: ignore[method-assign]
    EKSResponse.create_nodegroup = nodegroup  # type: ignore[method-assign]
    EKSResponse.delete_nodegroup = gone  # type: ignore[method-assign]


def _refuse_told_tags(response: Any) -> None:
    """EC2 starts no machine that tells its tags and has one with a '/' in its key, as EKS gives to all of its own."""
    from moto.ec2.models import ec2_backends
    from moto.eks.exceptions import InvalidRequestException

    given = response._get_param("launchTemplate") or {}
    if "id" not in given:
        return
    template = ec2_backends[response.current_account][response.region].get_launch_template(given["id"])
    options = template.get_version(given.get("version", "$Default")).data.get("MetadataOptions", {})
    if options.get("InstanceMetadataTags") == "enabled":
        raise InvalidRequestException(message=f"'{_TAG}' is not a valid tag key. Tag keys must match pattern {_KEYS}")


def _scaling(response: Any) -> Any:
    from moto.autoscaling.models import autoscaling_backends

    return autoscaling_backends[response.current_account][response.region]


def _called(group: Any) -> str:
    return str(group.resources["autoScalingGroups"][0]["name"])


def _as_scaling_group(group: Any) -> Thing:
    template = {"LaunchTemplateId": group.launch_template["id"], "Version": group.launch_template["version"]}
    marks = {"eks:cluster-name": group.cluster_name, "eks:nodegroup-name": group.nodegroup_name}
    sizes = group.scaling_config
    return {
        "name": _called(group),
        "availability_zones": [],
        # Nothing is started: the template leaves the image to EKS.
        "desired_capacity": 0,
        "max_size": sizes["maxSize"],
        "min_size": 0,
        "launch_config_name": "",
        "launch_template": template,
        "vpc_zone_identifier": ",".join(group.subnets),
        "default_cooldown": None,
        "health_check_period": None,
        "health_check_type": None,
        "load_balancers": [],
        "target_group_arns": [],
        "placement_group": None,
        "termination_policies": [],
        "tags": [{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in marks.items()],
    }


def answer_more() -> None:
    """Add-ons, access entries and identities of pods are noted down, and there at once."""
    from moto.eks import urls

    path = f"{{0}}/clusters/(?P<name>[^/]+)/(?P<kind>{_PATHS})"
    urls.url_paths = {**urls.url_paths, f"{path}$": _answer, f"{path}/(?P<rest>.+)$": _answer}


def _answer(request: Any, full_url: str, headers: Any) -> Answer:
    from moto.eks.models import eks_backends

    region = _REGION.search(headers.get("Authorization", ""))
    backend = eks_backends[ACCOUNT][region[1] if region else "us-east-1"]
    found = _PATH.match(unquote(urlsplit(full_url).path))
    if found is None or found["name"] not in backend.clusters:
        return _said(404, {"message": f"No cluster found: {full_url}"})
    cluster = backend.clusters[found["name"]]
    things: dict[str, dict[str, Thing]] = cluster.__dict__.setdefault("things", {})
    given = json.loads(_body(request) or "{}")
    try:
        return _said(200, _KINDS[found["kind"]](things, cluster, request.method, found["rest"] or "", given))
    except KeyError as error:
        return _said(404, {"message": f"No {found['kind']} found: {error}"})


def _body(request: Any) -> Any:
    return request.get_data() if hasattr(request, "get_data") else request.body


def _said(status: int, answer: Any) -> Answer:
    kind = {"x-amzn-errortype": "ResourceNotFoundException"} if status == 404 else {}
    return status, {"Content-Type": "application/json", **kind}, json.dumps(answer)


def _of(things: dict[str, dict[str, Thing]], kind: str) -> dict[str, Thing]:
    return things.setdefault(kind, {})


def _made(cluster: Any, given: Mapping[str, Any], **more: Any) -> Thing:
    facts = {"clusterName": cluster.name, "createdAt": time(), "modifiedAt": time(), "tags": {}}
    return {**facts, **{key: value for key, value in given.items() if value is not None}, **more}


def _arn(cluster: Any, kind: str, what: str) -> str:
    return f"{cluster.arn.partition(':cluster/')[0]}:{kind}/{cluster.name}/{what}"


def _addons(things: Any, cluster: Any, method: str, name: str, given: Thing) -> Any:
    kept = _of(things, "addons")
    if method == "POST":
        identities = [
            _pod_identities(things, cluster, "POST", "", {"namespace": "kube-system", **each})["association"]
            for each in given.pop("podIdentityAssociations", None) or []
        ]
        known = {key: value for key, value in given.items() if key not in ("resolveConflicts", "clientRequestToken")}
        own = {
            "addonArn": _arn(cluster, "addon", given["addonName"]),
            "podIdentityAssociations": [each["associationArn"] for each in identities],
        }
        kept[given["addonName"]] = _made(cluster, known, status="ACTIVE", health={"issues": []}, **own)
        return {"addon": kept[given["addonName"]]}
    if method == "DELETE":
        gone = kept.pop(name)
        for arn in gone["podIdentityAssociations"]:
            _of(things, "identities").pop(arn.rpartition("/")[2], None)
        return {"addon": gone}
    return {"addon": kept[name]} if name else {"addons": sorted(kept)}


def _access_entries(things: Any, cluster: Any, method: str, rest: str, given: Thing) -> Any:
    principal, below, policy = rest.partition(_POLICIES)
    if below:
        return _access_policies(things, cluster, method, principal, policy.lstrip("/"), given)
    kept = _of(things, "entries")
    if method == "POST" and not principal:
        name = given["principalArn"]
        more = {"accessEntryArn": _arn(cluster, "access-entry", name.rpartition("/")[2]), "kubernetesGroups": []}
        kept[name] = {**more, "username": name, **_made(cluster, given)}
        return {"accessEntry": kept[name]}
    if method == "DELETE":
        return {"accessEntry": kept.pop(principal)}
    return {"accessEntry": kept[principal]} if principal else {"accessEntries": sorted(kept)}


def _access_policies(things: Any, cluster: Any, method: str, principal: str, policy: str, given: Thing) -> Any:
    kept = _of(things, f"policies of {principal}")
    whose = {"clusterName": cluster.name, "principalArn": principal}
    if method == "POST":
        made = {**given, "associatedAt": time(), "modifiedAt": time()}
        kept[given["policyArn"]] = made
        return {**whose, "associatedAccessPolicy": made}
    if method == "DELETE":
        kept.pop(policy)
        return {}
    return {**whose, "associatedAccessPolicies": list(kept.values())}


def _pod_identities(things: Any, cluster: Any, method: str, name: str, given: Thing) -> Any:
    kept = _of(things, "identities")
    if method == "POST" and not name:
        name = f"a-{uuid.uuid4().hex[:17]}"
        own = {"associationId": name, "associationArn": _arn(cluster, "podidentityassociation", name)}
        kept[name] = _made(cluster, given, **own)
        return {"association": kept[name]}
    if method == "DELETE":
        return {"association": kept.pop(name)}
    return {"association": kept[name]} if name else {"associations": list(kept.values())}


_KINDS = {"access-entries": _access_entries, "addons": _addons, "pod-identity-associations": _pod_identities}
