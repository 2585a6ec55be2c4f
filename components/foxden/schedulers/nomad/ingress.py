"""The cluster's way in from outside: a proxy on every node that follows routes and instances (pure)."""

from typing import Any

from foxden.connection import Connection
from foxden.schedulers.nomad.caddy import Proxy, caddy_task
from foxden.schedulers.nomad.caddyfile import ingress_caddyfile, ingress_pools
from foxden.schedulers.nomad.options import NetworkMode, options_of
from foxden.schedulers.nomad.routes import PREFIX, VALUE
from foxden.schedulers.nomad.units import MAIN_TASK, nanoseconds

JOB = "ingress"
NAMESPACE = "default"
_PRIORITY = 90
"""A node that has just come is the ingress's first, and on a full one services (50) give way: a node without gets no
requests."""


def render_ingress(connection: Connection) -> dict[str, Any]:
    """A system job on the connection's ingress port.

    Two nodes on one host can share the port: Caddy listens with SO_REUSEPORT, and the kernel gives each a share.
    """
    options = options_of(connection.options)
    proxy = Proxy(
        name=MAIN_TASK,
        caddyfile=ingress_caddyfile(PREFIX, VALUE, options.trusted_proxies),
        pools=ingress_pools(PREFIX, VALUE),
        memory=256,
        cores=0.1,
        termination_grace=30,
    )
    return {
        "ID": JOB,
        "Name": JOB,
        "Namespace": NAMESPACE,
        "Datacenters": list(options.datacenters),
        "Type": "system",
        "Priority": _PRIORITY,
        "TaskGroups": [
            {
                "Name": JOB,
                "Networks": [
                    {
                        "Mode": str(NetworkMode.HOST),
                        "ReservedPorts": [{"Label": "http", "Value": options.ingress_port or connection.ingress_port}],
                    }
                ],
                "Services": [
                    {
                        "Name": "foxden-ingress",
                        "Provider": "consul",
                        "PortLabel": "http",
                        "Tags": ["foxden"],
                        "Checks": [
                            {
                                "Name": "port",
                                "Type": "tcp",
                                "PortLabel": "http",
                                "Interval": nanoseconds(3),
                                "Timeout": nanoseconds(2),
                            }
                        ],
                    }
                ],
                "Tasks": [caddy_task(proxy, options)],
                "RestartPolicy": {
                    "Attempts": 10,
                    "Interval": nanoseconds(300),
                    "Delay": nanoseconds(1),
                    "Mode": "delay",
                },
                "EphemeralDisk": {"SizeMB": 100, "Sticky": False, "Migrate": False},
                "Update": {
                    "MaxParallel": 1,
                    "HealthCheck": "checks",
                    "MinHealthyTime": nanoseconds(1),
                    "HealthyDeadline": nanoseconds(60),
                    "ProgressDeadline": nanoseconds(120),
                },
            }
        ],
    }
