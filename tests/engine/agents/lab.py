"""A local cluster in a state directory of its own, and jobs to run on it."""

import json
import os
import shutil
import socket
import struct
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local import agents
from local.agents import Cluster, ClusterShape, Health, Kind
from local.paths import REPO
from tests.engine.harness.apis import Consul, Json, Nomad, cluster_facts
from tests.engine.harness.leftovers import listening, nothing_left, removed_by_force
from tests.engine.harness.waiting import until

SECOND = 1_000_000_000
"""In Nomad's JSON, durations are nanoseconds."""


@dataclass
class Lab:
    """One state directory."""

    state: Path
    said: list[str] = field(default_factory=list)
    """What starts and stops reported."""
    ports: set[int] = field(default_factory=set)
    """All ports that its processes were seen to listen on since the last stop."""

    @contextmanager
    def here(self) -> Iterator[None]:
        """Within, the code under test works on this state directory."""
        before = os.environ.get("FOXDEN_STATE")
        os.environ["FOXDEN_STATE"] = str(self.state)
        try:
            yield
        finally:
            os.environ.pop("FOXDEN_STATE")
            if before is not None:
                os.environ["FOXDEN_STATE"] = before

    def start(self, servers: int = 1) -> Cluster:
        with self.here():
            cluster = agents.start(ClusterShape(servers), self.said.append)
        self.ports |= listening(self.state)
        return cluster

    def stop(self) -> bool:
        """Stop; fails when anything is left."""
        self.ports |= listening(self.state)
        begun = time.time()
        with self.here():
            stopped = agents.stop(self.said.append)
        nothing_left(self.state, self.ports, begun)
        self.ports = set()  # anybody's from here on
        return stopped

    def running(self) -> Cluster | None:
        with self.here():
            return agents.running()

    def health(self) -> Health:
        with self.here():
            found = agents.health()
        assert found is not None
        return found

    def well(self) -> bool:
        problems = self.health().problems()
        assert not problems, problems
        return True

    @property
    def nomad(self) -> Nomad:
        facts = cluster_facts(self.state)
        return Nomad(facts["address"], facts["token"])

    @property
    def consul(self) -> Consul:
        facts = cluster_facts(self.state)
        return Consul(facts["discovery_address"], facts["discovery_token"])

    @property
    def anyone(self) -> Consul:
        """Consul without a token."""
        return Consul(cluster_facts(self.state)["discovery_address"], None)

    def nodes(self, server: bool) -> list[str]:
        """The names of the servers, or of the clients."""
        return [name for name, kinds in self._configs().items() if (Kind.NOMAD_SERVER in kinds) == server]

    def api(self, node: str, kind: Kind) -> Nomad | Consul:
        """The API of one agent, with the management token."""
        port = self._configs()[node][kind]["ports"]["http"]
        facts = cluster_facts(self.state)
        if kind is Kind.CONSUL:
            return Consul(f"http://127.0.0.1:{port}", facts["discovery_token"])
        return Nomad(f"http://127.0.0.1:{port}", facts["token"])

    def _configs(self) -> dict[str, dict[str, Json]]:
        found: dict[str, dict[str, Json]] = {}
        for file in sorted((self.state / "agents").glob("*/*.json")):
            found.setdefault(file.parent.name, {})[file.stem] = json.loads(file.read_text())
        return found

    def agent(self, node: str, kind: Kind) -> psutil.Process:
        """The process of an agent; fails when there is not exactly one."""
        config = str(self.state / "agents" / node / f"{kind}.json")
        found = [process for process in psutil.process_iter() if any(config in word for word in _command(process))]
        assert len(found) == 1, f"{len(found)} processes run with {config}"
        return found[0]

    def supervisor(self) -> psutil.Process:
        pid = self.health().supervisor
        assert pid is not None
        return psutil.Process(pid)

    def kill(self, node: str, kind: Kind) -> int:
        """kill -9 an agent; returns its process id."""
        process = self.agent(node, kind)
        process.kill()
        return process.pid

    def back(self, node: str, kind: Kind, killed: int, within: float = 30) -> None:
        """Wait until a killed agent is up again and everything is well."""
        until(lambda: self.agent(node, kind).pid != killed, f"{kind} of {node} is started again", within)
        until(self.well, f"the cluster is well after {kind} of {node} was killed", within)

    def run(self, job: Json, within: float = 30) -> None:
        """Run a job of a new name, and wait until its service has as many healthy instances as wanted."""
        self.nomad.put("/v1/jobs", {"Job": job})
        wanted = job["TaskGroups"][0]["Count"]
        name = job["ID"]
        until(lambda: len(self.anyone.healthy(name)) == wanted, f"{wanted} healthy instances of {name}", within)

    def tasks(self, job: str) -> dict[str, int]:
        """Allocation -> process id of what the command became."""
        found = {}
        for process in psutil.process_iter():
            try:
                environ = process.environ()
            except (psutil.Error, OSError):
                continue
            mine = environ.get("FOXDEN_CLUSTER") == str(self.state) and environ.get("NOMAD_JOB_ID") == job
            if mine and environ.get("NOMAD_TASK_NAME"):
                found[environ["NOMAD_ALLOC_ID"]] = process.pid
        return found


