"""The very resources that the library makes of N services, as they were recorded, with nothing to compute."""

import json
import os
from pathlib import Path

import pulumi
import pulumi_consul
import pulumi_nomad

from bench.record import Recorded

MODULES = {"nomad": pulumi_nomad, "consul": pulumi_consul}


def main() -> None:
    """Register everything in the file BENCH_RECORD, in the recorded order."""
    made: dict[str, pulumi.Resource] = {}
    providers: list[pulumi.ProviderResource] = []
    for row in json.loads(Path(os.environ["BENCH_RECORD"]).read_text()):
        resource = Recorded(**row)
        opts = pulumi.ResourceOptions(parent=made.get(resource.parent), providers=list(providers))
        if resource.is_component:
            component = pulumi.ComponentResource(resource.type, resource.name, None, opts)
            component.register_outputs({})
            made[resource.urn] = component
        else:
            kind = getattr(MODULES[resource.package], resource.class_name)
            created = kind(resource.name, **resource.inputs, opts=opts)
            made[resource.urn] = created
            if resource.is_provider:
                providers.append(created)


if __name__ == "__main__":
    main()
