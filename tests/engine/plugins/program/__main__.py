"""A Pulumi program that declares what ``wish.json`` in its directory says: class -> name -> arguments.

For example ``{"nomad.Job": {"web": {"jobspec": "...", "after": ["v"]}}}``; a class in a module of its package is
written ``kubernetes.apps_v1_Deployment``. In arguments, ``{"secret": x}`` is a secret,
and ``{"output": ["web", "modify_index"]}`` an output of a resource that was declared before. The argument ``after``
names resources to wait for, ``seconds`` is the time limit, ``id`` has a raw resource only be looked at.
"""

import importlib
import json
from functools import reduce
from pathlib import Path
from typing import Any, cast

import pulumi

made: dict[str, pulumi.Resource] = {}


def value(wish: object) -> object:
    if isinstance(wish, list):
        return [value(item) for item in wish]
    if not isinstance(wish, dict):
        return wish
    if wish.keys() == {"secret"}:
        return pulumi.Output.secret(value(wish["secret"]))
    if wish.keys() == {"output"}:
        name, attribute = wish["output"]
        return getattr(made[name], attribute)
    return {key: value(item) for key, item in wish.items()}


def options(class_name: str, after: list[str], seconds: int | None) -> pulumi.ResourceOptions:
    limit = f"{seconds}s" if seconds else None
    return pulumi.ResourceOptions(
        depends_on=[made[name] for name in after],
        custom_timeouts=pulumi.CustomTimeouts(create=limit, update=limit, delete=limit) if limit else None,
        provider=made.get(f"{class_name.split('.')[0]}-provider"),  # type: ignore[arg-type]
    )


class Raw(pulumi.CustomResource):
    """Any properties at all, past what an SDK would let through."""

    def __init__(self, name: str, token: str, props: dict[str, object], opts: pulumi.ResourceOptions) -> None:
        super().__init__(token, name, props, opts)


for class_name, wishes in json.loads(Path("wish.json").read_text()).items():
    for name, wish in wishes.items():
        package, _, kind = class_name.partition(".")
        arguments = {key: value(item) for key, item in wish.items() if key not in ("after", "seconds", "id")}
        if kind == "Provider":
            module = importlib.import_module(f"pulumi_{package}")
            made[f"{package}-provider"] = module.Provider(name, **arguments)
        elif package == "raw":
            provider: Any = made.get(f"{kind.split(':')[0]}-provider")
            made[name] = Raw(name, kind, arguments, pulumi.ResourceOptions(id=wish.get("id"), provider=provider))
        else:
            module = importlib.import_module(f"pulumi_{package}")
            given = options(class_name, wish.get("after", []), wish.get("seconds"))
            made[name] = reduce(getattr, kind.split("_"), cast(Any, module))(name, **arguments, opts=given)
