"""Services on a Kubernetes cluster that is there already, with the ingress that it has.

    pulumi config set address https://kubernetes.example.com:6443
    pulumi config set --path options.context production
    pulumi config set --path options.ingress_class nginx
    pulumi config set --path options.ingress_namespace ingress-nginx
    pulumi config set --path images.pods registry.example.com/pods@sha256:...
    pulumi config set --path images.meetings registry.example.com/meetings@sha256:...
    pulumi config set --secret pods_key ...

Of the cluster nothing is created, changed or taken away but a namespace, ``bookings``, and what is in it. The context
is one of the deployer's own kubeconfig (``KUBECONFIG``, ``~/.kube/config``); ``address`` tells clusters apart.
"""

import pulumi

import foxden

config = pulumi.Config()
images = config.require_object("images")
cluster = foxden.ExistingCluster(
    "site",
    {
        "scheduler": "kubernetes",
        "address": config.require("address"),
        # Its ingress is the cluster's own. docs/kubernetes.md lists what else can be said.
        "options": {"ingress": "none", **(config.get_object("options") or {})},
    },
)
connection = cluster.connection("bookings", "bookings.example.com")
environment = foxden.Environment(
    "bookings",
    {"cluster": connection, "secrets": {"pods-key": config.require_secret("pods_key")}},
    pulumi.ResourceOptions(providers=cluster.providers),
)
services = foxden.Services(
    "bookings",
    {
        "cluster": connection,
        "secrets": ["pods-key"],
        "secret_versions": environment.secret_versions,
        "services": {
            "pods": {
                "image": images["pods"],
                "port": 8080,
                "replicas": 2,
                "secrets": {"API_KEY": "pods-key"},
            },
            "meetings": {
                "image": images["meetings"],
                "port": 8080,
                "replicas": 2,
                "needs": ["pods"],
                "routes": [{"host": "meetings"}],
            },
        },
    },
    pulumi.ResourceOptions(providers=cluster.providers, depends_on=[environment]),
)
pulumi.export("urls", services.urls)
# For services of other projects: see ../from_another_stack. It has the cluster's kubeconfig, so it is a secret.
pulumi.export("connection", pulumi.Output.secret(connection))
