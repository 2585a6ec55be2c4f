"""One object of the API as a resource of Pulumi. The SDK is imported when it is needed."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from foxden.extras import need
from foxden.schedulers.base import mapped

NEW = "new"
"""Stands for what a name ends with that is not known yet; no hash is like it."""

CLASSES = {
    "APIService": "apiregistration.v1",
    "CSIDriver": "storage.v1",
    "ClusterRole": "rbac.v1",
    "ClusterRoleBinding": "rbac.v1",
    "ConfigMap": "core.v1",
    "CronJob": "batch.v1",
    "CustomResourceDefinition": "apiextensions.v1",
    "DaemonSet": "apps.v1",
    "Deployment": "apps.v1",
    "HorizontalPodAutoscaler": "autoscaling.v2",
    "Ingress": "networking.v1",
    "IngressClass": "networking.v1",
    "Job": "batch.v1",
    "LimitRange": "core.v1",
    "MutatingWebhookConfiguration": "admissionregistration.v1",
    "Namespace": "core.v1",
    "NetworkPolicy": "networking.v1",
    "PersistentVolumeClaim": "core.v1",
    "PodDisruptionBudget": "policy.v1",
    "ResourceQuota": "core.v1",
    "Role": "rbac.v1",
    "RoleBinding": "rbac.v1",
    "Secret": "core.v1",
    "Service": "core.v1",
    "ServiceAccount": "core.v1",
    "StorageClass": "storage.v1",
    "ValidatingWebhookConfiguration": "admissionregistration.v1",
}
"""Kind to the module of the SDK that has its class; a kind that isn't here is one that was brought to the API."""

_BINDING = {"role_ref": "roleRef", "subjects": "subjects"}
_RULES = {"rules": "rules"}
_WEBHOOKS = {"webhooks": "webhooks"}

_FIELDS = {
    "ClusterRole": _RULES,
    "ClusterRoleBinding": _BINDING,
    "ConfigMap": {"data": "data", "immutable": "immutable"},
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "Namespace": {},
    "Role": _RULES,
    "RoleBinding": _BINDING,
    "Secret": {"type": "type", "immutable": "immutable"},
    "ServiceAccount": {
        "automount_service_account_token": "automountServiceAccountToken",
        "image_pull_secrets": "imagePullSecrets",
    },
    "StorageClass": {
        "provisioner": "provisioner",
        "parameters": "parameters",
        "volume_binding_mode": "volumeBindingMode",
        "allow_volume_expansion": "allowVolumeExpansion",
        "reclaim_policy": "reclaimPolicy",
    },
    "ValidatingWebhookConfiguration": _WEBHOOKS,
}
"""Kind to what an object has beside its metadata, by the names that the SDK has for it; ``spec`` for others."""


def create_object(
    kind: str,
    name: str,
    content: pulumi.Input[Mapping[str, Any]],
    opts: pulumi.ResourceOptions,
    version: str = "",
    **more: Any,
) -> pulumi.CustomResource:
    """One object of the API. What it has is all in its content, whose keys are those of the API itself.

    ``version`` is that of a kind that was brought to the API; ``more`` is what is not in the content.
    """
    need("kubernetes")
    import pulumi_kubernetes as kubernetes

    fields = {field: entry(content, key) for field, key in _FIELDS.get(kind, {"spec": "spec"}).items()}
    whole: dict[str, Any] = {"metadata": entry(content, "metadata"), "opts": opts, **fields, **more}
    if kind not in CLASSES:
        made = kubernetes.apiextensions.CustomResource(name, version, kind, **whole)
        return cast(pulumi.CustomResource, made)
    module: Any = kubernetes
    for part in CLASSES[kind].split("."):
        module = getattr(module, part)
    return cast(pulumi.CustomResource, getattr(module, kind)(name, **whole))


def create_named(
    kind: str,
    name: str,
    content: pulumi.Input[Mapping[str, Any]],
    opts: pulumi.ResourceOptions,
    prefix: str = "",
    **more: Any,
) -> pulumi.Input[pulumi.CustomResource]:
    """An object whose name says what is in it, as a resource of that name; arguments as those of :func:`create_object`.

    ``name`` is what a preview calls it that doesn't know that name yet: no other one's of its kind. ``prefix`` is what
    the resource's name has before the object's.

    With other content it is another resource, and no replacement of the one before: as one, that would be about to be
    deleted from a release that failed on, and the version before could neither keep it nor make it anew.
    """

    def create(found: Any) -> pulumi.CustomResource:
        # At a preview it may not be known yet, and is shown all the same.
        return create_object(kind, f"{prefix}{found}" if isinstance(found, str) else name, content, opts, **more)

    called = mapped(content, lambda known: cast(str, known["metadata"]["name"]))
    return called.apply(create, run_with_unknowns=True) if isinstance(called, pulumi.Output) else create(called)


def entry(content: pulumi.Input[Mapping[str, Any]], key: str) -> pulumi.Input[Any]:
    """One entry of a mapping that may be known later; None where it has none."""
    return mapped(content, lambda known: known.get(key))


def after(opts: pulumi.ResourceOptions, resources: Sequence[pulumi.Input[pulumi.Resource]]) -> pulumi.ResourceOptions:
    """The same options for what waits for these resources."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=resources))


def id_of(made: pulumi.Input[pulumi.CustomResource]) -> pulumi.Output[str]:
    """The id of an object, known when it is there and well."""
    found: pulumi.Output[Any] = pulumi.Output.from_input(cast(Any, made))
    return found.apply(lambda each: each.id)


def once(opts: pulumi.ResourceOptions, name: str) -> pulumi.ResourceOptions:
    """The same options for what had another name before."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)]))
