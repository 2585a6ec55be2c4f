"""The ``Ingress`` component: the way into a cluster from outside."""

from typing import Optional, TypedDict

import pulumi

from foxden.connection import Connection, ConnectionArgs
from foxden.errors import check
from foxden.schedulers.base import child_options, scheduler
from foxden.service.cluster import args_problems
from foxden.service.prepare import has_outputs, known_connection, public, when_known


class IngressArgs(TypedDict):
    """Where the way in is built."""

    cluster: ConnectionArgs
    """The connection of the cluster. There is one ingress for all its environments."""


class Ingress(pulumi.ComponentResource):
    """Routes requests from outside by host and path to the healthy instances of services.

    It follows routes, scaling and redeploys by itself.
    """

    url: pulumi.Output[str]
    """Where it answers: scheme, domain and port."""

    def __init__(self, name: str, args: IngressArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        check(args_problems("ingress", args, IngressArgs))
        connection = args["cluster"]
        chosen = scheduler(connection["scheduler"])
        super().__init__("foxden:index:Ingress", name, None, opts)
        facts = public(connection)
        known: pulumi.Input[Connection] = (
            when_known("ingress", facts, known_connection) if has_outputs(facts) else known_connection(facts)
        )
        chosen.ingress(known, child_options(chosen, connection, self, opts))
        self.url = pulumi.Output.from_input(known).apply(
            lambda facts: f"{facts.ingress_scheme}://{facts.domain}{facts.ingress_authority_suffix}/"
        )
        self.register_outputs({"url": self.url})
