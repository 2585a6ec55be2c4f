"""A service on a cluster of which nothing is known here but its connection; credentials are kept elsewhere."""

import pulumi
import pulumi_aws as aws

import foxden

config = pulumi.Config()
service = foxden.Service(
    "reports",
    {
        "cluster": foxden.shared_connection(config.require_object("connection"), "nomad", "default"),
        "command": ["/bin/sh", "-c", 'exec python3 -m http.server --bind 127.0.0.1 "$PORT"'],
        "version": config.require("version"),
        "port": 8080,
        "health": {"path": "/", "interval": 1, "grace": 200},
        "release": {"min_healthy": 0, "deadline": 300},
        "routes": [{"host": "reports"}],
    },
    pulumi.ResourceOptions(providers=[aws.Provider("aws", region="eu-central-1")]),
)
pulumi.export("version", service.version)
pulumi.export("url", service.url)
