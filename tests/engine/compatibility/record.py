"""``python -m tests.engine.compatibility.record``, after a release: keep the state of its stacks for the next one."""

import sys
import tempfile
from pathlib import Path

from local.simulate.cloud import running
from local.simulate.stack import throw_away
from local.toolchain import aws
from tests.engine.aws.projects import REGION
from tests.engine.compatibility.released import Released, keep
from tests.engine.harness.site import Site, new_site

_READ = ("cluster.json", "artifacts.json", "secrets/local.json")


def main() -> int:
    """The local environment on Nomad, and dev on a simulated AWS."""
    keep("local", _local())
    keep("dev", _dev())
    return 0


def _local() -> Released:
    site = new_site()
    with site.gone_at_the_end():
        site.up()
        exported = site.pulumi("stack", "export", "--show-secrets", "--stack", "local").output
        files = {name: (site.state / name).read_text() for name in _READ}
        return Released(exported, files).with_changed(_places(site))


def _places(site: Site) -> dict[str, str]:
    """Where it was recorded is nobody's business."""
    interpreter = str(site.facts["interpreter"])
    elsewhere = (str(site.root), tempfile.gettempdir(), str(Path.home()))
    return {interpreter: "/previous/python3", **dict.fromkeys(elsewhere, "/previous")}


def _dev() -> Released:
    aws.ensure()
    with running() as cloud, throw_away("dev", cloud, REGION, lambda _: None) as stack:
        stack.up()
        return Released(stack.exported().replace(str(Path.home()), "/previous"), {})


if __name__ == "__main__":
    sys.exit(main())
