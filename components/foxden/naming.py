"""Names: what is allowed, and how a service is called where environments share a cluster."""

import json
import re
from hashlib import sha256
from typing import Any

SEPARATOR = "--"
"""Joins a service and its environment; neither may hold it, so that the joined name can't mean two things."""

MAX_SERVICE = 40
"""Characters of a service's name: ``<service>--<environment>`` must fit a DNS label (63)."""

MAX_ENVIRONMENT = 20
"""Characters of an environment's name."""

MAX_PORT = 15
"""Characters of a port's name (RFC 6335, section 5.1)."""

MAX_SECRET = 100
"""Characters of a secret's name."""

_DIGITS = 10

_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?\Z", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z", re.ASCII)
_SECRET = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*\Z", re.ASCII)


def label_problem(name: Any, longest: int) -> str | None:
    """Say what keeps ``name`` from being a name here, or None.

    A name is a DNS label (RFC 1035): lower-case letters, digits and single hyphens, a letter first.
    """
    if not isinstance(name, str):
        return f"must be a text, got {name!r}"
    if not name:
        return "must not be empty"
    if len(name) > longest:
        return f"must have at most {longest} characters, got {len(name)}"
    if not _LABEL.match(name):
        return f"must be lower-case letters, digits and hyphens, a letter first and no hyphen last, got {name!r}"
    if SEPARATOR in name:
        return f"must not hold '{SEPARATOR}', got {name!r}"
    return None


def split_need(need: str) -> tuple[str, str]:
    """``pods:admin`` -> ``('pods', 'admin')``; the port is '' where none is named."""
    name, _, port = need.partition(":")
    return name, port


def need_problem(need: str) -> str | None:
    """Say what keeps ``need`` from being the name of a service or endpoint, with or without a port, or None."""
    name, port = split_need(need)
    wrong = label_problem(name, MAX_SERVICE)
    if wrong:
        return f"name {wrong}"
    wrong = label_problem(port, MAX_PORT) if ":" in need else None
    return f"port {wrong}" if wrong else None


def host_problem(host: str, absolute: bool) -> str | None:
    """Say what keeps ``host`` from being a host name, or None. With ``absolute`` it may have a dot at its end."""
    bare = host.removesuffix(".") if absolute else host
    return None if len(bare) <= 253 and _HOST.match(bare) else f"must be a host name in lower case, got {host!r}"


def secret_problem(name: Any) -> str | None:
    """Say what keeps ``name`` from being a secret's name, or None. It is not repeated: it may be the secret itself."""
    if isinstance(name, str) and len(name) <= MAX_SECRET and _SECRET.match(name):
        return None
    return f"must be the name of a secret: up to {MAX_SECRET} lower-case letters, digits and single '-' and '/' between"


def discovery_name(service: str, environment: str) -> str:
    """The name under which a cluster's discovery knows the service: ``pods--demo``."""
    return f"{service}{SEPARATOR}{environment}"


def env_prefix(name: str) -> str:
    """The start of the ENV names that a need of ``name`` gives: ``meeting-router`` -> ``MEETING_ROUTER``."""
    return name.upper().replace("-", "_")


def digest(content: Any) -> str:
    """A short name for plain data, which is another one when the data is."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_DIGITS]
