"""All objects of a service, and in which order they come (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes import network, routes, scaling, workload
from foxden.schedulers.kubernetes.leaving import noted
from foxden.schedulers.kubernetes.options import KubernetesOptions, options_of
from foxden.schedulers.kubernetes.pod import is_lasting, pod_template
from foxden.schedulers.kubernetes.units import CANARY, metadata
from foxden.service.discovery import Target
from foxden.service.spec import ReleaseStrategy, ServiceKind, ServiceSpec


class Stage(IntEnum):
    """When an object comes: each stage waits for the one before."""

    BEFORE = 0
    """Before any instance is there."""
    CANARY = 1
    """The instances that are the first of a new version."""
    WORKLOAD = 2
    """All others."""
    AFTER = 3
    """When all are well."""
    LAST = 4
    """When what makes them known has followed, and those before have ended: what only these had is taken away."""


@dataclass(frozen=True)
class Piece:
    """One object of a service: known from its description alone, whatever values are known later."""

    key: str
    """What the manifest calls it."""
    kind: str
    stage: Stage
    part: str = ""
    """What it is called beside the object of the service's own name; '' for that itself."""
    of_content: bool = False
    """Whether it is called after what is in it instead."""


KEPT = "kept"
"""What the second policy of a service is called beside the first."""

_WORKLOADS = {ServiceKind.JOB: "Job", ServiceKind.CRON: "CronJob"}


def pieces(spec: ServiceSpec) -> list[Piece]:
    """Every object that a service has, the first first."""
    blue_green = spec.release.strategy == ReleaseStrategy.BLUE_GREEN
    # The selector of a blue-green release moves when the new set is whole; others don't move, and can be there first.
    reached = Stage.AFTER if blue_green else Stage.BEFORE
    # Policies add up: the first one brings new ways, the second keeps those of the instances before until these have
    # ended. A blue-green set has a second one of its own, which goes after it.
    stage, part = (Stage.BEFORE, "") if blue_green else (Stage.LAST, KEPT)
    kept = Piece("policy:kept", "NetworkPolicy", stage, part, of_content=blue_green)
    found = [Piece("account", "ServiceAccount", Stage.BEFORE), Piece("policy", "NetworkPolicy", Stage.BEFORE), kept]
    for port in spec.ports:
        found.append(Piece(f"service:{port.name}", "Service", reached, network.called(spec, port)))
    if workload.canaries(spec):
        found.append(Piece("canary", "Deployment", Stage.CANARY, CANARY))
    another = blue_green or spec.kind == ServiceKind.JOB
    found.append(Piece("workload", _WORKLOADS.get(spec.kind, "Deployment"), Stage.WORKLOAD, of_content=another))
    if spec.autoscaling:
        found.append(Piece("autoscaler", "HorizontalPodAutoscaler", Stage.AFTER))
    if is_lasting(spec.kind) and scaling.is_budgeted(spec):
        found.append(Piece("budget", "PodDisruptionBudget", Stage.AFTER))
    if routes.as_it_is(spec):
        found.append(Piece("ingress", "Ingress", Stage.AFTER))
    for part in sorted(routes.stripped(spec)):
        # A route whose Middleware isn't there yet would be as if it were none.
        found.append(Piece(f"middleware:{part}", "Middleware", Stage.BEFORE, part))
        found.append(Piece(f"ingress:{part}", "Ingress", Stage.AFTER, part))
    return sorted(found, key=lambda piece: piece.stage)


def render_manifest(
    spec: ServiceSpec, connection: Connection, targets: Mapping[str, Target], secret_versions: Mapping[str, str]
) -> dict[str, Any]:
    """``objects`` by the keys of :func:`pieces`, ``version`` and ``address`` (or None)."""
    options = options_of(connection.options)
    template = pod_template(spec, connection, targets, secret_versions, options)
    environment, of_set, leaving = connection.environment, _set(spec, template), noted(spec, secret_versions)
    objects = {
        "account": _account(spec, environment, options),
        "policy": network.policy(spec, connection, targets, options),
        "policy:kept": network.policy(spec, connection, targets, options, of_set or KEPT, of_set, leaving),
        "workload": _workload(spec, environment, template, options),
        **_services(spec, environment, template),
        **_routes(spec, connection, options),
    }
    if workload.canaries(spec):
        objects["canary"] = workload.canary_deployment(spec, environment, template)
    if spec.autoscaling:
        objects["autoscaler"] = scaling.autoscaler(spec, environment)
    if is_lasting(spec.kind) and scaling.is_budgeted(spec):
        objects["budget"] = scaling.budget(spec, environment)
    address = network.host(spec.name, environment, options) if spec.ports else None
    return {"objects": objects, "version": spec.version, "address": address}


def _account(spec: ServiceSpec, environment: str, options: KubernetesOptions) -> dict[str, Any]:
    pulls = {"imagePullSecrets": [{"name": options.pull_secret}]} if options.pull_secret else {}
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(spec, environment),
        "automountServiceAccountToken": False,
        **pulls,
    }


def _workload(
    spec: ServiceSpec, environment: str, template: Mapping[str, Any], options: KubernetesOptions
) -> dict[str, Any]:
    if spec.kind == ServiceKind.JOB:
        return workload.job(spec, environment, template, options)
    if spec.kind == ServiceKind.CRON:
        return workload.cron_job(spec, environment, template)
    return workload.main_deployment(spec, environment, template)


def _services(spec: ServiceSpec, environment: str, template: Mapping[str, Any]) -> dict[str, Any]:
    only = _set(spec, template)
    return {f"service:{port.name}": network.cluster_service(spec, environment, port, only) for port in spec.ports}


def _set(spec: ServiceSpec, template: Mapping[str, Any]) -> str:
    """The set of a blue-green release; '' for any other, whose pods are all meant."""
    blue_green = spec.release.strategy == ReleaseStrategy.BLUE_GREEN
    return workload.main_set(spec, template) if blue_green else ""


def _routes(spec: ServiceSpec, connection: Connection, options: KubernetesOptions) -> dict[str, Any]:
    found: dict[str, Any] = {}
    plain = routes.as_it_is(spec)
    if plain:
        found["ingress"] = routes.ingress(spec, connection, options, plain)
    for part, route in routes.stripped(spec).items():
        found[f"middleware:{part}"] = routes.middleware(spec, connection, route, part)
        found[f"ingress:{part}"] = routes.ingress(spec, connection, options, [route], part)
    return found
