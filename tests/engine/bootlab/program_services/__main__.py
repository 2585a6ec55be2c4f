"""A program that puts services onto a cluster as every environment does; ``settings.json`` beside it says which."""

import json
from pathlib import Path

import pulumi

import foxden

settings = json.loads(Path("settings.json").read_text())
cluster = foxden.ExistingCluster("cluster", settings["connection"])
shared = pulumi.ResourceOptions(providers=cluster.providers)
connection = cluster.connection(settings["environment"], settings["domain"])
foxden.Ingress("ingress", {"cluster": connection}, shared)
environment = foxden.Environment("environment", {"cluster": connection, "secrets": settings["secrets"]}, shared)
deployed = foxden.Services(
    "services",
    {"cluster": connection, "services": settings["services"], "secrets": list(settings["secrets"])},
    pulumi.ResourceOptions(providers=cluster.providers, depends_on=[environment]),
)
pulumi.export("urls", deployed.urls)
