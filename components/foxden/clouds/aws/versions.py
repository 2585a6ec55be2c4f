"""The version that a cluster runs, kept where the next preview finds it: a step that is too long is refused there."""

from typing import Any

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.versions import step_problem
from foxden.errors import Problem, check

VERSIONS = "versions"
"""The folder below a cluster's parameters; what it has in it is no secret."""


def checked(scope: Scope, subject: str, folder: str, wanted: str) -> pulumi.Output[str]:
    """The version, as an output that fails where it can't follow the one that runs.

    The folder is listed, for a parameter that isn't there yet can be read by nobody without an error.
    """
    import pulumi_aws as aws

    opts = pulumi.InvokeOutputOptions(parent=scope.opts.parent)
    kept = aws.ssm.get_parameters_by_path_output(path=f"{folder}/{VERSIONS}", with_decryption=False, opts=opts)

    def judged(found: Any) -> str:
        for running in found.values or []:
            wrong = step_problem(wanted, running)
            check([Problem(subject, f"version {wrong}")] if wrong else [])
        return wanted

    # Pulumi takes every parameter's value for a secret.
    return pulumi.Output.unsecret(kept.apply(judged))


def keep(scope: Scope, folder: str, version: pulumi.Output[str], ready: pulumi.Output[str]) -> None:
    """Note the version down once what runs it has taken it."""
    import pulumi_aws as aws

    both: pulumi.Output[list[str]] = pulumi.Output.all(version, ready)
    aws.ssm.Parameter(
        scope.logical("version"),
        name=f"{folder}/{VERSIONS}/control-plane",
        type="String",
        insecure_value=both.apply(lambda known: known[0]),
        description="The version that runs: the next one is at most a minor above it",
        tags=scope.tagged("version"),
        opts=scope.opts,
    )
