"""Writing down a new cluster: its port set, and every agent's and the supervisor's configuration."""

import json
import os
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from local.agents import consul, nomad, processes, runtime
from local.agents.plan import Plan, agents_dir, logs_dir, node_dir
from local.agents.ports import SETS, NodePorts, busy, holders, in_the_way, order
from local.agents.shape import Kind, Node
from local.agents.supervise import Program, supervisor_config
from local.errors import LocalError
from local.paths import state_dir
from local.toolchain.layout import write_atomically

_PROGRAM = {
    Kind.CONSUL: ("consul", "-config-file"),
    Kind.NOMAD_SERVER: ("nomad", "-config"),
    Kind.NOMAD_CLIENT: ("nomad", "-config"),
}
"""Kind -> the tool, and its option for a configuration file."""
_PASSED_ON = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
)
"""All that agents, and through Nomad the tasks, get of the caller's environment: no credential, no setting of a tool
(AWS_CA_BUNDLE breaks Nomad's fingerprints, CONSUL_HTTP_TOKEN and the like would change what agents do)."""


def choose_set(
    named_ports: Callable[[int], Mapping[int, str]], report: Callable[[str], None], lost: Collection[int] = ()
) -> int:
    """The first set of ports that is wholly free and not ``lost``; says who holds the default ones.

    ``named_ports``: the ports of the set of a number, and what each is for. LocalError when there is none.
    """
    claimed = processes.claimed_sets(state_dir())
    for number in order(str(state_dir())):
        if number in lost:
            continue
        named = named_ports(number)
        held = busy(named)
        if number not in claimed and not held:
            return number
        if number == 0:
            for line in in_the_way(named, holders(held)) or ["the default ports belong to another local cluster"]:
                report(f"{line}: taking other ports")
    raise LocalError(
        f"none of the {SETS} sets of ports is free: stop another local cluster ('make down' in its checkout)"
    )


def write_configs(plan: Plan, tools: Mapping[str, Path]) -> None:
    """Write everything that the agents and the supervisor read. ``tools``: consul, nomad, caddy."""
    state_dir().mkdir(parents=True, exist_ok=True)
    for private in (agents_dir(), logs_dir()):
        private.mkdir(mode=0o700, exist_ok=True)
    chroot = runtime.chroot_env(runtime.interpreter(), [str(tools["caddy"])]) if isolates() else {}
    programs = []
    for node, ports in plan.nodes():
        node_dir(node).mkdir(exist_ok=True)
        for kind in node.kinds:
            tool, option = _PROGRAM[kind]
            file = node_dir(node) / f"{kind}.json"
            config = _config(plan, node, ports, kind, chroot)
            write_atomically(file, json.dumps(config, indent=2) + "\n", mode=0o600)
            programs.append(Program(node.program(kind), [str(tools[tool]), "agent", f"{option}={file}"]))
    empty = agents_dir() / "empty"  # see runtime.chroot_env
    empty.mkdir(exist_ok=True)
    write_atomically(supervisor_file(), supervisor_config(programs, plan.socket, empty), mode=0o600)


def _config(plan: Plan, node: Node, ports: NodePorts, kind: Kind, chroot: Mapping[str, str]) -> dict[str, Any]:
    data = node_dir(node) / kind
    if kind is Kind.CONSUL:
        return consul.agent_config(plan, node, ports, data)
    if kind is Kind.NOMAD_SERVER:
        return nomad.server_config(plan, node, ports, data)
    return nomad.client_config(plan, node, ports, data, chroot)


def isolates() -> bool:
    """Whether Nomad's ``exec`` driver can work: on Linux, as root."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


def supervisor_file() -> Path:
    """The supervisor's configuration."""
    return agents_dir() / "supervisord.conf"


def agents_environment(set_number: int) -> dict[str, str]:
    """The whole environment of the supervisor and the agents, of a cluster with that set of ports."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        "PATH": os.defpath,
        **passed,
        processes.MARK: str(state_dir()),
        processes.MARK_SET: str(set_number),
    }
