"""The task that runs a proxy: Caddy, with files that Nomad renders (pure)."""

from dataclasses import dataclass
from typing import Any

from foxden.schedulers.nomad.caddyfile import CADDYFILE, POOLS
from foxden.schedulers.nomad.options import NetworkMode, NomadOptions
from foxden.schedulers.nomad.units import nanoseconds


@dataclass(frozen=True)
class Proxy:
    """What a proxy's task runs with."""

    name: str
    """The task's."""
    caddyfile: str
    pools: str
    memory: int
    """MiB."""
    cores: float
    termination_grace: float
    """Seconds that requests have to end."""


def caddy_task(proxy: Proxy, options: NomadOptions) -> dict[str, Any]:
    """The task of a proxy.

    Caddy reads its Caddyfile again at SIGUSR1, and goes on with the old one when the new one is wrong.
    """
    arguments = ["run", "--config", f"${{NOMAD_TASK_DIR}}/{CADDYFILE}", "--adapter", "caddyfile"]
    config: dict[str, Any] = {"command": options.caddy, "args": arguments}
    if options.caddy_image:
        config = {"image": options.caddy_image, "command": "caddy", "args": arguments}
        if options.network_mode == NetworkMode.HOST:
            config["network_mode"] = "host"
    return {
        "Name": proxy.name,
        "Driver": "docker" if options.caddy_image else str(options.command_driver),
        "Config": config,
        "Env": {
            # Nothing is kept there, but Caddy wants to know a place.
            "HOME": "${NOMAD_TASK_DIR}",
            "XDG_CONFIG_HOME": "${NOMAD_TASK_DIR}",
            "XDG_DATA_HOME": "${NOMAD_TASK_DIR}",
        },
        "Templates": [
            {**_template(POOLS, proxy.pools), "ChangeMode": "noop"},
            {**_template(CADDYFILE, proxy.caddyfile), "ChangeMode": "signal", "ChangeSignal": "SIGUSR1"},
        ],
        "Resources": {"CPU": options.megahertz(proxy.cores), "MemoryMB": proxy.memory},
        "LogConfig": {"MaxFiles": 3, "MaxFileSizeMB": 5},
        "KillSignal": "SIGTERM",
        "KillTimeout": nanoseconds(proxy.termination_grace),
    }


def _template(file: str, text: str) -> dict[str, Any]:
    return {
        "DestPath": f"local/{file}",
        "EmbeddedTmpl": text,
        "Splay": 0,
        # Nomad's own default is to wait for five seconds without a change.
        "Wait": {"Min": nanoseconds(0.1), "Max": nanoseconds(1)},
    }
