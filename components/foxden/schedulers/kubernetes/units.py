"""Kubernetes' units, names and labels (pure)."""

import re
from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

from foxden.service.spec import ServiceSpec

NAME = "app.kubernetes.io/name"
"""The label that has a service's name, on all that is its own."""

SET = "foxden/set"
"""The label that tells the pods of one Deployment of a service from those of another."""

MAIN, CANARY = "main", "canary"
"""Values of :data:`SET`; a set of a blue-green release has the hash of what it runs."""

SEPARATOR = "--"
"""Joins a service's name and what else an object of it is called; no name of a service holds it."""

_LONGEST_LABEL = 63


def seconds(duration: float, least: int = 1) -> int:
    """Kubernetes counts whole seconds."""
    return max(least, ceil(duration))


def cores(number: float) -> str:
    """Cores as the API writes them, which would otherwise see a change where there is none."""
    thousandths = ceil(round(number * 1000, 6))
    return f"{thousandths}m" if thousandths % 1000 else str(thousandths // 1000)


def mebibytes(number: int) -> str:
    """MiB as the API writes them: in the largest unit that leaves no rest."""
    units = ["Mi", "Gi", "Ti"]
    while number % 1024 == 0 and len(units) > 1:
        number //= 1024
        units.pop(0)
    return f"{number}{units[0]}"


def joined(service: str, part: str) -> str:
    """The name of an object that a service has beside the one of its own name; of that itself for no part."""
    return f"{service}{SEPARATOR}{part}" if part else service


def label_value(text: str) -> str:
    """The text as far as a label can hold it: 63 letters, digits and '._-', a letter or digit at both ends."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:_LONGEST_LABEL].strip("._-")


def labels(spec: ServiceSpec, environment: str) -> dict[str, str]:
    """What every object of a service is labelled with: the developer's own, and the well-known ones."""
    return {
        **spec.labels,
        NAME: spec.name,
        "app.kubernetes.io/part-of": environment,
        "app.kubernetes.io/managed-by": "foxden",
    }


def versioned(spec: ServiceSpec, environment: str) -> dict[str, str]:
    """The same with the version, for what is another one with every version."""
    return {**labels(spec, environment), "app.kubernetes.io/version": label_value(spec.version)}


def pods_of(spec: ServiceSpec, only: str = "") -> dict[str, str]:
    """The labels by which a service's pods are found; those of one set alone where that is named."""
    return {NAME: spec.name, **({SET: only} if only else {})}


def metadata(
    spec: ServiceSpec, environment: str, part: str = "", annotations: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """An object's metadata. It has a fixed name and a namespace, whatever the provider would choose."""
    found: dict[str, Any] = {
        "name": joined(spec.name, part),
        "namespace": environment,
        "labels": labels(spec, environment),
    }
    return found | ({"annotations": dict(annotations)} if annotations else {})
