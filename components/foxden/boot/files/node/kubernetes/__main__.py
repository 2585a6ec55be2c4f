"""``foxden-node configure`` before the parts of Kubernetes, ``foxden-node agent`` beside them."""

import sys

from .. import aws
from ..beginning import until_done
from ..facts import Facts, load
from ..imds import Metadata
from ..parameters import Parameters
from ..pending import Pending


def main(arguments: list[str]) -> None:
    """Run one of the commands. The modules of the other role are not on the node."""
    metadata = Metadata()
    facts = load(metadata)
    if facts.is_server:
        _master(arguments, facts, metadata)
    else:
        _worker(arguments, facts, metadata)


def _master(arguments: list[str], facts: Facts, metadata: Metadata) -> None:
    from . import agent, people

    if arguments == ["configure"]:
        until_done(facts, metadata, lambda: agent.begin(facts, _parameters(facts)))
    elif arguments == ["agent"]:
        agent.run(facts, metadata)
    elif arguments:
        people.command(arguments, facts)
    else:
        sys.exit(f"usage: foxden-node configure | agent\n{people.USAGE}")


def _worker(arguments: list[str], facts: Facts, metadata: Metadata) -> None:
    from . import network, node_config, pull, worker

    def configure() -> None:
        parameters = _parameters(facts)
        pending = Pending()
        node_config.configure(facts, metadata, parameters, pending)
        pending.clear()
        pull.pull(facts, parameters)

    if arguments == ["configure"]:
        until_done(facts, metadata, configure)
    elif arguments == ["network"]:
        network.run(facts)
    elif arguments == ["agent"]:
        worker.run(facts, metadata)
    else:
        sys.exit("usage: foxden-node configure | network | agent")


def _parameters(facts: Facts) -> Parameters:
    return Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)


if __name__ == "__main__":
    main(sys.argv[1:])
