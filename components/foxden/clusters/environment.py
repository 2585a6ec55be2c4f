"""The ``Environment`` component: a place of its own on a cluster, with its secrets."""

from collections.abc import Mapping
from typing import Any, NotRequired, Optional, TypedDict, cast

import pulumi

from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.naming import secret_problem
from foxden.schedulers import base
from foxden.service.cluster import args_problems
from foxden.service.prepare import placeholders, public
from foxden.service.reader import Reader, in_utf8


class EnvironmentArgs(TypedDict):
    """An environment and what it holds before any service comes."""

    cluster: ConnectionArgs
    """The connection of its cluster; ``environment`` there is its name."""
    secrets: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Name to value of the secrets that services may refer to. Values are kept secret whether marked or not."""
    notes: NotRequired[Mapping[str, str]]
    """Free facts for people and tools, such as owner and expiry. Default: none."""


class Environment(pulumi.ComponentResource):
    """A namespace on a cluster, with secrets. Services of the environment depend on it."""

    name: pulumi.Output[str]
    """The environment's name."""
    secret_versions: pulumi.Output[dict[str, str]]
    """Name to version of its secrets, for :class:`foxden.Services`: so a changed secret rolls those that use it. Empty
    with a scheduler whose services follow their secrets by themselves."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        check(_problems(args))
        connection = args["cluster"]
        chosen = base.scheduler(connection["scheduler"])
        super().__init__("foxden:index:Environment", name, None, opts)
        versions = chosen.environment(
            connection["environment"],
            base.Environment(
                secrets={key: _secret(key, value) for key, value in (args.get("secrets") or {}).items()},
                notes={key: value for key, value in (args.get("notes") or {}).items() if value is not None},
                options=public(connection).get("options") or {},
            ),
            base.child_options(chosen, connection, self, opts),
        )
        self.name = pulumi.Output.from_input(connection["environment"])
        self.secret_versions = pulumi.Output.from_input(cast(Any, dict(versions)))
        self.register_outputs({"name": self.name, "secret_versions": self.secret_versions})


def _secret(key: str, given: pulumi.Input[str]) -> pulumi.Output[str]:
    """A secret's value; what is wrong with one that is known late is told then."""

    def text(value: Any) -> str:
        usable = isinstance(value, str) and in_utf8(value)
        check([] if usable else [Problem("environment", f"secrets.{key} must be a text that UTF-8 can hold")])
        return cast(str, value)

    return pulumi.Output.secret(given).apply(text)


def _problems(args: Any) -> list[Problem]:
    problems = args_problems("environment", args, EnvironmentArgs)
    reader = Reader("environment", placeholders(args) if isinstance(args, Mapping) else {}, "", problems)
    reader.text_map("notes")
    secrets = reader.sub("secrets")
    for key, value in reader.given["secrets"].items() if secrets and secrets.readable else ():
        # None is no value here: it would be found out only when a service asks for it. No value is repeated.
        wrong = secret_problem(key) or (None if isinstance(value, str) else "must be a text")
        if wrong:
            reader.complain(f"secrets.{key}", wrong)
    return problems
