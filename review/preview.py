"""Previews an environment with the policy pack: over its stack as it is, or over a simulated cloud."""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from local.commands.pulumi_cli import Pulumi
from local.errors import LocalError
from local.paths import REPO
from local.simulate.cloud import ACCOUNT, running
from local.simulate.stack import throw_away
from local.toolchain import aws
from local.toolchain import command as toolchain
from local.toolchain.sets import CONTEXT
from policies.model import Level
from policies.sources.told import VARIABLE
from review import seeds
from review.base import checked_out
from review.plan import Plan, Planner
from review.policies import Judged, read_judged
from stacks.settings import Settings, settings_in_files

_SIMULATED = (
    "Previewed over a simulated, empty cloud ({cloud}), for {why}: everything is to be created, and what would be "
    "replaced or deleted does not show."
)
_OVER_BASE = (
    "Previewed over a simulated cloud ({cloud}) on which the cluster of {base} was brought up first, for {why}: what "
    "changes there is told as it is, and its services, which no simulated machine runs, are to be created."
)
_TAKEN = {"kubernetes": CONTEXT}
"""Scheduler to the set of tools for a cluster elsewhere."""
PACK = ("--policy-pack", str(REPO / "policies"))
"""Has the engine ask the policy pack."""


class Over(StrEnum):
    """What a preview is made over."""

    STACK = "stack"
    """The stack as it is deployed."""
    SIMULATED = "simulated"
    """Nothing: a cloud in the memory of a process."""


@dataclass(frozen=True)
class Previewed:
    """What came of it."""

    plan: Plan
    judged: Judged | None
    """None where the pack was never asked."""
    over: str
    """What it was made over, in a sentence or two."""


def preview(environment: str, over: Over | None, report: Callable[[str], None], base: str = "") -> Previewed:
    """Preview an environment; ``over`` None: its stack where that can be reached, else a simulated cloud.

    A simulated cloud is empty, or has the cluster as the commit ``base`` makes it. Raises LocalError or InvalidInput
    where nothing can be previewed at all.
    """
    settings = settings_in_files(environment)
    why = _out_of_reach(settings)
    if over is Over.SIMULATED or (over is None and why):
        return _simulated(settings, "it was asked for" if over else why, report, base)
    if base:
        raise LocalError("--base is for a simulated cloud: the stack as it is deployed has what was there before")
    return _deployed(settings, report)


def _out_of_reach(settings: Settings) -> str:
    """Why the environment's stack can't be reached from here; empty when it can, as far as one sees."""
    if settings.cloud is None:
        return ""
    if not os.environ.get("PULUMI_BACKEND_URL"):
        return "no PULUMI_BACKEND_URL says where its state is"
    import boto3  # type: ignore[import-untyped]

    return "" if boto3.session.Session().get_credentials() else f"there are no credentials for {settings.cloud.cloud}"


def _have_plugins(settings: Settings, report: Callable[[str], None]) -> None:
    """Those of the cloud, and of a scheduler that the tools of this machine's own cluster don't bring."""
    taken = _TAKEN.get(settings.scheduler)
    if taken:
        toolchain.run(argparse.Namespace(scheduler=taken, retry_plugins=False))
    report(aws.ensure().text)


def _deployed(settings: Settings, report: Callable[[str], None]) -> Previewed:
    if settings.cloud is not None:
        _have_plugins(settings, report)
    with tempfile.TemporaryDirectory(prefix="foxden-review-") as directory:
        file, planner = Path(directory) / "report.json", Planner()
        pulumi = Pulumi(settings.environment, report, also={VARIABLE: str(file)})
        report(f"previewing '{settings.environment}' over its stack")
        code = pulumi.preview(planner, *PACK)
        return previewed(code, planner, file, pulumi.log, "Previewed over the stack as it is deployed.")


def _simulated(settings: Settings, why: str, report: Callable[[str], None], base: str) -> Previewed:
    name, place = settings.environment, settings.cloud
    if place is None:
        raise LocalError(f"environment '{name}' is on this machine's own cluster: there is nothing to simulate")
    if settings.shares_cluster:
        raise LocalError(f"environment '{name}' is on the cluster of '{settings.base}': simulate that one")
    _have_plugins(settings, report)
    with running() as cloud, tempfile.TemporaryDirectory(prefix="foxden-review-") as directory:
        file, planner = Path(directory) / "report.json", Planner()
        choices = {} if place.account is None else {"foxden:account": ACCOUNT}
        with throw_away(name, cloud, place.region, report, choices, {VARIABLE: str(file)}) as stack:
            if base:
                report(f"bringing up the cluster of '{name}' as {base} makes it")
                with checked_out(base) as before:
                    stack.of(before, {**choices, "foxden:layers": "cluster"}).up()
            seeds.keep(cloud.client("ssm", place.region), seeds.parameters(settings))
            report(f"previewing '{name}' over a simulated cloud ({place.cloud})")
            code = stack.follow(planner, "preview", *PACK)
            said = (_OVER_BASE if base else _SIMULATED).format(cloud=place.cloud, why=why, base=base)
            return previewed(code, planner, file, stack.log, said)


def previewed(code: int, planner: Planner, file: Path, log: Path, over: str) -> Previewed:
    """What came of a preview that ended with a code: ``file`` has the pack's report, ``log`` what Pulumi printed."""
    judged = read_judged(file)
    stopped = judged is not None and any(each.level is Level.MANDATORY for each in judged.violations)
    unsaid = []
    if judged is None and not planner.errors:
        unsaid.append("the policy pack was never asked")
    if code and not stopped and not planner.errors:
        unsaid.append(f"pulumi ended with {code}:\n{log.read_text(errors='replace')[-3000:].strip()}")
    return Previewed(planner.plan(*unsaid), judged, over)
