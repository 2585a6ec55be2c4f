"""Services on plain machines with systemd, by a scheduler that is this project's own: see hosts.py.

pulumi config set consul https://consul.example.com:8501
pulumi config set --secret token ...
"""

import pulumi

import foxden
from foxden.schedulers.base import SCHEDULERS

SCHEDULERS["hosts"] = "hosts"

config = pulumi.Config()
connection: foxden.ConnectionArgs = {
    "scheduler": "hosts",
    "environment": "factory",
    "domain": "factory.example.com",
    "address": config.require("consul"),
    "token": config.require_secret("token"),
}
environment = foxden.Environment("factory", {"cluster": connection, "notes": {"owner": "hall-3"}})
services = foxden.Services(
    "factory",
    {
        "cluster": connection,
        "services": {
            "sensors": {"command": ["/opt/sensors/bin/serve"], "version": "2.1.0", "port": 7000},
            "board": {
                "command": ["/opt/board/bin/serve", "--wide"],
                "version": config.get("version") or "1.0.0",
                "port": 8080,
                "needs": ["sensors"],
                "cpu_limit": 0.5,
            },
        },
    },
    pulumi.ResourceOptions(depends_on=[environment]),
)
pulumi.export("versions", services.versions)
