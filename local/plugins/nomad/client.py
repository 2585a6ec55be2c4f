"""Nomad's HTTP API, as far as the handlers need it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from local.plugins.errors import Failure, ServerError
from local.plugins.http import Http

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True)
class Nomad:
    """A server and the region that the provider is configured for (empty: the server's own)."""

    http: Http
    region: str = ""

    def where(self, namespace: str = "", region: str = "") -> dict[str, str]:
        """The query parameters that say which region and namespace are meant."""
        return {"region": region or self.region, "namespace": namespace}


def part(text: str) -> str:
    """A piece of a URL's path."""
    return quote(text, safe="")


def explain(what: str, error: ServerError) -> Failure:
    """The server's refusal, after what was tried."""
    return Failure(f"{what}: {error}")


def split_import_id(resource_id: str, what: str = "id") -> tuple[str, str]:
    """``<id>@<namespace>``, as the official plugin wants it for an import."""
    name, separator, namespace = resource_id.rpartition("@")
    if not separator or not namespace:
        raise Failure(f"missing namespace, the import ID should follow the pattern <{what}>@<namespace>")
    if not name:
        raise Failure(f"missing resource ID, the import ID should follow the pattern <{what}>@<namespace>")
    return name, namespace


def text(value: Any) -> str:
    """A server's value as text; nothing for null."""
    return "" if value is None else str(value)
