"""The Pulumi resources of this scheduler. The SDK is imported when it is needed."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Optional, TypeVar, cast

import pulumi

from foxden.clouds.references import resolved
from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem, check
from foxden.extras import need
from foxden.schedulers.base import Deployed, Environment, Manifest, mapped
from foxden.schedulers.kubernetes import environment as places
from foxden.schedulers.kubernetes import secrets
from foxden.schedulers.kubernetes.created import NEW, after, create_named, create_object, entry, id_of, once
from foxden.schedulers.kubernetes.ingress import INGRESS, OBJECTS, render_ingress
from foxden.schedulers.kubernetes.ingress_kinds import GROUP, VERSION
from foxden.schedulers.kubernetes.kubeconfig import kubeconfig_of
from foxden.schedulers.kubernetes.leaving import waiting
from foxden.schedulers.kubernetes.manifest import Piece, Stage, pieces
from foxden.schedulers.kubernetes.options import QUOTAS, SUBJECT, options_of
from foxden.schedulers.kubernetes.pod import seconds_to_leave
from foxden.schedulers.kubernetes.problems import environment_problem
from foxden.schedulers.kubernetes.units import joined
from foxden.service.prepare import has_outputs
from foxden.service.spec import ServiceSpec

Value = TypeVar("Value")

_BESIDE_LEAVING = 600
"""Seconds that a deletion may take beside what an instance may take to leave: the provider's usual ones."""


