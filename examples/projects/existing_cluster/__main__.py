"""Services on a Nomad cluster that is there already. Nothing of the cluster itself is created, changed or taken away.

    pulumi config set address https://nomad.example.com:4646
    pulumi config set discovery_address https://consul.example.com:8501
    pulumi config set --secret token ...
    pulumi config set --secret discovery_token ...
    pulumi config set --secret card_key ...
    pulumi config set --path options.command_driver raw_exec

On Kubernetes ``scheduler`` is ``kubernetes``, ``address`` that of its API, and nothing is said of a discovery.
"""

import pulumi

import foxden

config = pulumi.Config()
cluster = foxden.ExistingCluster(
    "site",
    {
        "scheduler": "nomad",
        "address": config.require("address"),
        "token": config.require_secret("token"),
        "discovery_address": config.require("discovery_address"),
        "discovery_token": config.require_secret("discovery_token"),
        # What is particular about it: docs/nomad.md and docs/kubernetes.md list what can be said.
        "options": config.get_object("options") or {},
    },
)
connection = cluster.connection("shop", "shop.example.com")
on_it = pulumi.ResourceOptions(providers=cluster.providers)

environment = foxden.Environment(
    "shop", {"cluster": connection, "secrets": {"card-key": config.require_secret("card_key")}}, on_it
)
SERVE = ["/bin/sh", "-c", 'exec python3 -m http.server --bind 127.0.0.1 "$PORT"']
services = foxden.Services(
    "shop",
    {
        "cluster": connection,
        "secrets": ["card-key"],
        "secret_versions": environment.secret_versions,
        "services": {
            "catalogue": {"command": SERVE, "version": "1.0.0", "port": 8080, "health": {"path": "/"}},
            "checkout": {
                "command": SERVE,
                "version": "1.0.0",
                "port": 8080,
                "health": {"path": "/"},
                "needs": ["catalogue"],
                "secrets": {"CARD_KEY": "card-key"},
                "routes": [{"host": "checkout"}],
            },
        },
    },
    pulumi.ResourceOptions(providers=cluster.providers, depends_on=[environment]),
)
pulumi.export("urls", services.urls)
# For services of other projects: see ../from_another_stack. It has the tokens, so it is a secret.
pulumi.export("connection", pulumi.Output.secret(connection))
