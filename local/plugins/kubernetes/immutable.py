"""Fields that can't be changed, so that another object has to take the place. Pure.

The list is the official plugin's, and a few more that API servers refuse to change.
"""

from dataclasses import dataclass

from local.plugins.kubernetes.cluster import Object, Settings
from local.plugins.kubernetes.kinds import Kind

_ALWAYS = ("metadata.name", "metadata.namespace")

_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): ("spec",),
    ("", "PersistentVolumeClaim"): (
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
    ("", "Pod"): ("spec",),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("type",),
    ("", "Service"): ("spec.clusterIP",),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "ReplicaSet"): ("spec.selector",),
    ("apps", "StatefulSet"): (
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): (
        "spec.completionMode",
        "spec.completions",
        "spec.parallelism",
        "spec.selector",
        "spec.template",
    ),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("scheduling.k8s.io", "PriorityClass"): ("preemptionPolicy", "value"),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
_BUT: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): (
        "spec.accessModes",
        "spec.capacity",
        "spec.claimRef",
        "spec.mountOptions",
        "spec.persistentVolumeReclaimPolicy",
        "spec.storageClassName",
    ),
    ("", "Pod"): ("spec.activeDeadlineSeconds", "spec.tolerations"),
}
"""What can be changed all the same, within those."""
_DATA = {"Secret": ("data", "stringData"), "ConfigMap": ("data", "binaryData")}


@dataclass(frozen=True)
class Immutable:
    """The fields of one object that can't be changed, as ``spec.selector``, but for some within them."""

    fields: tuple[str, ...]
    but: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether a change at a property path is one of, within, or around such a field."""
        if any(_within(path, field) for field in self.but):
            return False
        return any(_within(path, field) or _within(field, path) for field in self.fields)


def immutable(kind: Kind, old: Object, new: Object, settings: Settings) -> Immutable:
    """What can't be changed when the one object is to become the other."""
    key = (kind.group, kind.name)
    found = Immutable(_ALWAYS + _FIELDS.get(key, ()), _BUT.get(key, ()))
    if kind.group or kind.name not in _DATA:
        return found
    mutable = settings.mutable_secrets if kind.name == "Secret" else settings.mutable_config_maps
    if old.get("immutable") is True:
        return Immutable((*found.fields, *_DATA[kind.name], "immutable"))
    return found if mutable and new.get("immutable") is not True else Immutable((*found.fields, *_DATA[kind.name]))


def _within(path: str, field: str) -> bool:
    return path == field or path.startswith((f"{field}.", f"{field}["))