def create_providers(connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
    """The provider: by the kubeconfig that the options name, or by the connection's address, authority and token."""
    need("kubernetes")
    import pulumi_kubernetes as kubernetes

    given = connection.get("options") or {}
    options = _together(given)
    parts = [options, connection["address"], *(resolved(connection, key, parent) for key in ("ca", "token"))]
    made: pulumi.Output[Any] = pulumi.Output.all(*parts)
    # A context alone is one of the deployer's own file, which the provider finds by itself.
    own = isinstance(given, Mapping) and "context" in given and "kubeconfig" not in given
    found = None if own else pulumi.Output.secret(cast(Any, made.apply(lambda known: kubeconfig_of(*known))))
    return [
        kubernetes.Provider(
            # Pulumi tells resources apart by name and by the types of their parents, not by the names of those.
            f"{parent.pulumi_resource_name}-kubernetes",
            kubeconfig=found,
            context=mapped(options, lambda known: known.get("context")),
            # A new token or authority is no new cluster, whose objects would all have to be made again.
            cluster_identifier=connection["address"],
            # The current value of a secret changes where it is: an instance that starts meanwhile finds one of both.
            enable_secret_mutable=True,
            # What a description says of its own objects holds: who changed it by hand does not keep `up` from it.
            enable_patch_force=True,
            opts=pulumi.ResourceOptions(parent=parent),
        )
    ]


def create_service(spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
    """A service's objects, in stages: each waits for the one before."""
    before: list[pulumi.Input[pulumi.CustomResource]] = []
    running: Optional[pulumi.Input[pulumi.CustomResource]] = None
    every = pieces(spec)
    for stage in Stage:
        within = after(opts, before)
        if stage == Stage.LAST:
            within = pulumi.ResourceOptions.merge(within, waiting(spec.name))
        made = [_piece(spec, piece, manifest, within) for piece in every if piece.stage == stage]
        running = made[0] if stage == Stage.WORKLOAD else running
        before = made or before
    return Deployed(
        version=_when_done(running, mapped(manifest, lambda known: cast(str, known["version"]))),
        address=_when_done(running, mapped(manifest, lambda known: cast(Optional[str], known["address"]))),
    )


def create_environment(
    name: str, environment: Environment, opts: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Output[str]]:
    """A namespace, what holds for all in it, and each secret twice: as it is now, and by what is in it.

    Gives each secret's version.
    """
    wrong = environment_problem(name, options_of({}))
    check([Problem(SUBJECT, wrong)] if wrong else [])
    namespace = create_object("Namespace", name, places.namespace(name, environment.notes), opts)
    within = after(opts, [namespace])
    options = environment.options

    def bounded(make: Any) -> pulumi.Input[Any]:
        return mapped(_together(options), lambda known: make(name, options_of(known)))

    create_object("NetworkPolicy", f"{name}--deny", bounded(places.default_policy), within)
    create_object("NetworkPolicy", f"{name}--challenges", bounded(places.challenge_policy), within)
    # What isn't known yet may bound it: objects that bound nothing do no harm.
    if not isinstance(options, Mapping) or QUOTAS & options.keys():
        create_object("ResourceQuota", name, bounded(places.quota), within)
        create_object("LimitRange", name, bounded(places.limit_range), within)
    versions = {}
    for secret, given in sorted(environment.secrets.items()):
        value = pulumi.Output.secret(given).apply(partial(secrets.usable, name, secret))
        data = value.apply(places.secret_data)
        version = pulumi.Output.unsecret(value.apply(partial(secrets.version_of, name, secret)))
        current, kept = places.secret(name, secret), version.apply(partial(places.secret, name, secret))
        create_object("Secret", f"{name}-{secret}", current, within, string_data=data)
        known_as = once(within, f"{name}-{secret}--kept")
        made = create_named("Secret", f"{name}-{secret}--{NEW}", kept, known_as, string_data=data)
        versions[secret] = _brought(version, made)
    return versions


def create_ingress(connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
    """The ingress, unless the cluster has its own."""
    if isinstance(connection, Connection) and not options_of(connection.options).own_ingress:
        return
    objects = mapped(connection, _own_ingress)
    before: list[pulumi.CustomResource] = []
    for key, kind in OBJECTS.items():
        # The proxy comes last: it looks for the kinds once, when it starts.
        made = create_object(kind, f"{INGRESS}-{key}".replace(":", "-"), entry(objects, key), after(opts, before))
        before = [*before, made] if key != "namespace" else [made]


def _own_ingress(connection: Connection) -> dict[str, Any]:
    none = not options_of(connection.options).own_ingress
    check([Problem(SUBJECT, "options.ingress must be a plain value to be 'none'")] if none else [])
    return render_ingress(connection)


def _piece(
    spec: ServiceSpec, piece: Piece, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions
) -> pulumi.Input[pulumi.CustomResource]:
    content = mapped(manifest, lambda known: known["objects"][piece.key])
    if piece.stage in (Stage.CANARY, Stage.WORKLOAD):
        # Its deletion waits for its instances; else the limit of a release would hold, which knows nothing of them.
        ended = pulumi.CustomTimeouts(delete=f"{seconds_to_leave(spec) + _BESIDE_LEAVING}s")
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=ended))
    if piece.of_content:
        # A Job of an earlier release has the service's name; a set has the resource's own from the beginning.
        known_as = once(opts, spec.name) if piece.kind == "Job" else opts
        return create_named(piece.kind, joined(spec.name, NEW), content, known_as)
    return create_object(piece.kind, joined(spec.name, piece.part), content, opts, f"{GROUP}/{VERSION}")


def _together(values: pulumi.Input[Mapping[str, Any]]) -> pulumi.Input[Mapping[str, Any]]:
    """A mapping as one output where any of it is one."""
    if isinstance(values, Mapping) and has_outputs(values):
        return cast("pulumi.Output[Mapping[str, Any]]", pulumi.Output.all(**values))
    return values


def _brought(version: pulumi.Output[str], made: pulumi.Input[pulumi.CustomResource]) -> pulumi.Output[str]:
    """The version, which waits for what it is of: who waits for the environment may come before that is known of."""
    urn: pulumi.Output[Any] = pulumi.Output.from_input(cast(Any, made)).apply(lambda secret: secret.urn)
    both: pulumi.Output[Any] = pulumi.Output.all(version, urn)
    return pulumi.Output.unsecret(both.apply(lambda known: cast(str, known[0])))


def _when_done(workload: Any, value: pulumi.Input[Value]) -> pulumi.Output[Value]:
    """The value, known when the workload runs: it has its id then, not before."""
    return cast("pulumi.Output[Value]", pulumi.Output.all(value, id_of(workload)).apply(lambda both: both[0]))
