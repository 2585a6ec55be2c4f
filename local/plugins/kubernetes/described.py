"""The package's schema, which the engine wants for `pulumi import`: the resource types of the installed SDK."""

import importlib.util
import json
import re
from pathlib import Path

_ANY = {"$ref": "pulumi.json#/Any"}
_FIELDS = (
    *("apiVersion", "kind", "metadata", "spec", "data", "binaryData", "stringData", "immutable", "type"),
    *("rules", "roleRef", "subjects", "aggregationRule", "webhooks", "secrets", "imagePullSecrets"),
    *("automountServiceAccountToken", "value", "globalDefault", "preemptionPolicy", "description", "provisioner"),
    *("parameters", "reclaimPolicy", "volumeBindingMode", "allowVolumeExpansion", "mountOptions", "allowedTopologies"),
)
"""What stands at the top of objects; each kind has some of these."""


def schema(name: str, version: str) -> str:
    """The schema as JSON: tokens and the names of fields, no types below them."""
    fields = {"properties": dict.fromkeys(_FIELDS, _ANY), "inputProperties": dict.fromkeys(_FIELDS, _ANY)}
    return json.dumps({"name": name, "version": version, "resources": dict.fromkeys(tokens(), fields)})


def tokens() -> list[str]:
    """The tokens of the SDK; none where it is not installed (a program in another language)."""
    found = importlib.util.find_spec("pulumi_kubernetes")
    if found is None or not found.origin:
        return []
    return sorted(set(re.findall(r'"(kubernetes:[\w./-]+:\w+)":', Path(found.origin).read_text())))
