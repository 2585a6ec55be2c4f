"""The very resources that the library makes of N services, as they were recorded, with nothing to compute."""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pulumi

from bench.record import Recorded


def class_of(resource: Recorded) -> Any:
    """The SDK's class of a resource."""
    return getattr(importlib.import_module(resource.module), resource.class_name)


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
            created = class_of(resource)(resource.name, **resource.inputs, opts=opts)
            made[resource.urn] = created
            if resource.is_provider:
                providers.append(created)


if __name__ == "__main__":
    main()
