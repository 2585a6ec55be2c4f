"""The program that runs as long as a master does."""

from .. import aws, duties
from ..facts import Facts
from ..group import Group
from ..imds import Metadata
from ..parameters import Parameters
from ..pending import Pending
from . import versions
from .bootstrap import Bootstrap, Place, forget_others
from .master_config import ETCD, MasterConfig, follow
from .restore import restored
from .secrets import VERSION, of_master
from .server import Server


def begin(facts: Facts, parameters: Parameters) -> None:
    """Write what the parts begin with."""
    configure(facts, parameters)
    Pending().clear()


def configure(facts: Facts, parameters: Parameters) -> Place:
    """Write what the parts read, and give the node's place in etcd. What has to be started again is pending."""
    versions.check(facts.version, parameters.read(VERSION))
    config = MasterConfig(facts, of_master(facts, parameters))
    config.identify()
    ec2 = aws.client(facts, "ec2")
    place = Bootstrap(facts, parameters, ec2, lambda name, data: restored(facts, name, data)).place()
    config.write(place)
    return place


def run(facts: Facts, metadata: Metadata) -> None:
    """Do the duties of a master until it is gone."""
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    group = Group(facts, metadata, aws.client(facts, "autoscaling"))
    place = configure(facts, parameters)
    if ETCD in Pending().names():
        # It begins with other data: until then it is none whose turn could come.
        print(f"started again for what changed: {', '.join(follow(Pending()))}", flush=True)
    forget_others(place)

    def refresh() -> None:
        if configure(facts, parameters).generation != place.generation:
            raise SystemExit("etcd begins again: so does this node")

    server = Server(facts, parameters, group, place.generation)
    duties.run([*server.duties(), duties.refresh(facts, refresh)])
