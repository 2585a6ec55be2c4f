"""A kubeconfig: the file or text, and what it says about one context."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.plugins.errors import Failure
from local.plugins.http import Tls, basic_auth

_DEFAULT_FILE = "~/.kube/config"
_TEXT_MARKS = ("\n", "{", "apiVersion:")


@dataclass(frozen=True)
class Access:
    """Where the API server is, and how to prove who we are."""

    address: str
    headers: dict[str, str]
    tls: Tls
    namespace: str
    """Where objects go that name no namespace."""


def access(given: str, context: str, cluster: str, namespace: str) -> Access:
    """What a kubeconfig says: its path or text (empty: ``KUBECONFIG``, else ``~/.kube/config``).

    ``context``, ``cluster`` and ``namespace`` win over what it says; empty ones don't. Raises Failure, naming what is
    missing or what the stand-in can't do.
    """
    config, directory = _read(given)
    chosen = context or str(config.get("current-context") or "")
    in_context: dict[str, Any] = _named(config, "contexts", "context", chosen) if chosen else {}
    name = cluster or in_context.get("cluster") or ""
    if not name:
        raise Failure("the kubeconfig names no current context: give the provider a context")
    server = _named(config, "clusters", "cluster", name)
    user = _named(config, "users", "user", in_context["user"]) if in_context.get("user") else {}
    if not server.get("server"):
        raise Failure(f"the kubeconfig has no server for cluster '{name}'")
    if server.get("proxy-url"):
        raise Failure(f"cluster '{name}' is behind a proxy (proxy-url): the stand-in can't reach it")
    return Access(
        address=str(server["server"]).rstrip("/"),
        headers=_headers(user, directory),
        tls=_tls(server, user, directory),
        namespace=namespace or str(in_context.get("namespace") or "default"),
    )


def _read(given: str) -> tuple[dict[str, Any], Path]:
    """The parsed text, and the directory that its relative paths start from."""
    if any(mark in given for mark in _TEXT_MARKS):
        text, directory = given, Path.cwd()
    else:
        # KUBECONFIG may list several files; they are merged by kubectl, the first one is what counts here.
        path = given or os.environ.get("KUBECONFIG", "") or _DEFAULT_FILE
        file = Path(path.split(os.pathsep)[0]).expanduser()
        try:
            text, directory = file.read_text(), file.parent
        except OSError as error:
            raise Failure(f"the kubeconfig {file} can't be read: {error.strerror}") from error
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Failure("the kubeconfig is neither YAML nor JSON, nor the path of a file") from error
    if not isinstance(parsed, dict):
        raise Failure("the kubeconfig is no kubeconfig: it has no clusters")
    return parsed, directory


def _named(config: dict[str, Any], section: str, key: str, name: str) -> dict[str, Any]:
    entries = config.get(section) or []
    for entry in entries:
        if entry.get("name") == name:
            return entry.get(key) or {}
    known = ", ".join(sorted(str(entry.get("name")) for entry in entries)) or "none"
    raise Failure(f"the kubeconfig has no {key} '{name}', only {known}")


def _headers(user: dict[str, Any], directory: Path) -> dict[str, str]:
    for plugin in ("exec", "auth-provider"):
        if user.get(plugin):
            raise Failure(
                f"the kubeconfig gets its credentials from a program ({plugin}), which is not run here: "
                "give it a token or a client certificate (docs/local-cluster.md)"
            )
    token = user.get("token") or ""
    if not token and user.get("tokenFile"):
        token = _file(user["tokenFile"], directory).read_text().strip()
    if token:
        return {"Authorization": f"Bearer {token}"}
    return basic_auth(f"{user['username']}:{user.get('password', '')}" if user.get("username") else "")


def _tls(server: dict[str, Any], user: dict[str, Any], directory: Path) -> Tls:
    return Tls(
        ca_pem=_pem(server, "certificate-authority", directory),
        cert_pem=_pem(user, "client-certificate", directory),
        key_pem=_pem(user, "client-key", directory),
        server_name=str(server.get("tls-server-name") or ""),
        verify=not server.get("insecure-skip-tls-verify"),
    )


def _pem(section: dict[str, Any], name: str, directory: Path) -> str:
    """The text of a certificate or key, which is given as a file or, in base64, as data."""
    data = section.get(f"{name}-data")
    try:
        if data:
            return base64.b64decode(data, validate=True).decode()
        return _file(section[name], directory).read_text() if section.get(name) else ""
    except ValueError as error:
        raise Failure(f"{name}-data in the kubeconfig is no base64 of a text") from error
    except OSError as error:
        raise Failure(f"{name} of the kubeconfig can't be read: {error}") from error


def _file(path: str, directory: Path) -> Path:
    return directory / Path(path).expanduser()