def _command(process: psutil.Process) -> Sequence[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def new_lab() -> Lab:
    """A lab that uses the tools of this checkout."""
    state = Path(tempfile.mkdtemp(prefix="foxden-agents-"))
    record = Path(os.environ.get("FOXDEN_STATE") or REPO / ".foxden") / "tools.json"
    if record.exists():
        shutil.copy2(record, state / "tools.json")
    return Lab(state)


@contextmanager
def a_lab() -> Iterator[Lab]:
    """A lab whose cluster is stopped at the end, and of which nothing may be left."""
    lab = new_lab()
    try:
        yield lab
        lab.stop()
    finally:
        removed_by_force(lab.state)
        shutil.rmtree(lab.state, ignore_errors=True)


def web(cluster: Cluster, name: str, driver: str = "", count: int = 1, template: str = "") -> Json:
    """A job whose instances serve files over HTTP: what a ``template`` gives as ``/local/out`` or ``out``."""
    driver = driver or cluster.options["command_driver"]
    serve = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", "${NOMAD_TASK_DIR}", "${NOMAD_PORT_http}"]
    task = {
        "Name": "main",
        "Driver": driver,
        "Config": {"command": cluster.interpreter, "args": serve},
        "Resources": {"CPU": 100, "MemoryMB": 100},
        "Templates": [{"EmbeddedTmpl": template, "DestPath": "local/out", "ChangeMode": "noop"}] if template else [],
    }
    check = {"Type": "http", "Path": "/", "Interval": 1 * SECOND, "Timeout": 1 * SECOND}
    group = {
        "Name": "main",
        "Count": count,
        "Networks": [{"Mode": "host", "DynamicPorts": [{"Label": "http"}]}],
        "Services": [{"Name": name, "PortLabel": "http", "Provider": "consul", "Checks": [check]}],
        "Spreads": [{"Attribute": "${node.unique.name}", "Weight": 100}],
        "Tasks": [task],
    }
    return {"ID": name, "Name": name, "Type": "service", "Datacenters": ["dc1"], "TaskGroups": [group]}


def resolve(name: str, port: int) -> list[str]:
    """The IPv4 addresses that a DNS server on loopback gives for a name."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(3)
        asked.sendto(question, ("127.0.0.1", port))
        answer = asked.recv(4096)
    count = struct.unpack(">H", answer[6:8])[0]
    at = len(question)
    addresses = []
    for _ in range(count):  # each name is a pointer of two bytes to the question
        kind, _, _, size = struct.unpack(">HHIH", answer[at + 2 : at + 12])
        if kind == 1:
            addresses.append(socket.inet_ntoa(answer[at + 12 : at + 12 + size]))
        at += 12 + size
    return addresses
