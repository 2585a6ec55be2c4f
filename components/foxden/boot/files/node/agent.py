"""The program that runs as long as the node does."""

from dataclasses import replace

from . import aws, configure, duties
from .credentials import Credentials, of_node
from .duties import Duty
from .facts import Facts
from .group import Group
from .imds import Metadata
from .parameters import Parameters


def run(facts: Facts, metadata: Metadata) -> None:
    """Do the duties of the node's role until it is gone."""
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    group = Group(facts, metadata, aws.client(facts, "autoscaling"))
    credentials = of_node(facts, parameters, configure.own_certificate())

    def refresh() -> None:
        found = of_node(facts, parameters, configure.own_certificate())
        configure.configure(facts, found)
        if not facts.is_server:
            configure.write_docker(facts, parameters)
        if replace(found, certificate=credentials.certificate) != credentials:
            raise SystemExit("there are new secrets: starting again with them")

    duties.run([*_duties(facts, parameters, group, credentials), duties.refresh(facts, refresh)])


def _duties(facts: Facts, parameters: Parameters, group: Group, credentials: Credentials) -> list[Duty]:
    """Of the node's role. The other's modules are not on the node."""
    if facts.is_server:
        from .server import Server

        return Server(facts, parameters, group, credentials).duties()
    from .worker import Worker

    return Worker(facts, parameters, group, credentials).duties()
