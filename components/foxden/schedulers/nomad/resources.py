"""The Pulumi resources of this scheduler. Only this module knows the SDKs; they are imported when they are needed."""

import json
from functools import partial
from typing import Any, Optional, TypeVar, cast

import pulumi

from foxden.clouds.consul import create_provider
from foxden.clouds.references import resolved
from foxden.connection import Connection, ConnectionArgs
from foxden.extras import need
from foxden.schedulers.base import Deployed, Environment, Manifest, mapped
from foxden.schedulers.nomad import secrets
from foxden.schedulers.nomad.ingress import JOB as INGRESS_JOB
from foxden.schedulers.nomad.ingress import render_ingress
from foxden.schedulers.nomad.release import longest_end, longest_release
from foxden.service.spec import ServiceSpec

Value = TypeVar("Value")

_INGRESS_TIMEOUT = 300
_INGRESS_UPDATE_TIMEOUT = 3600
"""Seconds. Its instances are replaced one node after the other, and each may take half a minute to end; one that is
stuck ends the deployment after its own deadline."""


def create_providers(connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
    """Providers for Nomad and for Consul, at the connection's addresses, with its tokens and its authority."""
    need("nomad")
    import pulumi_nomad as nomad

    return [
        nomad.Provider(
            f"{parent.pulumi_resource_name}-nomad",
            address=connection["address"],
            secret_id=resolved(connection, "token", parent),
            ca_pem=resolved(connection, "ca", parent),
            opts=pulumi.ResourceOptions(parent=parent),
        ),
        create_provider(connection, parent),
    ]


def create_service(spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
    """A service's job, with the policy it needs before and the routes that lead to it after."""
    policies = [_policy(spec, manifest, opts)] if spec.secrets else []
    job = _job(spec.name, mapped(manifest, lambda known: known["job"]), _timeouts(spec), _after(opts, policies))
    if spec.routes:
        _routes(spec, manifest, _after(opts, [job]))
    return Deployed(
        version=_when_done(job, mapped(manifest, lambda known: cast(str, known["version"]))),
        address=_when_done(job, mapped(manifest, lambda known: cast(Optional[str], known["address"]))),
    )


def create_environment(name: str, environment: Environment, opts: pulumi.ResourceOptions) -> None:
    """A namespace of the environment's name, and a variable in it for each secret."""
    import pulumi_nomad as nomad

    namespace = nomad.Namespace(
        name, name=name, description=f"Foxden environment '{name}'", meta=dict(environment.notes), opts=opts
    )
    for secret, given in sorted(environment.secrets.items()):
        value = pulumi.Output.secret(given).apply(partial(secrets.usable, name, secret))
        nomad.Variable(
            f"{name}-{secret}",
            namespace=namespace.name,
            path=secrets.variable_path(secret),
            items={secrets.ITEM: value},
            opts=opts,
        )


def create_ingress(connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
    """The ingress job."""
    timeouts = pulumi.CustomTimeouts(create=f"{_INGRESS_TIMEOUT}s", update=f"{_INGRESS_UPDATE_TIMEOUT}s")
    _job(INGRESS_JOB, mapped(connection, render_ingress), timeouts, opts)


def _timeouts(spec: ServiceSpec) -> pulumi.CustomTimeouts:
    release = f"{longest_release(spec)}s"
    return pulumi.CustomTimeouts(create=release, update=release, delete=f"{longest_end(spec)}s")


def _after(opts: pulumi.ResourceOptions, resources: list[Any]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=resources))


def _job(name: str, job: pulumi.Input[Any], timeouts: pulumi.CustomTimeouts, opts: pulumi.ResourceOptions) -> Any:
    import pulumi_nomad as nomad

    return nomad.Job(
        name,
        jobspec=mapped(job, lambda known: json.dumps(known, sort_keys=True)),
        json=True,
        detach=False,
        purge_on_destroy=True,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=timeouts)),
    )


def _policy(spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Any:
    import pulumi_nomad as nomad

    policy = mapped(manifest, lambda known: known["policy"])
    return nomad.AclPolicy(
        f"{spec.name}-secrets",
        name=mapped(policy, lambda known: known["name"]),
        description=f"Lets {spec.subject} read the secrets it refers to",
        rules_hcl=mapped(policy, lambda known: known["rules"]),
        job_acl=nomad.AclPolicyJobAclArgs(namespace=mapped(policy, lambda known: known["namespace"]), job_id=spec.name),
        opts=opts,
    )


def _routes(spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> None:
    import pulumi_consul as consul

    def keys(known: Manifest) -> list[Any]:
        return [consul.KeysKeyArgs(path=key, value=value, delete=True) for key, value in known["routes"]]

    consul.Keys(f"{spec.name}-routes", keys=mapped(manifest, keys), opts=opts)


def _when_done(job: Any, value: pulumi.Input[Value]) -> pulumi.Output[Value]:
    """The value, known when the job's deployment has succeeded: it has its index then, not before."""
    index: pulumi.Output[str] = job.modify_index
    if isinstance(value, pulumi.Output):
        return cast("pulumi.Output[Value]", pulumi.Output.all(value, index).apply(lambda both: both[0]))
    return index.apply(lambda _: cast(Value, value))
