"""The ``Services`` component: all services of an environment, checked against each other."""

from collections.abc import Mapping
from typing import Any, NotRequired, Optional, TypedDict, cast

import pulumi

from foxden.connection import ConnectionArgs
from foxden.errors import check
from foxden.schedulers.base import child_options, mapped, scheduler, unsupported
from foxden.service.args import EndpointArgs, ServiceDescription
from foxden.service.cluster import args_problems
from foxden.service.component import Service, first_url, urls_outside
from foxden.service.discovery import Target
from foxden.service.prepare import as_output, has_outputs, placeholders
from foxden.service.reader import Reader
from foxden.service.resolve import SUBJECT, needed, resolve, version_problems
from foxden.service.spec import ServiceSpec


class ServicesArgs(TypedDict):
    """The services of an environment, and what they may use."""

    cluster: ConnectionArgs
    """The connection of the cluster that runs them."""
    services: Mapping[str, ServiceDescription]
    """Name to description."""
    endpoints: NotRequired[Mapping[str, pulumi.Input[EndpointArgs]]]
    """Things outside that services may need, by name. Default: none."""
    secrets: NotRequired[list[str]]
    """Names of the secrets that the environment has; a reference to another one is an error at preview.
    Default: not known, not checked."""
    secret_versions: NotRequired[pulumi.Input[Mapping[str, str]]]
    """Which values of the secrets the services have: the output of that name of their :class:`foxden.Environment`.
    Default: the ones there are when an instance starts."""


class Services(pulumi.ComponentResource):
    """All services of an environment.

    Beyond what each :class:`foxden.Service` checks: every need is provided, no needs form a cycle, no two services
    have the same route. All problems of all services are told at once.
    """

    urls: pulumi.Output[dict[str, Optional[str]]]
    """Name to the service's first address outside."""
    versions: pulumi.Output[dict[str, str]]
    """Name to the version that runs."""

    def __init__(self, name: str, args: ServicesArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        specs, targets = _checked(args)
        connection = args["cluster"]
        chosen = scheduler(connection["scheduler"])
        super().__init__("foxden:index:Services", name, None, opts)
        children = child_options(chosen, connection, self, opts)
        outside = args.get("endpoints") or {}
        self._services = {
            spec.name: Service(
                spec.name,
                {
                    **args["services"][spec.name],
                    "cluster": connection,
                    # What the caller gave for a thing outside may be an output: it is handed on as it is.
                    "endpoints": {need: outside.get(need, known) for need, known in needed(spec, targets).items()},
                    "secret_versions": _versions(spec, args.get("secret_versions")),
                },
                children,
            )
            for spec in specs
        }
        urls = {spec.name: mapped(urls_outside(spec.routes, connection), first_url) for spec in specs}
        self.urls = _together(urls) if has_outputs(urls) else as_output(cast(Any, urls))
        self.versions = _together({key: service.version for key, service in self._services.items()})
        self.register_outputs({"urls": self.urls, "versions": self.versions})

    @property
    def services(self) -> dict[str, Service]:
        """Name to component. No output: a component has no place in a schema."""
        return dict(self._services)


def _versions(spec: ServiceSpec, given: Optional[pulumi.Input[Mapping[str, str]]]) -> pulumi.Input[Mapping[str, str]]:
    """Of all the secrets' versions those that a service uses: others are not to roll it."""
    used = sorted(set(spec.secrets.values()))
    return (
        mapped(given, lambda known: {name: known[name] for name in used if name in known})
        if used and given is not None
        else {}
    )


def _together(values: Mapping[str, Any]) -> pulumi.Output[Any]:
    """One output of all. Half the price of ``Output.from_input(values)``, which makes outputs of the keys, too."""
    return pulumi.Output.all(*values.values()).apply(lambda known: dict(zip(values, known, strict=True)))


def _checked(args: Any) -> tuple[list[ServiceSpec], Mapping[str, Target]]:
    lacking = args_problems(SUBJECT, args, ServicesArgs)
    known = Reader(SUBJECT, placeholders(args)).given
    domain = Reader("cluster", known.get("cluster") or {}).text("domain", "", late=True)
    lacking += version_problems(SUBJECT, known.get("secret_versions"))
    specs, targets, problems = resolve(known.get("services"), known.get("endpoints"), known.get("secrets"), domain)
    if not lacking:
        chosen = scheduler(args["cluster"]["scheduler"])
        problems += [problem for spec in specs for problem in unsupported(spec, targets, chosen)]
        wrong = {problem.subject for problem in problems}
        sound = [spec for spec in specs if spec.subject not in wrong]
        problems += [problem for spec in sound for problem in chosen.problems(spec, args["cluster"])]
    check(lacking + problems)
    return specs, targets
