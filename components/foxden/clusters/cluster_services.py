"""The ``ClusterServices`` component: what a cluster runs beside the services of developers."""

from collections.abc import Mapping
from typing import Any, Optional, cast

import pulumi

from foxden.clusters.ingress import Ingress
from foxden.clusters.read_services import SUBJECT, read_services
from foxden.clusters.services_args import ClusterServicesArgs
from foxden.clusters.services_contract import ServicesOfClusters, services_of, services_problem
from foxden.clusters.services_plan import ServicesPlan
from foxden.connection import Connection
from foxden.errors import Problem, check
from foxden.schedulers.base import child_options, scheduler, scheduler_problem
from foxden.service.cluster import args_problems
from foxden.service.prepare import has_outputs, known_connection, placeholders, public, when_known


class ClusterServices(pulumi.ComponentResource):
    """Names, measurements, disks, records, a dashboard and more: each of them on its own, and none by default.

    ``pulumi up`` waits until all of it is well.
    """

    services: pulumi.Output[list[str]]
    """The names of what runs, known when all of it is well."""

    def __init__(self, name: str, args: ClusterServicesArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        offered = _offered(args)
        images = offered.IMAGES

        def read(known: Any) -> ServicesPlan:
            plan, found = read_services(known, images)
            check(found)
            return plan

        def read_connection(values: Any) -> Connection:
            found = known_connection(values)
            check(Problem(SUBJECT, each) for each in offered.problems(found.options, _wanted(args)))
            return found

        connection, structure = args["cluster"], read_services(placeholders(args), images)[0]
        super().__init__("foxden:index:ClusterServices", name, None, opts)
        given = {key: value for key, value in args.items() if key != "cluster"}
        plan: pulumi.Input[ServicesPlan] = when_known(SUBJECT, given, read) if has_outputs(given) else structure
        facts = public(connection)
        known: pulumi.Input[Connection] = (
            when_known(SUBJECT, facts, read_connection) if has_outputs(facts) else known_connection(facts)
        )
        children = child_options(scheduler(connection["scheduler"]), connection, self, opts)
        names = offered.create(name, structure, plan, known, children)
        if args.get("ingress"):
            ingress = Ingress(f"{name}-ingress", {"cluster": connection}, children)
            names = pulumi.Output.all(names, ingress.url).apply(lambda both: [*both[0], "ingress"])
        self.services = names
        self.register_outputs({"services": self.services})


def _wanted(args: Mapping[str, Any]) -> list[str]:
    return [name for name, value in args.items() if value is not None]


def _offered(args: Any) -> ServicesOfClusters:
    """What the cluster's scheduler offers. Raises InvalidInput with all that is wrong with the args."""
    problems = args_problems(SUBJECT, args, ClusterServicesArgs)
    cluster = args.get("cluster") if isinstance(args, Mapping) else None
    named = cluster.get("scheduler") if isinstance(cluster, Mapping) else None
    offered = services_of(named) if isinstance(named, str) and not scheduler_problem(named) else None
    if offered:
        problems += read_services(placeholders(args), offered.IMAGES)[1]
        options = placeholders(cluster).get("options")
        known = options if isinstance(options, Mapping) else {}
        problems += [Problem(SUBJECT, each) for each in offered.problems(known, _wanted(args))]
    elif isinstance(named, str) and not scheduler_problem(named):
        problems.append(Problem(SUBJECT, services_problem(named)))
    check(problems)
    return cast(ServicesOfClusters, offered)
