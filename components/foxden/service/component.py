"""The ``Service`` component: one service on one cluster."""

from collections.abc import Mapping
from typing import Any, Optional

import pulumi

from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.schedulers.base import Manifest, child_options, mapped, scheduler, unsupported
from foxden.service.args import EndpointArgs, ServiceArgs
from foxden.service.cluster import cluster_problems
from foxden.service.discovery import Target, need_problems, parse_endpoints, provided
from foxden.service.parse import parse_service, read_service
from foxden.service.prepare import as_output, has_outputs, known_connection, placeholders, public, when_known
from foxden.service.reader import Reader
from foxden.service.resolve import endpoint_args, version_problems
from foxden.service.spec import Route, ServiceSpec

_AROUND = ("cluster", "endpoints", "secret_versions")
"""The fields that are no part of the description."""


class Service(pulumi.ComponentResource):
    """A service that runs on the cluster of a connection.

    ``up`` fails when the version asked for doesn't become healthy. Bad input raises
    :class:`foxden.InvalidInput` before anything is registered.
    """

    url: pulumi.Output[Optional[str]]
    """The first of ``urls``; none for a service without routes."""
    urls: pulumi.Output[list[str]]
    """The addresses outside, one for each route."""
    address: pulumi.Output[Optional[str]]
    """Name of the default port in the cluster's discovery; none for a service without ports."""
    version: pulumi.Output[str]
    """The version that runs."""
    endpoint: pulumi.Output[Optional[EndpointArgs]]
    """What another service's ``endpoints`` take, to need this one; none for a service without ports."""

    def __init__(self, name: str, args: ServiceArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        spec, targets = _checked(name, args)
        connection: ConnectionArgs = args["cluster"]
        chosen = scheduler(connection["scheduler"])
        super().__init__("foxden:index:Service", name, None, opts)

        def render(known: Mapping[str, Any]) -> Manifest:
            known_spec = parse_service(name, _description(known))
            known_targets, problems = _targets(spec.subject, known.get("endpoints"))
            problems += unsupported(known_spec, known_targets, chosen)
            check(problems or chosen.problems(known_spec, known["cluster"]))
            versions = _versions(known)
            return chosen.render(known_spec, known_connection(known["cluster"]), known_targets, versions)

        tree = {**args, "cluster": public(connection)}
        manifest: pulumi.Input[Manifest]
        if has_outputs(tree):
            manifest = when_known(spec.subject, tree, render)
        else:
            manifest = chosen.render(spec, known_connection(public(connection)), targets, _versions(args))
        deployed = chosen.deploy(spec, manifest, child_options(chosen, connection, self, opts))
        urls = urls_outside(spec.routes, connection)
        url = mapped(urls, first_url)
        endpoint = _endpoint(spec)
        self.url, self.urls = as_output(url), as_output(urls)
        self.address, self.version = deployed.address, deployed.version
        self.endpoint = as_output(endpoint)
        # Plain values are registered as such: the engine is told the same, at a fraction of the price.
        self.register_outputs(
            {"url": url, "urls": urls, "address": self.address, "version": self.version, "endpoint": endpoint}
        )


def first_url(urls: list[str]) -> Optional[str]:
    """The one that stands for all; none for a service without routes."""
    return urls[0] if urls else None


def _checked(name: str, args: Any) -> tuple[ServiceSpec, dict[str, Target]]:
    check(Reader(f"service '{name}'", args).problems)
    known = placeholders(args)
    spec, problems = read_service(name, _description(known))
    targets, found = _targets(spec.subject, known.get("endpoints"))
    problems += found + need_problems(spec, targets)
    problems += version_problems(spec.subject, known.get("secret_versions"))
    lacking = cluster_problems(spec.subject, args)
    if not lacking:
        chosen = scheduler(args["cluster"]["scheduler"])
        problems += unsupported(spec, targets, chosen)
        problems = problems or chosen.problems(spec, args["cluster"])
    check(problems + lacking)
    return spec, targets


def _description(args: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in args.items() if key not in _AROUND}


def _versions(args: Mapping[str, Any]) -> Mapping[str, str]:
    return args.get("secret_versions") or {}


def _targets(subject: str, endpoints: Any) -> tuple[dict[str, Target], list[Problem]]:
    problems: list[Problem] = []
    return parse_endpoints(subject, endpoints, problems), problems


def urls_outside(routes: tuple[Route, ...], connection: ConnectionArgs) -> pulumi.Input[list[str]]:
    """The address of each route; plain where the connection is."""
    facts = public(connection)
    if routes and has_outputs(facts):
        return pulumi.Output.from_input(facts).apply(lambda known: _urls(routes, known))
    return _urls(routes, facts) if routes else []


def _urls(routes: tuple[Route, ...], connection: Mapping[str, Any]) -> list[str]:
    known = known_connection(connection)
    suffix = known.ingress_authority_suffix
    return [f"{known.ingress_scheme}://{route.host_in(known.domain)}{suffix}{route.path}" for route in routes]


def _endpoint(spec: ServiceSpec) -> Optional[EndpointArgs]:
    target = provided([spec]).get(spec.name)
    return endpoint_args(target) if target else None
