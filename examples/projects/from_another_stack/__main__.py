"""A service on a cluster of another project's: all that is known of it is what that project's stack exports.

pulumi config set cluster organization/shop/dev
"""

import pulumi

import foxden

config = pulumi.Config()
shop = pulumi.StackReference(config.require("cluster"))
connection = foxden.shared_connection(shop.require_output("connection"), "nomad", "shop")

reports = foxden.Service(
    "reports",
    {
        "cluster": connection,
        "command": ["/bin/sh", "-c", 'exec python3 -m http.server --bind 127.0.0.1 "$PORT"'],
        "version": config.get("version") or "1.0.0",
        "port": 8080,
        "health": {"path": "/"},
        # A service of the other project, in the same environment.
        "needs": ["catalogue"],
        "endpoints": {"catalogue": {"service": "catalogue"}},
        "routes": [{"host": "reports"}],
    },
)
pulumi.export("url", reports.url)
pulumi.export("version", reports.version)
