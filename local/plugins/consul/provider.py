"""The provider's configuration, and the list of its resource types."""

import os
import threading
from pathlib import Path

from local.plugins.consul.access import SECRET_ID, AclPolicyHandler, AclTokenHandler, token_secret
from local.plugins.consul.client import Consul
from local.plugins.consul.keys import KeysHandler
from local.plugins.consul.prefix import KeyPrefixHandler
from local.plugins.contract import Package
from local.plugins.errors import Failure
from local.plugins.http import Http, Tls, basic_auth
from local.plugins.schema import ListOf, Property, Record, Scalar, Table
from local.plugins.wire import Values

VERSION = "3.15.2"
"""The SDK whose property names and types the tables have."""

_NO_INLINE_KEYS = "the stand-in takes a client certificate from files only: use certFile and keyFile"
_NO_LOGIN = "the stand-in can't log in: use token"
_HEADER = Record((Property("name", required=True), Property("value", required=True)))

CONFIG = Table(
    (
        Property("address"),
        Property("scheme"),
        Property("token", secret=True),
        Property("datacenter"),
        Property("namespace"),
        Property("httpAuth", secret=True),
        Property("headers", ListOf(_HEADER), secret=True),
        Property("caFile"),
        Property("caPath"),
        Property("caPem"),
        Property("certFile"),
        Property("keyFile"),
        Property("certPem", unsupported=_NO_INLINE_KEYS),
        Property("keyPem", secret=True, unsupported=_NO_INLINE_KEYS),
        Property("insecureHttps", Scalar.BOOLEAN),
        Property("authJwt", Record(()), unsupported=_NO_LOGIN),
        Property("authLoginAws", Record(()), unsupported=_NO_LOGIN),
    )
)


def connect(config: Values, cancelled: threading.Event) -> Consul:
    """The client for a configuration; what is not given comes from Consul's own ENV variables."""

    def setting(name: str, variable: str) -> str:
        return str(config.get(name) or os.environ.get(variable, ""))

    headers = {header["name"]: header["value"] for header in config.get("headers") or []}
    headers |= basic_auth(setting("httpAuth", "CONSUL_HTTP_AUTH"))
    token = setting("token", "CONSUL_HTTP_TOKEN") or _token_from_file()
    if token:
        headers["X-Consul-Token"] = token
    tls = Tls(
        ca_file=setting("caFile", "CONSUL_CACERT"),
        ca_path=setting("caPath", "CONSUL_CAPATH"),
        ca_pem=str(config.get("caPem") or ""),
        cert_file=setting("certFile", "CONSUL_CLIENT_CERT"),
        key_file=setting("keyFile", "CONSUL_CLIENT_KEY"),
        verify=not config.get("insecureHttps") and os.environ.get("CONSUL_HTTP_SSL_VERIFY", "") not in ("0", "false"),
    )
    address = setting("address", "CONSUL_HTTP_ADDR") or "127.0.0.1:8500"
    if "://" not in address:
        ssl = os.environ.get("CONSUL_HTTP_SSL", "").lower() in ("1", "true")
        address = f"{config.get('scheme') or ('https' if ssl else 'http')}://{address}"
    http = Http(address.rstrip("/"), headers, tls, cancelled)
    return Consul(http, setting("datacenter", "CONSUL_DATACENTER"), setting("namespace", "CONSUL_NAMESPACE"))


def _token_from_file() -> str:
    path = os.environ.get("CONSUL_HTTP_TOKEN_FILE", "")
    try:
        return Path(path).read_text().strip() if path else ""
    except OSError as error:
        raise Failure(f"CONSUL_HTTP_TOKEN_FILE can't be read: {error}") from error


PACKAGE = Package(
    name="consul",
    version=VERSION,
    config=CONFIG,
    connect=connect,
    handlers=(KeyPrefixHandler(), KeysHandler(), AclPolicyHandler(), AclTokenHandler()),
    functions={SECRET_ID: token_secret},
)
