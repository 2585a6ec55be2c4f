"""``connect``: bring the APIs of a cloud cluster to this machine, through sessions that nobody else can use.

Nothing of the cluster is open to the world: a session goes through SSM, by the identity of whoever asks.
"""

import argparse
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TextIO

from foxden.boot.node import JOIN_TAG
from local import aws
from local.commands.cloud_site import Site, site
from local.commands.report import say
from local.errors import LocalError
from local.forwards import Forward

_OPEN_WITHIN = 30.0
_ENDED_WITHIN = 5.0
_LOOK_AGAIN = 0.2


@dataclass(frozen=True)
class Way:
    """How an API is got at."""

    through: str
    """The tag of the machines that a session is opened to; its value is the cluster's name."""
    what: str
    """What those are."""
    document: str
    target: Callable[[Site, Forward], dict[str, list[str]]]
    """Where the session leads, as its document takes it."""
    keys: Callable[[Site], list[str]]
    """Lines that say what to sign in with."""


@dataclass(frozen=True)
class Session:
    """A way that is held open by a process of its own."""

    process: subprocess.Popen[bytes]
    words: TextIO

    def said(self) -> str:
        """What it has told so far."""
        self.words.seek(0)
        return self.words.read().strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which cluster."""
    parser.add_argument("--stack", required=True, help="the environment, such as dev, or one on its cluster")


def run(options: argparse.Namespace) -> int:
    """Hold the ways open until Ctrl-C. When the server at their other end goes, another one takes its place."""
    found = site(options.stack)
    forwards = found.forwards
    aws.program()
    aws.session_plugin()
    while True:
        server = choose(servers(found), found)
        with ExitStack() as ways:
            sessions = {name: ways.enter_context(_session(found, server, each)) for name, each in forwards.items()}
            _wait_open(sessions, forwards)
            for line in told(found, server):
                say(line)
            ended = _wait_ended(sessions)
        say(f"the way to {ended} through {server} has ended: looking for another server")


def servers(found: Site) -> list[str]:
    """The instances that lead to the API and run: the cluster's core servers, or else its workers."""
    through = WAYS[found.managed].through
    filters = [f"Name=tag:{through},Values={found.environment}", "Name=instance-state-name,Values=running"]
    query = "Reservations[].Instances[].InstanceId"
    listed = aws.call(found.region, "ec2", "describe-instances", "--filters", *filters, "--query", query)
    return sorted(listed or [])


def choose(instances: list[str], found: Site) -> str:
    """One that SSM reaches, and that its group, if it is in one, calls healthy. Raises LocalError if there is none."""
    what = WAYS[found.managed].what
    if not instances:
        raise LocalError(
            f"no {what} of '{found.environment}' runs in {found.region}: is it deployed, and are you signed in "
            "to the right account ('aws sts get-caller-identity')?"
        )
    names = ["--filters", f"Key=InstanceIds,Values={','.join(instances)}"]
    query = ["--query", "InstanceInformationList[?PingStatus=='Online'].InstanceId"]
    reached = aws.call(found.region, "ssm", "describe-instance-information", *names, *query)
    states = aws.call(
        found.region, "autoscaling", "describe-auto-scaling-instances", "--instance-ids", *instances,
        "--query", "AutoScalingInstances[].[InstanceId,LifecycleState,HealthStatus]",
    )  # fmt: skip
    sick = {name for name, state, health in states or [] if (state, health) != ("InService", "HEALTHY")}
    well = [name for name in instances if name in (reached or []) and name not in sick]
    if not well:
        raise LocalError(
            f"none of the {what}s of '{found.environment}' can be reached now ({', '.join(instances)}): they are "
            "being replaced, or SSM's agent does not run on them"
        )
    return well[0]


@contextmanager
def _session(found: Site, server: str, forward: Forward) -> Iterator[Session]:
    _free(forward.here)
    way = WAYS[found.managed]
    ports = {**way.target(found, forward), "localPortNumber": [str(forward.here)]}
    command = [
        aws.program(), "ssm", "start-session", "--region", found.region, "--target", server,
        "--document-name", way.document, "--parameters", json.dumps(ports),
    ]  # fmt: skip
    # A file, for it tells of each connection, and a pipe that nobody reads would stop it.
    with tempfile.TemporaryFile("w+") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        try:
            yield Session(process, words)
        finally:
            process.terminate()
            try:
                process.wait(_ENDED_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()


def _free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise LocalError(f"port {port} is taken: is another 'make connect' at work?") from None


def _wait_open(sessions: Mapping[str, Session], forwards: Mapping[str, Forward]) -> None:
    """Until each port answers. Raises LocalError with the words of a session that ends before."""
    deadline = time.monotonic() + _OPEN_WITHIN
    for name, session in sessions.items():
        while not _answers(forwards[name].here):
            if session.process.poll() is not None:
                raise LocalError(f"no way to {name}: {session.said() or f'exit code {session.process.returncode}'}")
            if time.monotonic() > deadline:
                raise LocalError(f"no way to {name} within {_OPEN_WITHIN:.0f} s")
            time.sleep(_LOOK_AGAIN)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _wait_ended(sessions: Mapping[str, Session]) -> str:
    """The name of the first way that ends."""
    while True:
        for name, session in sessions.items():
            if session.process.poll() is not None:
                return name
        time.sleep(_LOOK_AGAIN)


def told(found: Site, server: str) -> list[str]:
    """What people are told once the ways are open."""
    lines = [f"{name.capitalize():<6}  {forward.url}{forward.page}" for name, forward in found.forwards.items()]
    return [
        f"connected to '{found.environment}' through {server}, until Ctrl-C",
        *lines,
        *WAYS[found.managed].keys(found),
        "'pulumi up' works through this, too",
    ]


def _own_port(found: Site, forward: Forward) -> dict[str, list[str]]:
    return {"portNumber": [str(forward.there)]}


def _api_of_cloud(found: Site, forward: Forward) -> dict[str, list[str]]:
    return {"portNumber": ["443"], "host": [_host(found)]}


def _host(found: Site) -> str:
    """The host name of the API that Amazon runs."""
    words = ("eks", "describe-cluster", "--name", f"foxden-{found.environment}", "--query", "cluster.endpoint")
    return str(aws.call(found.region, *words)).removeprefix("https://")


def _kept(found: Site) -> list[str]:
    from foxden.schedulers.base import nodes

    read = f"aws ssm get-parameter --region {found.region} --with-decryption --query Parameter.Value --output text"
    paths = sorted(nodes(found.scheduler).KEPT.values())
    return [
        "what to sign in with, and the authority that certificates are from:",
        *(f"  {read} --name {found.parameters}/{path}" for path in paths),
    ]


def _own_identity(found: Site) -> list[str]:
    token = f"aws eks get-token --region {found.region} --cluster-name foxden-{found.environment}"
    return [f"its certificate is of {_host(found)}; sign in as yourself, by:", f"  {token}"]


WAYS: Mapping[bool, Way] = {
    False: Way(JOIN_TAG, "core server", "AWS-StartPortForwardingSession", _own_port, _kept),
    True: Way("foxden:cluster", "worker", "AWS-StartPortForwardingSessionToRemoteHost", _api_of_cloud, _own_identity),
}
"""Whether the cloud runs the servers, to how."""
