"""Cluster services as resources of Pulumi: see :class:`foxden.clusters.services_contract.ServicesOfClusters`."""

from collections.abc import Collection, Mapping
from typing import Any, cast

import pulumi

from foxden.clusters.services_plan import ServicesPlan
from foxden.connection import Connection
from foxden.schedulers.base import mapped
from foxden.schedulers.kubernetes.addons.images import OF as IMAGES
from foxden.schedulers.kubernetes.addons.render import FIRST, OF_CONTENT, render_services, stage_of
from foxden.schedulers.kubernetes.created import NEW, after, create_named, create_object, id_of, once
from foxden.schedulers.kubernetes.options import read_options
from foxden.schedulers.kubernetes.units import joined
from foxden.service.reader import did_you_mean

__all__ = ["IMAGES", "create", "problems"]

_ANYWHERE = Connection("kubernetes", "any", "example.com", "https://127.0.0.1")
"""Which objects there are is the same on every cluster."""


def problems(options: Mapping[str, Any], wanted: Collection[str]) -> list[str]:
    """What of it the cluster has by itself: it would be there twice, under the same names."""
    own = read_options(options)[0].provides
    unknown = [name for name in own if name not in IMAGES]
    return [
        *(f"options.provides must name cluster services, got {name!r}{did_you_mean(name, IMAGES)}" for name in unknown),
        *(f"{name} must not be given: this cluster has its own (options.provides)" for name in wanted if name in own),
    ]


def create(
    name: str,
    structure: ServicesPlan,
    plan: pulumi.Input[ServicesPlan],
    connection: pulumi.Input[Connection],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[list[str]]:
    """Every object, in stages: each waits for the one before. What all need comes before all others."""
    every = render_services(structure, _ANYWHERE)
    both = plan, connection
    late = any(isinstance(each, pulumi.Output) for each in both)
    known: pulumi.Input[Any] = pulumi.Output.all(*both) if late else list(both)
    content = mapped(known, lambda two: render_services(*two))
    before: list[pulumi.Input[pulumi.CustomResource]] = []
    made: list[pulumi.Input[pulumi.CustomResource]] = []
    for service, objects in every.items():
        own = _service(name, service, objects, content, after(opts, before))
        made += own
        if service in FIRST:
            before += own
    done = pulumi.Output.all(*map(id_of, made))
    return done.apply(lambda _: list(every))


def _service(
    name: str,
    service: str,
    objects: Mapping[str, Mapping[str, Any]],
    content: pulumi.Input[Mapping[str, Any]],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Input[pulumi.CustomResource]]:
    before: list[pulumi.Input[pulumi.CustomResource]] = []
    found: list[pulumi.Input[pulumi.CustomResource]] = []
    for stage in sorted({stage_of(thing["kind"]) for thing in objects.values()}):
        some = {key: thing for key, thing in objects.items() if stage_of(thing["kind"]) == stage}
        within = after(opts, before)
        before = [
            _object(f"{name}-{service}", key, thing, _one(content, service, key), within) for key, thing in some.items()
        ]
        found += before
    return found


def _object(
    whose: str,
    key: str,
    thing: Mapping[str, Any],
    content: pulumi.Input[Mapping[str, Any]],
    opts: pulumi.ResourceOptions,
) -> pulumi.Input[pulumi.CustomResource]:
    name = f"{whose}-{key}".replace("_", "-").replace(":", "-")
    if thing["kind"] in OF_CONTENT:
        # The one before is needed until what uses it has followed, and after a change that failed again.
        known_as, prefix = once(opts, name), f"{whose}-".replace("_", "-")
        return create_named(thing["kind"], joined(name, NEW), content, known_as, prefix)
    return create_object(thing["kind"], name, content, opts, thing["apiVersion"])


def _one(content: pulumi.Input[Mapping[str, Any]], service: str, key: str) -> pulumi.Input[Mapping[str, Any]]:
    return mapped(content, lambda known: cast(Mapping[str, Any], known[service][key]))
