"""``python -m tests.engine.compatibility.record [STACK...]``, after a release: keep the state of its stacks."""

import sys
import tempfile
from pathlib import Path

from local.simulate.cloud import running
from local.simulate.stack import throw_away
from local.toolchain import aws
from tests.engine.aws.projects import REGION
from tests.engine.compatibility.released import ON_AWS, Released, keep
from tests.engine.harness.site import Site, new_site

_READ = ("cluster.json", "artifacts.json", "secrets/local.json")


def main() -> int:
    """The local environment on Nomad, and those on a simulated AWS; or the stacks that are named alone."""
    for stack in sys.argv[1:] or ("local", *ON_AWS):
        keep(stack, _local() if stack == "local" else _on_aws(stack))
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


def _on_aws(name: str) -> Released:
    aws.ensure()
    with running() as cloud, throw_away(name, cloud, REGION, lambda _: None) as stack:
        stack.up()
        return Released(stack.exported().replace(str(Path.home()), "/previous"), {})


if __name__ == "__main__":
    sys.exit(main())
