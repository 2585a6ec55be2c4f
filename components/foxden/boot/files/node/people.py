"""What people do on a core server, as root: with the cluster's own tokens, which are never shown."""

import os
import sys

from . import aws, configure, snapshots
from .api import CA_FILE, CONSUL, NOMAD, Api
from .credentials import of_node
from .facts import Facts
from .parameters import Parameters
from .rotate import rotate

USAGE = """\
usage on a server: foxden-node rotate gossip|tokens|authority
                   foxden-node snapshot
                   foxden-node restore consul|nomad OBJECT-IN-THE-BUCKET
                   foxden-node run consul|nomad ARGUMENTS..."""


def command(arguments: list[str], facts: Facts) -> None:
    """Do one of them; exits with a usage where it is none."""
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    found = of_node(facts, parameters, configure.own_certificate())
    apis = {"consul": Api(CONSUL, found.consul_management), "nomad": Api(NOMAD, found.nomad_management)}
    kind, *rest = arguments
    if kind == "rotate" and len(rest) == 1 and rest[0] in ("gossip", "tokens", "authority"):
        print(rotate(rest[0], facts, parameters, apis["consul"], apis["nomad"]))
    elif kind == "snapshot" and facts.snapshots and not rest:
        print("\n".join(snapshots.take(facts, apis)))
    elif kind == "restore" and facts.snapshots and len(rest) == 2 and rest[0] in apis:
        snapshots.restore(facts, apis, *rest)
    elif kind == "run" and rest and rest[0] in apis:
        known = {"CONSUL_HTTP_TOKEN": found.consul_management, "NOMAD_TOKEN": found.nomad_management}
        os.execvpe(rest[0], rest, {**os.environ, **known, "NOMAD_ADDR": NOMAD, "NOMAD_CACERT": CA_FILE})  # noqa: S606
    else:
        sys.exit(USAGE)
