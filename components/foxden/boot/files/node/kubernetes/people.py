"""What people do on a master, as root: with the program's own certificates, which are never shown."""

import os
import sys
import time

from .. import aws
from ..facts import Facts
from ..parameters import Parameters
from ..rest import ApiError
from . import bootstrap, snapshots, status
from .api import ADMIN, LOCAL, as_admin
from .etcd import Etcd
from .rotate import WHAT, rotate

USAGE = f"""\
usage on a master: foxden-node rotate {"|".join(WHAT)}
                   foxden-node status
                   foxden-node snapshot
                   foxden-node restore OBJECT-IN-THE-BUCKET
                   foxden-node run kubectl ARGUMENTS..."""


def command(arguments: list[str], facts: Facts) -> None:
    """Do one of them; exits with a usage where it is none."""
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    kind, *rest = arguments
    if kind == "rotate" and len(rest) == 1 and rest[0] in WHAT:
        print(rotate(rest[0], facts, parameters, as_admin()))
    elif kind == "status" and not rest:
        told, wrong = status.status(facts, Etcd(), as_admin(), time.time())
        print("\n".join(told))
        sys.exit("\n".join(wrong) or None)
    elif kind == "snapshot" and facts.snapshots and not rest:
        print(snapshots.take(facts, Etcd()))
    elif kind == "restore" and facts.snapshots and len(rest) == 1:
        print(restore(facts, parameters, rest[0]))
    elif kind == "run" and rest[:1] == ["kubectl"]:
        own = [f"--client-certificate={ADMIN}/cert.pem", f"--client-key={ADMIN}/key.pem"]
        there = [f"--server={LOCAL}", f"--certificate-authority={ADMIN}/ca.pem"]
        os.execvp("kubectl", ["kubectl", *there, *own, *rest[1:]])  # noqa: S606
    else:
        sys.exit(USAGE)


def restore(facts: Facts, parameters: Parameters, name: str) -> str:
    """Have etcd begin again with what an object holds, on this master; the others follow. Says what comes."""
    aws.client(facts, "s3").head_object(Bucket=facts.snapshots, Key=name)
    before = _before(facts)
    generation = bootstrap.latest(parameters)[0] + 1
    begun = bootstrap.begin(parameters, generation, bootstrap.Beginning(facts.instance, name))
    if begun.founder != facts.instance:
        sys.exit(f"{begun.founder} was quicker: it begins with {begun.snapshot or 'nothing'}")
    return (
        f"{before} etcd begins again with {name} on this master, within half a minute. The other masters join it then. "
        "Follow it by: journalctl -fu foxden-node -u foxden-configure"
    )


def _before(facts: Facts) -> str:
    """Keep what is there before it is discarded, if there is anything: whoever restores has no other way back."""
    try:
        return f"What is there now is kept as {snapshots.take(facts, Etcd(), '-replaced')}."
    except (ApiError, OSError) as error:
        return f"Nothing of what is there now is kept ({error})."
