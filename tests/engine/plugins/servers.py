"""Consul and Nomad as throw-away agents on free loopback ports, with access control on."""

import json
import os
import random
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.agents.ports import busy
from local.shell import tool
from tests.engine.harness.apis import Consul, Nomad
from tests.engine.harness.waiting import until

_TO_START = 180.0
_TO_END = 30.0
_CLOUDS = "env_aws,env_azure,env_digitalocean,env_gce"
_OURS = range(10300, 17000)
"""Where tests look for free ports: below those of local clusters (``local.agents.ports``), and far below those that the
system gives to any program, such as every plugin of Pulumi, between the moment a port is found and its use."""
_DYNAMIC = (18200, 19999)
"""The ports that Nomad may give to tasks: no local cluster gives these to its own."""


@dataclass(frozen=True)
class Servers:
    """Where they are, and tokens that may do everything."""

    nomad_address: str
    nomad_token: str
    consul_address: str
    consul_token: str
    nomad: Nomad
    consul: Consul

    def providers(self) -> dict[str, Any]:
        """The part of a wish that leads to them."""
        return {
            "nomad.Provider": {"n": {"address": self.nomad_address, "secret_id": self.nomad_token}},
            "consul.Provider": {"c": {"address": self.consul_address, "token": self.consul_token}},
        }


@contextmanager
def running(directory: Path) -> Iterator[Servers]:
    """Both servers, for as long as the block lasts; all they write is below ``directory``."""
    ports = free_ports(8)
    consul_token, nomad_token = str(uuid.uuid4()), str(uuid.uuid4())
    consul_address, nomad_address = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[4]}"
    consul = Consul(consul_address, consul_token)
    nomad = Nomad(nomad_address, nomad_token)
    with ExitStack() as agents:
        agents.enter_context(_agent("consul", directory, _consul(ports[:4], consul_token)))
        until(lambda: consul.peek("/v1/status/leader"), "Consul has a leader", _TO_START)
        config = _nomad(ports[4:7], consul_address, consul_token, directory / "nomad-data")
        agents.enter_context(_agent("nomad", directory, config))
        until(lambda: Nomad(nomad_address, None).peek("/v1/status/leader"), "Nomad has a leader", _TO_START)
        until(lambda: _bootstrap(nomad, nomad_token), "Nomad's access control is up", _TO_START)
        until(lambda: _has_node(nomad), "Nomad has a node", _TO_START)
        yield Servers(nomad_address, nomad_token, consul_address, consul_token, nomad, consul)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, for TCP or UDP, and that nobody but tests is given."""
    found: list[int] = []
    for port in random.SystemRandom().sample(_OURS, len(_OURS)):  # other processes of tests look at the same time
        if not busy([port]):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError(f"there are no {count} free ports in {_OURS}")


def _bootstrap(nomad: Nomad, token: str) -> bool:
    return nomad.ask("POST", "/v1/acl/bootstrap", {"BootstrapSecret": token}).status_code in (200, 400)


def _has_node(nomad: Nomad) -> bool:
    return any(node["Status"] == "ready" for node in nomad.peek("/v1/nodes") or [])


@contextmanager
def _agent(name: str, directory: Path, config: dict[str, Any]) -> Iterator[None]:
    file = directory / f"{name}.json"
    file.write_text(json.dumps(config))
    environment = {key: value for key, value in os.environ.items() if key != "AWS_CA_BUNDLE"}
    option = "-config-file" if name == "consul" else "-config"
    with (directory / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(tool(name)), "agent", "-dev", f"{option}={file}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # so that a Ctrl-C in a test reaches them only through us
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _consul(ports: list[int], token: str) -> dict[str, Any]:
    off = dict.fromkeys(["dns", "grpc", "grpc_tls", "serf_wan"], -1)
    return {
        "bind_addr": "127.0.0.1",
        "client_addr": "127.0.0.1",
        "ports": {"http": ports[0], "server": ports[1], "serf_lan": ports[2], **off},
        "acl": {"enabled": True, "default_policy": "deny", "tokens": {"initial_management": token, "agent": token}},
        "log_level": "warn",
    }


def _nomad(ports: list[int], consul_address: str, consul_token: str, data: Path) -> dict[str, Any]:
    return {
        "bind_addr": "127.0.0.1",
        "data_dir": str(data),
        "ports": {"http": ports[0], "rpc": ports[1], "serf": ports[2]},
        "acl": {"enabled": True},
        "consul": {"address": consul_address.removeprefix("http://"), "token": consul_token},
        "client": {
            "options": {"fingerprint.denylist": _CLOUDS},
            "min_dynamic_port": _DYNAMIC[0],
            "max_dynamic_port": _DYNAMIC[1],
        },
        "plugin": {"raw_exec": {"config": {"enabled": True}}},
        "log_level": "WARN",
    }
