"""Resource types: from Pulumi's tokens to Kubernetes' versions and kinds. Pure."""

from dataclasses import dataclass

from local.plugins.errors import Failure
from local.plugins.wire import Values

_TOOLS = ("helm.sh", "helm", "yaml", "kustomize")
"""What runs a tool or a template engine, and is no resource of the API."""


@dataclass(frozen=True)
class Kind:
    """A resource type of the API: ``apps/v1`` and ``Deployment``."""

    api_version: str
    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version within the group."""
        return self.api_version.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.api_version}/{self.name}"


def of_token(token: str, inputs: Values) -> Kind:
    """The kind that a token like ``kubernetes:apps/v1:Deployment`` means.

    Raises Failure for what is no resource of the API, or nothing that the stand-in manages.
    """
    _, module, name = token.split(":")
    group, _, version = module.partition("/")
    if group in _TOOLS:
        raise Failure(f"the stand-in has no '{token}': it manages objects, and runs no templates or charts")
    given = inputs.get("kind")
    patches = name.endswith("Patch") and (not isinstance(given, str) or given != name)
    if patches:
        raise Failure(f"the stand-in has no '{token}': patches of objects that are managed elsewhere")
    if name.endswith("List") and (isinstance(given, str) or "items" in inputs):
        raise Failure(f"the stand-in has no '{token}': declare each object of the list")
    return Kind(version if group in ("core", "") else f"{group}/{version}", name)
