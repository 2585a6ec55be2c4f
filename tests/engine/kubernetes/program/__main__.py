"""Cluster services on a cluster that is there already, as the tests wish for them in a file beside this one."""

import json
from pathlib import Path
from typing import Any

import pulumi

import foxden

wish = json.loads(Path(__file__).with_name("wish.json").read_text())
cluster = foxden.ExistingCluster("cluster", wish["cluster"])
args: Any = {"cluster": cluster.connection("local", "foxden.localhost"), **wish["services"]}
services = foxden.ClusterServices("beside", args, pulumi.ResourceOptions(providers=cluster.providers))
pulumi.export("services", services.services)
