"""The provider's configuration, and the list of its resource types."""

import os
import threading

from local.plugins.contract import Package
from local.plugins.http import Http, Tls, basic_auth
from local.plugins.nomad.client import Nomad
from local.plugins.nomad.job import JobHandler
from local.plugins.nomad.policy import AclPolicyHandler
from local.plugins.nomad.space import NamespaceHandler
from local.plugins.nomad.variable import VariableHandler
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table
from local.plugins.wire import Values

VERSION = "2.6.1"
"""The SDK whose property names and types the tables have."""

_NO_INLINE_KEYS = "the stand-in takes a client certificate from files only: use certFile and keyFile"
_HEADER = Record((Property("name", required=True), Property("value", required=True)))

CONFIG = Table(
    (
        Property("address"),
        Property("region"),
        Property("secretId", secret=True),
        Property("httpAuth", secret=True),
        Property("headers", ListOf(_HEADER), secret=True),
        Property("caFile"),
        Property("caPem"),
        Property("certFile"),
        Property("keyFile"),
        Property("certPem", unsupported=_NO_INLINE_KEYS),
        Property("keyPem", secret=True, unsupported=_NO_INLINE_KEYS),
        Property("skipVerify", Scalar.BOOLEAN),
        Property("ignoreEnvVars", MapOf(Scalar.BOOLEAN)),
        Property("authJwt", Record(()), unsupported="the stand-in can't log in with a JWT: use secretId"),
    )
)


def connect(config: Values, cancelled: threading.Event) -> Nomad:
    """The client for a configuration; what is not given comes from Nomad's own ENV variables."""
    ignored = {name for name, ignore in (config.get("ignoreEnvVars") or {}).items() if ignore}

    def setting(name: str, variable: str) -> str:
        return str(config.get(name) or ("" if variable in ignored else os.environ.get(variable, "")))

    headers = {header["name"]: header["value"] for header in config.get("headers") or []}
    headers |= basic_auth(setting("httpAuth", "NOMAD_HTTP_AUTH"))
    token = setting("secretId", "NOMAD_TOKEN")
    if token:
        headers["X-Nomad-Token"] = token
    skip = config.get("skipVerify") or os.environ.get("NOMAD_SKIP_VERIFY", "").lower() in ("1", "true")
    tls = Tls(
        ca_file=setting("caFile", "NOMAD_CACERT"),
        ca_path=os.environ.get("NOMAD_CAPATH", ""),
        ca_pem=str(config.get("caPem") or ""),
        cert_file=setting("certFile", "NOMAD_CLIENT_CERT"),
        key_file=setting("keyFile", "NOMAD_CLIENT_KEY"),
        verify=not skip,
    )
    address = (setting("address", "NOMAD_ADDR") or "http://127.0.0.1:4646").rstrip("/")
    return Nomad(Http(address, headers, tls, cancelled), setting("region", "NOMAD_REGION"))


PACKAGE = Package(
    name="nomad",
    version=VERSION,
    config=CONFIG,
    connect=connect,
    handlers=(JobHandler(), NamespaceHandler(), VariableHandler(), AclPolicyHandler()),
)
