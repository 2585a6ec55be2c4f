"""The very resources that the library makes of N services, as they were recorded, with nothing to compute."""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pulumi

from bench.record import Recorded

HIDDEN = "[secret]"
"""What a preview shows of a secret."""


def class_of(resource: Recorded) -> Any:
    """The SDK's class of a resource."""
    return getattr(importlib.import_module(resource.module), resource.class_name)


def told(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs, with what a preview keeps to itself from ENV, where it is there."""
    return {
        key: os.environ.get(f"BENCH_{key.upper()}", value) if value == HIDDEN else value
        for key, value in inputs.items()
    }


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
            created = class_of(resource)(resource.name, **told(resource.inputs), opts=opts)
            made[resource.urn] = created
            if resource.is_provider:
                providers.append(created)


if __name__ == "__main__":
    main()
