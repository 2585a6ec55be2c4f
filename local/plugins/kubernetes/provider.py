"""The provider's configuration."""

import threading

from local.plugins.contract import Package
from local.plugins.errors import Failure
from local.plugins.http import Http
from local.plugins.kubernetes.cluster import Cluster, Settings
from local.plugins.kubernetes.kubeconfig import access
from local.plugins.schema import Property, Record, Scalar, Table
from local.plugins.wire import Values

VERSION = "4.34.2"
"""The SDK whose names and types are meant."""

_NO_FILES = "the stand-in writes no manifests, it only talks to clusters"
_NO_HELM = "the stand-in runs no Helm"
_UNREACHABLE = "the stand-in changes nothing that it can't reach, and forgets nothing either"

CONFIG = Table(
    (
        Property("kubeconfig", secret=True),
        Property("context"),
        Property("cluster"),
        Property("clusterIdentifier", replaces=True),
        Property("namespace"),
        Property("enableServerSideApply", Scalar.BOOLEAN),
        Property("enablePatchForce", Scalar.BOOLEAN),
        Property("enableConfigMapMutable", Scalar.BOOLEAN),
        Property("enableSecretMutable", Scalar.BOOLEAN),
        Property("upsertExistingObjects", Scalar.BOOLEAN),
        Property("suppressDeprecationWarnings", Scalar.BOOLEAN),
        Property("suppressHelmHookWarnings", Scalar.BOOLEAN),
        Property("deleteUnreachable", Scalar.BOOLEAN, unsupported=_UNREACHABLE),
        Property("skipUpdateUnreachable", Scalar.BOOLEAN, unsupported=_UNREACHABLE),
        Property("renderYamlToDirectory", unsupported=_NO_FILES),
        Property("alwaysRender", Scalar.BOOLEAN, unsupported=_NO_FILES),
        Property("helmReleaseSettings", Record(()), unsupported=_NO_HELM),
        Property("kubeClientSettings", Record(()), unsupported="the stand-in's client can't be tuned"),
    )
)


def connect(config: Values, cancelled: threading.Event) -> Cluster:
    """The client for a configuration; no call is made yet. Raises Failure for a kubeconfig that leads nowhere."""
    if config.get("enableServerSideApply") is False:
        raise Failure("enableServerSideApply is false: the stand-in knows no other way to apply")
    found = access(*(str(config.get(name) or "") for name in ("kubeconfig", "context", "cluster", "namespace")))
    settings = Settings(
        namespace=found.namespace,
        force=bool(config.get("enablePatchForce")),
        mutable_config_maps=bool(config.get("enableConfigMapMutable")),
        mutable_secrets=bool(config.get("enableSecretMutable")),
        adopts=bool(config.get("upsertExistingObjects")),
    )
    return Cluster(Http(found.address, found.headers, found.tls, cancelled), settings)


PACKAGE = Package(name="kubernetes", version=VERSION, config=CONFIG, connect=connect, handlers=())
"""Its resource types are those of the API server, see servicer.py."""
